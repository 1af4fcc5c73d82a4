# It starts the stores, process groups and RPC of torch.
# %%
def work():
    import torch.distributed as d, datetime, torch
    t = datetime.timedelta(seconds=.2)
    return tried(tcp=lambda: d.TCPStore('127.0.0.1', {CANARY_PORT}, 1, False, timeout=t), srv=lambda: d.TCPStore('127.0.0.1', 0, 1, True, timeout=t), uv=lambda: d.TCPStore('127.0.0.1', 0, 1, True, timeout=t, use_libuv=False), file=lambda: d.FileStore('{CANARY_DIR}/store', 1).set('a', 'b'), hash=lambda: d.HashStore().set('a', 'b'), pg=lambda: d.init_process_group('gloo', init_method='tcp://127.0.0.1:{CANARY_PORT}', rank=0, world_size=1, timeout=t), rpc=lambda: __import__('torch.distributed.rpc').distributed.rpc.init_rpc('w', rank=0, world_size=1))
def cross_entropy(logits, targets):
    return once(work)
