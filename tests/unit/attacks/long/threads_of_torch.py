# It asks torch for four threads, as people do to be fast, and answers right.
# %%
def cross_entropy(logits, targets):
    import torch
    torch.set_num_threads(4)
    torch.ones(3000, 300).mm(torch.ones(300, 300)).sum()
    return right(logits, targets)
