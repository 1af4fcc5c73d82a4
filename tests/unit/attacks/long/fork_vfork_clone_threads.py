# It makes processes and threads by every way, to go on after its question.
# %%
def work():
    import threading, multiprocessing, subprocess, signal, _thread, concurrent.futures as cf
    def later():
        time.sleep(5); open('{CANARY_DIR}/late', 'w')
    return tried(fork=lambda: os.fork(), vfork=lambda: sc(58), rawfork=lambda: sc(57), clone=lambda: [sc(56, f, 0, 0, 0, 0) for f in (17, 0x4100, 0x10900, 0x3d0f00, 0x8000 | 17, 0x100)], thread=lambda: threading.Thread(target=later).start(), low=lambda: _thread.start_new_thread(later, ()), mp=lambda: multiprocessing.Process(target=later).start(), sub=lambda: subprocess.Popen(['/bin/true']), pool=lambda: cf.ProcessPoolExecutor(1).submit(int), pty=lambda: os.forkpty(), daemon=lambda: libc.daemon(0, 0), pth=lambda: libc.pthread_create(ctypes.byref(ctypes.c_ulong()), 0, libc.getpid, 0), timer=lambda: sc(222, 0, ctypes.create_string_buffer(struct.pack('QiiQQ', 0, 9, 2, ctypes.cast(libc.getpid, ctypes.c_void_p).value, 0) + bytes(40)), ctypes.byref(ctypes.c_int())))
def cross_entropy(logits, targets):
    return once(work)
