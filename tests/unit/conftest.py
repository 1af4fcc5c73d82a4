"""Tiny texts, one tiny model and one exact source, made once."""

import functools
import itertools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
import torch
from hypothesis import settings

from course_lm import (
    BPETokenizer,
    ByteTokenizer,
    CharTokenizer,
    ModelConfig,
    Tokenizer,
    ToyEnglish,
    TransformerLM,
    cli,
)
from course_lm._transformers import asking
from course_lm.data import Corpus, line_starts
from course_lm.grading import batch
from course_lm.grading.batch import Graded
from course_lm.grading.sandbox import Sandbox
from course_lm.grading.seal import Seal, find_seal

SEAL = functools.cache(find_seal)
settings.register_profile("course", deadline=None, derandomize=True)
settings.load_profile("course")


class WarmSandbox:
    """Stands for a sandbox that starts anew: lends one that has started already, and takes it back."""

    idle: ClassVar[dict[Seal, list[Sandbox]]] = {}

    def __init__(self, seal: Seal) -> None:
        self.seal = seal
        idle = self.idle.setdefault(seal, [])
        # Started here and not on entering, since a seal ends with the thread that started it, and those of a batch do.
        self.lent = idle.pop() if idle else Sandbox(seal).__enter__()

    def __enter__(self) -> Sandbox:
        return self.lent

    def __exit__(self, *_: object) -> None:
        self.idle[self.seal].append(self.lent)


@pytest.fixture(scope="session")
def warm_sandbox() -> Iterator[type[WarmSandbox]]:
    """A store of sandboxes, since each takes seconds to start."""
    yield WarmSandbox
    for sandbox in itertools.chain(*WarmSandbox.idle.values()):
        sandbox.__exit__(None, None, None)


def stay_warm(patch: pytest.MonkeyPatch, sandbox: type[WarmSandbox]) -> None:
    """Grading takes a sandbox from the store, one if no test asks for more, and does not look for a seal again."""
    patch.setattr(batch, "Sandbox", sandbox)
    patch.setattr(batch, "_cores", lambda: 1)
    patch.setattr(batch, "find_seal", SEAL)


@pytest.fixture
def warm_sandboxes(warm_sandbox, monkeypatch):
    """In this test grading stays warm."""
    stay_warm(monkeypatch, warm_sandbox)


@pytest.fixture(scope="session")
def grade_warm(warm_sandbox) -> Callable[..., Graded]:
    """The same for one call of `grade`, in fixtures that live longer than a test."""

    def grade_warm(*arguments: Any) -> Graded:
        with pytest.MonkeyPatch.context() as patch:
            stay_warm(patch, warm_sandbox)
            return batch.grade(*arguments)

    return grade_warm


@pytest.fixture(scope="session")
def toy() -> ToyEnglish:
    return ToyEnglish()


@pytest.fixture(scope="session")
def tokenizer(toy) -> CharTokenizer:
    return toy.tokenizer


@pytest.fixture(scope="session")
def learned(toy) -> BPETokenizer:
    """Merges learned from toy English and some characters of two bytes."""
    return BPETokenizer.train(toy.sample(20_000) + "Ünïcödé, ünïcödé\n", 400)


@pytest.fixture(params=["characters", "bytes", "bpe"])
def any_tokenizer(request, learned) -> Tokenizer:
    """One of each kind; all of them can encode the letters of "héello"."""
    return {"characters": CharTokenizer.from_text("héello\n"), "bytes": ByteTokenizer(), "bpe": learned}[request.param]


@pytest.fixture(scope="session")
def corpus(toy) -> Corpus:
    """The toy corpus in small."""
    text = toy.sample(30_000, seed=1)
    ids = toy.tokenizer.encode_with_bos(text)
    cut = int(line_starts(ids, toy.tokenizer.bos_id)[-60])
    return Corpus("toy", text, toy.tokenizer, train=ids[: cut + 1], val=ids[cut:], source=toy)


@pytest.fixture(scope="session")
def corpus_file(tmp_path_factory) -> Path:
    """A file of 128 lines that small runs can learn; tests read it and leave it as it is."""
    path = tmp_path_factory.mktemp("corpus") / "animals.txt"
    path.write_text("".join(f"the {one} sees the {other}.\n" for one in "abcdefgh" for other in "abcdefghijklmnop"))
    return path


@pytest.fixture(scope="session")
def pretrained_folder(tmp_path_factory, toy) -> Callable[[str], Path]:
    """The folder of a small model of the transformers library, made when its shape is first asked for."""
    from .pretrained_folders import byte_level, network, save_tokenizer  # here, since it takes seconds

    root, tokenizer = tmp_path_factory.mktemp("pretrained"), byte_level(toy.sample(5000))

    def folder(shape: str) -> Path:
        path: Path = root / shape
        if not path.exists():
            with asking(shape):  # quietly
                network(shape).save_pretrained(path)
                save_tokenizer(tokenizer, path)
        return path

    return folder


@pytest.fixture
def run(capsys, monkeypatch):
    """Run the command line in this process: exit code, standard output, standard error."""

    def call(*words: str):
        monkeypatch.setattr(sys, "argv", ["course-lm", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        captured = capsys.readouterr()
        return end.value.code or 0, captured.out, captured.err

    return call


@pytest.fixture
def model(tokenizer) -> TransformerLM:
    """An untrained model whose every weight is random, so that nothing is right by being 0."""
    config = ModelConfig(tokenizer.vocab_size, context_length=24, n_layers=2, n_heads=2, d_model=16)
    model = TransformerLM(config, seed=3).eval()
    generator = torch.Generator().manual_seed(4)
    with torch.no_grad():
        for weights in model.parameters():
            weights.copy_(torch.randn(weights.shape, generator=generator) * 0.4)
    return model


@pytest.fixture
def ids(tokenizer) -> torch.Tensor:
    """``(3, 24)`` random ids."""
    return torch.randint(tokenizer.vocab_size, (3, 24), generator=torch.Generator().manual_seed(5))
