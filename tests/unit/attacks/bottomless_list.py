# Returns a list that contains itself.
# %%
def cross_entropy(logits, targets):
    x = []
    x.append(x)
    return x
