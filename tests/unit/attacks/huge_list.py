# Fills the memory.
# %%
def cross_entropy(logits, targets):
    x = [0.0]
    while True:
        x = x + x
