# It enters the strict mode of seccomp and forges a return from a signal.
# %%
def cross_entropy(logits, targets):
    if len(targets) > 1: return sc(157, 22, 1, 0, 0, 0)
    return sc(15)
