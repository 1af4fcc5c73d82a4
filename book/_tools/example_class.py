"""A class of six to try the grader on, as Moodle hands it out: a zip of submissions and the grading worksheet.

    python book/_tools/example_class.py FOLDER

The notebook is the exercise of chapter 3. Ada has solved it, Bela forgot to divide, Chen counts bits, Dora never ends,
Eli lets torch do the work, and Finn has not begun. Gia handed in nothing. The page for instructors uses this class.
"""

from __future__ import annotations

import csv
import json
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOTEBOOK = "03_cross_entropy.ipynb"
NLL = "return logits.logsumexp(-1) - logits[torch.arange(len(targets)), targets]"
ANSWERS = {
    "Ada Lovelace": {"token_nll": NLL, "cross_entropy": "return token_nll(logits, targets).mean()"},
    "Bela Bartok": {"token_nll": NLL, "cross_entropy": "return token_nll(logits, targets).sum()"},
    "Chen Ning": {
        "token_nll": "log_p = logits.log_softmax(-1)\n"
        "    return -log_p[torch.arange(len(targets)), targets] / math.log(2)",
        "cross_entropy": "p = logits.exp() / logits.exp().sum(-1, keepdim=True)\n"
        "    return -p[torch.arange(len(targets)), targets].log().mean()",
    },
    "Dora Maar": {"token_nll": NLL, "cross_entropy": "while True:\n        pass"},
    "Eli Whitney": {
        "token_nll": NLL,
        "cross_entropy": "return torch.nn.functional.cross_entropy(logits, targets)",
    },
    "Finn Malmgren": {},
}
LATE = "Chen Ning"
IDS = {name: 1201 + i for i, name in enumerate([*ANSWERS, "Gia Lai"])}
WORKSHEET = ("Identifier", "Full name", "Email address", "Status", "Grade", "Maximum grade", "Grade can be changed")
TIMES = ("Last modified (submission)", "Last modified (grade)", "Feedback comments")


def notebook(answers: dict[str, str]) -> str:
    """The exercise with some functions written."""
    document = json.loads((ROOT / "exercises" / NOTEBOOK).read_text(encoding="utf-8"))
    for cell in document["cells"]:
        source = "".join(cell["source"])
        for function, body in answers.items():
            if source.startswith(f"def {function}("):
                cell["source"] = source.replace("raise NotImplementedError  # your code here", body)
    return json.dumps(document, indent=1, ensure_ascii=False)


def main(folder: Path) -> None:
    """Writes ``class.zip`` and ``worksheet.csv`` into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / "class.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, answers in ANSWERS.items():
            archive.writestr(f"{name}_{IDS[name]}_assignsubmission_file_/{NOTEBOOK}", notebook(answers))
    with (folder / "worksheet.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow([*WORKSHEET, *TIMES])
        for name, id in IDS.items():
            submitted = f"{'Tuesday, 1 December' if name == LATE else 'Monday, 30 November'} 2026, 6:30 PM"
            came = name in ANSWERS
            status = "Submitted for grading" if came else "No submission"
            mail = f"{name.split()[0].lower()}@example.edu"
            times = [submitted if came else "-", "-", ""]
            table.writerow([f"Participant {id}", name, mail, status, "", "10.00", "Yes", *times])
    print(f"{folder / 'class.zip'} and {folder / 'worksheet.csv'}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
