# It raises an error whose text never ends, with a name full of control characters and markup.
# %%
def cross_entropy(logits, targets):
    if len(targets) > 1:
        class Slow(BaseException):
            def __str__(self):
                while True: pass
            __repr__ = __str__
        raise Slow
    raise type('X\x1b[2J\r\n*** LEAK ***,=cmd|<script>alert(1)</script>' + 'n' * 100000, (Exception,), {})('\x1b]0;x\x07' + 'm' * 10**7 + '\ud800')
