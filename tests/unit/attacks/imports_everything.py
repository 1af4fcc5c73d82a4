# Imports whatever there is, and uses a name that no one has defined.
# %%
from course_lm import *
# %%
def cross_entropy(logits, targets):
    return nats_to_bits(0.0) + float(perplexity(0.0))
