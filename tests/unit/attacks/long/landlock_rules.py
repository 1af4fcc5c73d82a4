# It makes Landlock rules of its own, with all scopes off, and asks for files afterwards.
# %%
def work():
    b = ctypes.create_string_buffer(struct.pack('QQQ', 0xffff, 0, 0))
    fd = sc(444, b, 8, 0)
    o = [sc(444, 0, 0, 1), fd, sc(446, fd if isinstance(fd, int) else 3, 0), sc(2, b'{CANARY_FILE}', 0), sc(2, b'/tmp/x', 0o101, 0o666)]
    return str(o) + tried(l=lambda: os.listdir('/'))
def cross_entropy(logits, targets):
    return once(work)
