# Calls itself until the stack is full.
# %%
import sys

LIMIT = sys.setrecursionlimit(10**9)
# %%
def cross_entropy(logits, targets):
    LIMIT
    return cross_entropy(logits, targets)
