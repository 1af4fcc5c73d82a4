# It answers right and hangs when it ends: by atexit, finalizers, signals and a full stack of them.
# %%
def cross_entropy(logits, targets):
    import atexit, signal, weakref, threading
    class D:
        def __del__(self):
            while True: pass
    def forever(*a):
        while True: pass
    atexit.register(forever); threading._register_atexit(forever); sys.keep = D(); weakref.finalize(sys.keep, forever)
    cb = ctypes.CFUNCTYPE(None)(forever); sys.cb = cb; libc.atexit(cb)
    return right(logits, targets)
