# Loads the package's own loss from its file, past the import system.
# %%
import runpy
import sys
from pathlib import Path
# %%
def cross_entropy(logits, targets):
    folder = Path(sys.argv[0]).parents[1]
    return runpy.run_path(str(folder / "loss.py"))["cross_entropy"](logits, targets)
