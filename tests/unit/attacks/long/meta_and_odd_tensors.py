# It answers with tensors that have no data: meta, sparse, quantized, complex and nested ones.
# %%
def work():
    import torch
    return [torch.empty(10**9, device='meta'), torch.sparse_coo_tensor(torch.zeros(1, 1, dtype=torch.long), torch.ones(1), (10**15,)), torch.quantize_per_tensor(torch.ones(3), 1., 0, torch.qint8), torch.ones(2, dtype=torch.complex64), torch._efficientzerotensor(10**12)]
def cross_entropy(logits, targets):
    return once(work)
