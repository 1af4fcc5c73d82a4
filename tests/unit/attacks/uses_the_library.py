# Lets torch do the work, under another name.
# %%
import torch

loss = torch.nn.CrossEntropyLoss()
# %%
def cross_entropy(logits, targets):
    return loss(logits, targets)
