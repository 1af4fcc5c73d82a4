"""Several processes with gloo on the CPU. `make test-long` starts them with torchrun, as a user does."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from course_lm import ModelConfig, TrainConfig, TransformerLM, cli, load_checkpoint, load_corpus, train
from course_lm.distributed import Processes, launched

from .fresh_process import FRESH
from .rounding import after_training

PLANS = {
    "adamw": TrainConfig(steps=20, batch_size=5, muon_lr=0, adamw_lr=3e-3, eval_every=10),  # 5 rows: 3 and 2
    "muon": TrainConfig(steps=2, batch_size=4),
    "muon to the end": TrainConfig(steps=30, batch_size=4),
    "dropout": TrainConfig(steps=4, batch_size=4, checkpoint_every=2),
}
RUN = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from tests.unit.test_distributed import tell_losses
tell_losses(*sys.argv[1:])
"""


def losses_of_all_plans(corpus_file, folder):
    corpus = load_corpus(corpus_file)
    losses: dict[str, list[float | None]] = {}
    for name, plan in PLANS.items():
        dropout = 0.2 if name == "dropout" else 0.0
        config = ModelConfig(corpus.tokenizer.vocab_size, 16, n_layers=2, n_heads=2, d_model=16, dropout=dropout)
        records = list(train(TransformerLM(config), corpus, plan, folder=Path(folder, name)))
        losses[name] = [*(r.nats_per_token for r in records), records[-1].val_nats_per_token]
    return losses


def tell_losses(corpus_file, folder, told):
    """What each process does; the first one writes it down."""
    losses = losses_of_all_plans(corpus_file, folder)
    if launched().rank == 0:
        Path(told).write_text(json.dumps(losses))


def two_processes(target, *arguments):
    """Two that have started, each with the variables that torchrun would give it."""
    port = free_port()
    processes = [FRESH.Process(target=_as_launched, args=(rank, port, target, arguments)) for rank in (0, 1)]
    for process in processes:
        process.start()
    return processes


def _as_launched(rank, port, target, arguments):
    known = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": 2, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    os.environ |= {name: str(value) for name, value in known.items()}
    target(*arguments)


def forked(*arguments):
    processes = two_processes(tell_losses, *arguments)
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0, 0]


def torchrun(*arguments):
    words = ["--standalone", "--nproc-per-node", "2", "--no-python", sys.executable, "-c", RUN, *map(str, arguments)]
    subprocess.run([sys.executable, "-m", "torch.distributed.run", *words], check=True, capture_output=True)


@pytest.mark.parametrize("launch", [forked, pytest.param(torchrun, marks=pytest.mark.long)])
def test_two_processes_have_the_losses_of_one_with_the_same_batch(launch, tmp_path, corpus_file):
    launch(corpus_file, tmp_path / "two", tmp_path / "told.json")
    two = json.loads((tmp_path / "told.json").read_text())
    one = losses_of_all_plans(corpus_file, tmp_path / "one")
    assert two["adamw"] == pytest.approx(one["adamw"], abs=after_training(20, muon=False))
    assert one["adamw"][0] - one["adamw"][-1] > 0.5  # something was learned meanwhile
    assert load_checkpoint(tmp_path / "two" / "dropout").step == 4
    for name in ("muon", "muon to the end"):
        assert two[name] == pytest.approx(one[name], abs=after_training(PLANS[name].steps, muon=True))


def command_line(folder, *words):
    """The command line in a process that writes its messages to a file."""
    sys.argv = ["course-lm", *map(str, words)]
    with Path(folder, f"said{launched().rank}").open("w") as sys.stdout:
        sys.stderr = sys.stdout
        cli.main()


def test_the_command_trains_in_two_processes_and_a_lost_one_ends_it_with_a_message(tmp_path, corpus_file):
    out = tmp_path / "run"
    # torchrun would end the other one itself when one is lost.
    first, second = two_processes(command_line, tmp_path, "train", "--corpus", corpus_file, "--out", out)
    log = out / "records.jsonl"
    while first.is_alive() and (not log.exists() or log.read_text().count("\n") < 2):
        time.sleep(0.05)
    steps = [json.loads(line)["step"] for line in log.read_text().splitlines()[:2]]
    assert steps == [1, 2]  # one process writes
    second.kill()
    second.join()
    first.join(60)
    assert first.exitcode == 1
    err = (tmp_path / "said0").read_text()
    assert "course-lm: process 0 of 2 stopped, most likely since it lost another one" in err
    assert "Start all of them again with --resume." in err


def machine(rank: int, port: int, *words: object) -> subprocess.Popen[str]:
    """The torchrun of one of two machines, which starts one process and sees the other machine's at an address."""
    command = [sys.executable, "-m", "torch.distributed.run", "--nnodes", "2", "--nproc-per-node", "1"]
    command += ["--rdzv-backend", "c10d", "--rdzv-endpoint", f"127.0.0.1:{port}", "--rdzv-id", "run"]
    command += ["--rdzv-conf", f"is_host={rank == 0}", "--local-addr", "127.0.0.1"]
    command += ["-m", "course_lm.cli", *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.mark.long
def test_machines_that_do_not_see_the_same_folder_are_told_so(tmp_path, corpus_file):
    port, command = free_port(), ("train", "--corpus", corpus_file, "--steps", 60, "--out")
    one = subprocess.run([sys.executable, "-m", "course_lm.cli", *map(str, command), tmp_path / "0"], check=True)
    assert one.returncode == 0
    (tmp_path / "1").mkdir()
    machines = [
        machine(rank, port, *command, tmp_path / str(rank), *(["--resume"] if rank == 0 else [])) for rank in (0, 1)
    ]
    told = [one.communicate(timeout=120)[1] for one in machines]
    for err in told:
        assert "all processes must go on from the same checkpoint; theirs are of the updates [60, 0]" in err


def test_the_rows_of_a_batch_are_shared_without_loss():
    rows = torch.arange(7)
    shares = [Processes(rank, 3).share(rows) for rank in range(3)]
    assert [len(share) for share in shares] == [3, 2, 2]
    assert sorted(torch.cat(shares).tolist()) == rows.tolist()


def test_without_torchrun_there_is_one_process(monkeypatch):
    monkeypatch.delenv("RANK", raising=False)
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    assert launched() == Processes(0, 1)


def test_a_batch_with_fewer_rows_than_processes_is_refused(tmp_path, monkeypatch, corpus_file):
    monkeypatch.setenv("RANK", "0")
    monkeypatch.setenv("WORLD_SIZE", "4")
    corpus = load_corpus(corpus_file)
    model = TransformerLM(ModelConfig(corpus.tokenizer.vocab_size, 16, n_layers=1, n_heads=1, d_model=8))
    with pytest.raises(ValueError, match=r"batch_size must be at least the number of processes, 4; got 3"):
        next(train(model, corpus, TrainConfig(steps=1, batch_size=3)))
