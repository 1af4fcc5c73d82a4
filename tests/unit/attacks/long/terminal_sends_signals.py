# It takes a terminal as its own and lets it send signals by a typed control character and a hang-up.
# %%
def work():
    import signal
    got = []
    for s in (1, 2, 3, 18): signal.signal(s, lambda n, f: got.append(n))
    m = os.open('/dev/ptmx', os.O_RDWR | os.O_NOCTTY)
    n = ctypes.c_int(); z = ctypes.c_int(0)
    o = [sc(16, m, 0x80045430, ctypes.byref(n)), sc(16, m, 0x40045431, ctypes.byref(z)), sc(112)]
    s = sc(16, m, 0x5441, 2)
    o += [s, sc(16, s, 0x540E, 0)] if isinstance(s, int) else [s]
    for pg in (1, 0, {CANARY_PID}, -1): o.append(sc(16, s if isinstance(s, int) else m, 0x5410, ctypes.byref(ctypes.c_int(pg))))
    os.write(m, b'\x03\x1c'); o += [sc(16, m, 0x40045436, 9), sc(16, m, 0x40045436, 2)]
    os.close(m); time.sleep(.05)
    return str(o) + str(got)
def cross_entropy(logits, targets):
    return once(work)
