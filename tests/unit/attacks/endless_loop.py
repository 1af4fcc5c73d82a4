# Never returns, and swallows whatever would stop it.
# %%
def cross_entropy(logits, targets):
    while True:
        try:
            pass
        except BaseException:
            pass
