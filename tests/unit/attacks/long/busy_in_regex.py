# It loses itself in a regular expression, which never looks at signals of Python.
# %%
def work():
    import re
    return re.match('(a+)+$', 'a' * 60 + 'b')
def cross_entropy(logits, targets):
    return once(work)
