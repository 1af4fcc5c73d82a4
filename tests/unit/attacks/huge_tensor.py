# Asks for a terabyte at once.
# %%
import torch
# %%
def cross_entropy(logits, targets):
    return torch.ones(2**38).sum()
