# It recurses in Python and in C until the stack is gone.
# %%
def cross_entropy(logits, targets):
    sys.setrecursionlimit(10**9)
    import resource
    r = tried(s=lambda: resource.setrlimit(resource.RLIMIT_STACK, (-1, -1)))
    def f(n): return repr(f) + f(n + 1)
    class A:
        def __getattr__(self, k): return getattr(self, k + 'x')
    if len(targets) > 1: return A().x
    return f(0)
