# Waits, which costs no processor time.
# %%
import time
# %%
def cross_entropy(logits, targets):
    time.sleep(3600)
