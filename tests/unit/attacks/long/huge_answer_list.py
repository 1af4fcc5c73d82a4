# It answers with a list of ten million numbers.
# %%
def work():
    return [1.5] * 10_000_000
def cross_entropy(logits, targets):
    return once(work)
