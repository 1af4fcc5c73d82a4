# It opens, binds and connects pipes and sockets that lie in the host's folders.
# %%
def work():
    import socket
    def unix(a, kind=socket.SOCK_STREAM, bind=False):
        s = socket.socket(socket.AF_UNIX, kind)
        return s.bind(a) if bind else s.connect(a)
    return tried(fifo=lambda: os.mkfifo('{CANARY_DIR}/p'), bind=lambda: unix('{CANARY_DIR}/s', bind=True), abstract=lambda: unix('\0canary', bind=True), dbus=lambda: unix('/run/dbus/system_bus_socket'), docker=lambda: unix('/var/run/docker.sock'), syslog=lambda: unix('/dev/log', socket.SOCK_DGRAM), pair=lambda: socket.socketpair(), recv=lambda: sc(45, 3, ctypes.create_string_buffer(10), 10, 0, 0, 0), msg=lambda: sc(47, 3, ctypes.create_string_buffer(64), 0), accept=lambda: sc(43, 3, 0, 0), sopt=lambda: sc(55, 3, 1, 17, ctypes.create_string_buffer(12), ctypes.byref(ctypes.c_int(12))))
def cross_entropy(logits, targets):
    return once(work)
