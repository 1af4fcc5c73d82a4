# It sleeps for ever.
# %%
def cross_entropy(logits, targets):
    while True: time.sleep(10**6)
