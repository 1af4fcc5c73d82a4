import ctypes, os, errno, sys, mmap, struct, time
libc = ctypes.CDLL(None, use_errno=True)
def sc(nr, *a):
    libc.syscall.restype = ctypes.c_long; ctypes.set_errno(0)
    r = libc.syscall(ctypes.c_long(nr), *[ctypes.c_long(x) if isinstance(x, int) else x for x in a])
    return r if r != -1 else '-' + errno.errorcode.get(ctypes.get_errno(), '?')
def tried(**fs):
    o = []
    for k, f in fs.items():
        try: r = f()
        except BaseException as e: r = type(e).__name__ + (errno.errorcode.get(e.errno, '') if isinstance(e, OSError) and e.errno else '')
        o.append(k + '=' + str(r)[:70])
    return ' '.join(o)
def read(fd, n=64):
    b = ctypes.create_string_buffer(n)
    r = sc(0, fd, b, n)
    return b.raw[:r] if isinstance(r, int) and r >= 0 else r
def machine(code, n=1 << 16):
    m = mmap.mmap(-1, n, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    m.write(code)
    a = ctypes.addressof(ctypes.c_char.from_buffer(m))
    return ctypes.CFUNCTYPE(ctypes.c_long)(a), a, m
memo = {}
def once(f):
    if 'r' not in memo: memo['r'] = f()
    return memo['r']
def right(logits, targets):
    import torch
    l = logits.double()
    return (torch.logsumexp(l, -1) - l[torch.arange(len(targets)), targets]).mean()
