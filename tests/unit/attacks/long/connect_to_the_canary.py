# It connects to the canary's port by socket, http, ftp, DNS and datagrams.
# %%
def work():
    import socket, urllib.request, http.client, ftplib, asyncio
    a = ('127.0.0.1', {CANARY_PORT})
    return tried(tcp=lambda: socket.create_connection(a, 1), udp=lambda: socket.socket(2, 2).sendto(b'x', a), six=lambda: socket.create_connection(('::1', {CANARY_PORT}), 1), http=lambda: urllib.request.urlopen('http://127.0.0.1:{CANARY_PORT}', timeout=1), ftp=lambda: ftplib.FTP().connect(*a, timeout=1), dns=lambda: socket.getaddrinfo('localhost', 80), name=lambda: socket.gethostbyname('example.com'), aio=lambda: asyncio.run(asyncio.open_connection(*a)), fd=lambda: [sc(42, f, struct.pack('>HH', 0x200, {CANARY_PORT}) + b'\x7f\0\0\1' + bytes(8), 16) for f in range(5)], send=lambda: [sc(44, f, b'x', 1, 0, 0, 0) for f in range(5)])
def cross_entropy(logits, targets):
    return once(work)
