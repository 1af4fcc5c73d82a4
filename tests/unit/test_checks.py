"""A number is a number, whoever made it; and what is none is refused in the words of its name."""

from typing import Any

import numpy as np
import pytest
import torch

from course_lm import (
    BPETokenizer,
    ModelConfig,
    NGramLM,
    ToyEnglish,
    TrainConfig,
    TransformerLM,
    UniformLM,
    batches,
    bits_per_byte,
    cross_entropy,
    evaluate,
    generate,
    leaks_future,
    load_checkpoint,
    nats_to_bits,
    perplexity,
    save_checkpoint,
)

WHOLE = [np.int64, np.int16, np.int32, torch.tensor, lambda n: torch.tensor(n, dtype=torch.int32)]
REAL = [np.float64, np.float32, torch.tensor, lambda x: torch.tensor(x, dtype=torch.float64), np.longdouble]
KINDS = pytest.mark.parametrize(("whole", "real"), [*zip(WHOLE, REAL, strict=True)])  # each argument is read alone


@KINDS
def test_configurations_hold_numbers_of_python_whoever_gave_them(tmp_path, whole, real):
    config = ModelConfig(whole(29), whole(8), whole(1), whole(2), whole(16), dropout=real(0.5))
    plan = TrainConfig(whole(3), whole(4), muon_lr=real(0.25), seed=whole(7), warmup_steps=whole(0))
    assert config == ModelConfig(29, 8, 1, 2, 16, dropout=0.5)
    assert plan == TrainConfig(3, 4, muon_lr=0.25, seed=7)
    save_checkpoint(tmp_path, TransformerLM(config, seed=whole(3)), plan=plan, step=whole(2))
    found = load_checkpoint(tmp_path)
    assert (found.model.config, found.plan, found.step) == (config, plan, 2)
    assert torch.equal(found.model.embedding, TransformerLM(config, seed=3).embedding)


@KINDS
def test_functions_take_any_number(model, ids, whole, real):
    row = ids[0]
    assert perplexity(real(0.5)) == perplexity(0.5)
    assert nats_to_bits(real(0.5)) == nats_to_bits(0.5)
    assert bits_per_byte(real(0.5), whole(2)) == bits_per_byte(0.5, 2)
    assert evaluate(model, row, context_length=whole(8), stride=whole(4)) == evaluate(
        model, row, context_length=8, stride=4
    )
    assert leaks_future(model, ids[:, :3], tolerance=real(0.5), seed=whole(1)) is None
    written = [
        generate(model, row[None], n, temperature=t, top_k=k, top_p=p, generator=torch.Generator().manual_seed(0))
        for n, t, k, p in ((whole(3), real(0.5), whole(4), real(0.75)), (3, 0.5, 4, 0.75))
    ]
    assert torch.equal(*written)
    x, _ = next(batches(row, whole(2), whole(5), generator=torch.Generator()))
    assert x.shape == (2, 5)
    assert ToyEnglish().sample(whole(9), seed=whole(1)) == ToyEnglish().sample(9, seed=1)
    assert NGramLM(whole(2), whole(29)).order == 2
    assert UniformLM(whole(29)).vocab_size == 29
    size: Any = torch.tensor(257)
    assert BPETokenizer.train("abab", size).vocab_size == 257
    targets = torch.tensor([1, 0])
    assert cross_entropy(torch.zeros(2, 3), targets, ignore_index=whole(1)) == pytest.approx(np.log(3))


@pytest.mark.parametrize(
    "bad", [2.0, "2", None, True, np.bool_(True), torch.tensor(True), torch.tensor(2.0), torch.arange(3), 0]
)
def test_what_is_no_whole_number_is_refused_by_name(bad):
    with pytest.raises(ValueError, match=r"n_layers must be a whole number of at least 1; got "):
        ModelConfig(29, 8, bad, 2, 16)


@pytest.mark.parametrize("bad", ["0.1", None, True, torch.tensor(False), torch.rand(3), 1j])
def test_what_is_no_number_is_refused_by_name(bad):
    with pytest.raises(ValueError, match=r"muon_lr must be a number; got "):
        TrainConfig(3, 4, muon_lr=bad)


def test_ids_outside_the_vocabulary_are_refused_by_every_model(model, toy):
    counted = NGramLM(2, 29).fit(toy.tokenizer.encode("\nthe dog rests.\n"))
    bos = toy.tokenizer.bos_id
    for reader in (UniformLM(29), counted, toy, model):
        for bad in (torch.tensor([[bos, -1]]), torch.tensor([[bos, 29]])):
            with pytest.raises(ValueError, match=r"ids must be in \[0, 29\), the vocabulary"):
                reader(bad)
        with pytest.raises(TypeError, match=r"ids must be int64 token ids; got torch.float32"):
            reader(torch.zeros(1, 2))
        with pytest.raises(ValueError, match=r"ids must be \(B, T\)"):
            reader(torch.tensor([bos]))
