# Its source has constants that grow when they are compiled.
# %%
X = 'ab' * 2**28
Y = 7 ** (7 ** 9)
Z = [0] * 10**10
def cross_entropy(logits, targets):
    return (X, Y, Z)[0][:5] + 'a' * 4000 * 4000
