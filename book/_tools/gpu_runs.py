"""Write the page of runs on a GPU from the records that `benchmarks/gpu.py` kept of them.

    python book/_tools/gpu_runs.py

What stands between the two marks of `book/gpu_runs.md` is made from `benchmarks/records/*.json` alone, so a number
there is one that a card gave. A record of a CPU is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
RECORDS = ROOT / "benchmarks" / "records"
PAGE = ROOT / "book" / "gpu_runs.md"
MARKED = re.compile(r"(?<=<!-- what the records say -->\n).*?(?=<!-- end of what the records say -->)", re.DOTALL)
NO_RECORD = "No run on a GPU has been measured yet. The next section says how to measure one.\n"
HEAD = (
    "| run | updates | loss, nats per token | seconds | seconds to the target | tokens per second "
    "| share of the peak | memory, GiB |\n|---|---|---|---|---|---|---|---|"
)
Record = Mapping[str, Any]


def in_words(record: Record) -> str:
    """A section of the page: the card and the software, a row for each run, the curves."""
    machine, runs = record["machine"], record["runs"]
    where = machine["card"] or f"no card, {machine['device']}"
    software = f"torch {machine['torch']}"
    if machine["card"]:
        memory = f"{machine['card_memory_gib']:.1f} GiB"
        software = f"{memory}, driver {machine['driver']}, CUDA {machine['cuda']}, {software}"
    about = (
        f"{software}. Matrix products are computed in {machine['matrix_products']}; in a large one the device reaches "
        f"{machine['peak_teraflops']:.1f} trillion operations per second. Corpus: {record['corpus']['name']}. "
        f"Target: a loss of {record['target']} nats per token."
    )
    table = "\n".join([HEAD, *map(_row, runs)])
    return "\n\n".join([f"### {where}, {machine['date']}", about, table, *_comparison(runs), *map(_curve, runs)]) + "\n"


def _row(run: Record) -> str:
    to_target, share, memory = run["seconds_to_target"], run["share_of_peak"], run["memory_gib"]
    cells = [
        run["name"],
        f"{run['updates']:,}",
        f"{run['nats_per_token']:.4f}",
        f"{run['seconds']:.1f}",
        "not reached" if to_target is None else f"{to_target:.1f}",
        f"{run['tokens_per_second']:,.0f}",
        "" if share is None else f"{share:.0%}",
        "" if memory is None else f"{memory:.1f}",
    ]
    return f"| {' | '.join(cells)} |"


def _comparison(runs: Sequence[Record]) -> Iterator[str]:
    """How many times as long the second run took to the target."""
    times = [run["seconds_to_target"] for run in runs]
    if len(runs) == 2 and None not in times:
        ours, peer = runs
        yield f"To reach the target, {peer['name']} took {times[1] / times[0]:.1f} times as long as {ours['name']}."


def _curve(run: Record) -> str:
    rows = "\n".join(f"| {updates:,} | {seconds:.1f} | {loss:.4f} |" for updates, seconds, loss in run["curve"])
    head = "| updates | seconds of training | loss, nats per token |\n|---|---|---|"
    return f"The curve of {run['name']}:\n\n{head}\n{rows}"


def read(folder: Path) -> list[Record]:
    """The records of a folder in the order of their names, which begin with the date.

    Raises:
        ValueError: if one is not the record of a GPU.
    """
    records = []
    for path in sorted(folder.glob("*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        device = record.get("machine", {}).get("device")
        if device != "cuda":
            raise ValueError(
                f"{path.name} must be the record of a run on a GPU; its device is {device!r}. Remove it, and run "
                "benchmarks/gpu.py on a machine with a GPU."
            )
        records.append(record)
    return records


def filled(page: str, records: Sequence[Record]) -> str:
    """The page with what the records say between its marks."""
    content = "\n".join(map(in_words, records)) or NO_RECORD
    return MARKED.sub(lambda _: f"\n{content}\n", page)


def own_words(page: str) -> str:
    """The page without what the records say."""
    return MARKED.sub("", page)


if __name__ == "__main__":
    measured = read(RECORDS)
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), measured), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)} holds {len(measured)} measured runs")
