# It hangs, exits and reads in decorators, defaults, class bodies and assignments, which run before the call.
# %%
import os, time
class A:
    secret = open('{CANARY_FILE}').read() if os.path.exists('{CANARY_FILE}') else 'none'
    time.sleep(100)
def deco(f):
    os._exit(3)
X = [0 for _ in iter(int, 1)]
@deco
def cross_entropy(logits, targets, s=A.secret, x=X):
    return s
