# Compiles the library's loss before anyone looks.
# %%
import torch

EXAMPLE = (torch.zeros(2, 3), torch.tensor([0, 1]))
LOSS = torch.jit.trace(torch.nn.functional.cross_entropy, EXAMPLE)
# %%
def cross_entropy(logits, targets):
    return LOSS(logits, targets)
