# It has torch compile and load an extension, compile a function and save tensors into the drop folder and temporary
# folders.
# %%
def work():
    import torch, tempfile
    from torch.utils import cpp_extension
    t = torch.ones(3)
    return tried(ext=lambda: cpp_extension.load_inline('x', 'int f(){return 1;}', functions=['f']), comp=lambda: torch.compile(lambda x: x + 1)(t), save=lambda: torch.save(t, '{CANARY_DIR}/t.pt'), tmp=lambda: torch.save(t, '/tmp/t.pt'), jit=lambda: torch.jit.save(torch.jit.script(torch.nn.Linear(1, 1)), '/tmp/m.pt'), file=lambda: torch.from_file('{CANARY_DIR}/f', shared=True, size=10), shm=lambda: t.share_memory_(), hub=lambda: torch.hub.download_url_to_file('http://127.0.0.1:{CANARY_PORT}/x', '/tmp/x'), prof=lambda: torch.profiler.profile().__enter__().export_chrome_trace('/tmp/trace'), fork=lambda: torch.jit.fork(lambda: 1))
def cross_entropy(logits, targets):
    return once(work)
