import pytest
import torch

from course_lm import ModelConfig, NGramLM, TrainConfig, TransformerLM, UniformLM, evaluate, leaks_future, train
from course_lm.leaks import MaskOffByOneLM, NoMaskLM, NormAcrossTimeLM

LEAKING = [MaskOffByOneLM, NoMaskLM, NormAcrossTimeLM]


def randomized(kind, tokenizer, n_layers=2):
    model = kind(ModelConfig(tokenizer.vocab_size, context_length=24, n_layers=n_layers, n_heads=2, d_model=16))
    generator = torch.Generator().manual_seed(4)
    with torch.no_grad():
        for weights in model.parameters():
            weights.copy_(torch.randn(weights.shape, generator=generator) * 0.4)
    return model


def test_honest_models_are_clean(model, ids, toy, corpus):
    sentences = corpus.val[:24].repeat(2, 1)
    assert not leaks_future(model, ids)
    assert not leaks_future(UniformLM(29), ids)
    assert not leaks_future(NGramLM(4, 29).fit(corpus.train), ids)
    assert not leaks_future(toy, sentences)


@pytest.mark.parametrize("kind", LEAKING)
def test_every_leaking_variant_is_caught(kind, tokenizer, ids):
    leak = leaks_future(randomized(kind, tokenizer), ids)
    assert leak
    assert leak.position < leak.cut
    assert leak.change > 1e-4
    assert leaks_future(randomized(kind, tokenizer).double(), ids)


def test_a_mask_off_by_one_shows_just_before_the_cut(tokenizer, ids):
    leak = leaks_future(randomized(MaskOffByOneLM, tokenizer), ids)
    assert (leak.position, leak.cut) == (0, 1)


@torch.no_grad()
@pytest.mark.parametrize(("kind", "seen"), [(TransformerLM, 4), (MaskOffByOneLM, 5), (NoMaskLM, 23)])
def test_one_layer_sees_as_far_ahead_as_its_name_says(kind, seen, tokenizer, ids):
    """The last token that moves the logits at position 4."""
    model = randomized(kind, tokenizer, n_layers=1)
    others = ids[:1].repeat(24, 1) + torch.eye(24, dtype=torch.int64)  # row t has another token t
    moved = (model(others % 29)[:, 4] - model(ids[:1])[:, 4]).abs().amax(-1) > 1e-4
    assert moved.nonzero().max() == seen


@torch.no_grad()
def test_a_normalization_across_time_gives_every_channel_of_a_row_a_root_mean_square_of_1(tokenizer, ids):
    stream = randomized(NormAcrossTimeLM, tokenizer).embed(ids)
    torch.testing.assert_close(stream.square().mean(1), torch.ones(3, 16), rtol=1e-3, atol=0)


def test_a_vocabulary_of_two_tokens_and_a_row_of_two_are_enough(ids):
    class Peeks(UniformLM):
        def __call__(self, rows):
            return torch.stack([rows.roll(-1, 1).float()] * 2, dim=-1)

    assert leaks_future(Peeks(2), ids[:1, :2] % 2, tolerance=0.99).change == 1
    assert not leaks_future(Peeks(2), ids[:1, :2] % 2, tolerance=1.0)


def test_a_leak_from_far_away_in_one_row_and_one_token_is_found(ids):
    class Peeks(UniformLM):
        """Position 3 of the last row moves when token 20 is not the one it was."""

        def __call__(self, rows):
            logits = super().__call__(rows)
            logits[-1, 3, 5] += (rows[-1, 20] != ids[-1, 20]).float()
            return logits

    leak = leaks_future(Peeks(29), ids)
    assert (leak.row, leak.position, leak.change) == (2, 3, 1.0)
    assert leak.cut == 4  # the earliest cut that changes token 20 and leaves position 3


def test_at_every_cut_two_futures_without_any_token_of_the_true_one_are_tried(ids):
    class Recording(UniformLM):
        def __call__(self, rows):
            read.append(rows)
            return super().__call__(rows)

    read: list[torch.Tensor] = []
    assert not leaks_future(Recording(29), ids, seed=0)
    assert not leaks_future(Recording(29), ids)
    assert all(torch.equal(*pair) for pair in zip(read[:47], read[47:], strict=True))  # 0 is the seed without another
    del read[47:]
    for cut in range(1, 24):
        tried = [rows for rows in read if torch.equal(rows != ids, (torch.arange(24) >= cut).expand(3, 24))]
        assert len(tried) == 2
        assert not torch.equal(*tried)
    assert len(read) == 1 + 2 * 23


def test_of_all_that_a_cut_moves_the_earliest_position_is_reported(ids):
    class Peeks(UniformLM):
        """Positions 5 and 3 of two rows move when token 6 is the first to be another."""

        def __call__(self, rows):
            logits = super().__call__(rows)
            first = torch.equal(rows[:, :6], ids[:, :6]) and not torch.equal(rows[:, 6], ids[:, 6])
            logits[[0, 2], [5, 3], 1] += float(first)
            return logits

    leak = leaks_future(Peeks(29), ids)
    assert (leak.row, leak.position, leak.cut) == (2, 3, 6)


def test_a_change_to_not_a_number_is_a_leak_and_equal_infinities_are_none(ids):
    class Fixed(UniformLM):
        broken = False

        def __call__(self, rows):
            logits = super().__call__(rows)
            logits[..., 0] = -torch.inf
            if self.broken and not torch.equal(rows, ids):
                logits[:, 2] = torch.nan
            return logits

    fixed = Fixed(29)
    assert not leaks_future(fixed, ids)
    fixed.broken = True
    assert leaks_future(fixed, ids).position == 2


def test_the_mode_of_a_module_is_kept_and_dropout_is_no_leak(tokenizer, ids):
    config = ModelConfig(tokenizer.vocab_size, context_length=24, n_layers=1, n_heads=2, d_model=16, dropout=0.5)
    model = TransformerLM(config).train()
    torch.nn.init.normal_(model.head)
    assert not leaks_future(model, ids)
    assert model.training


def loss_after_training(kind, corpus, steps):
    model = kind(ModelConfig(29, context_length=68, n_layers=1, n_heads=2, d_model=32))
    plan = TrainConfig(steps=steps, batch_size=8)
    list(train(model, corpus, plan))
    return evaluate(model, corpus.val, starts=corpus.starts(corpus.val)).nats_per_token


@pytest.mark.parametrize(("kind", "steps"), [(MaskOffByOneLM, 100), (NoMaskLM, 250)])
def test_a_model_that_sees_the_answer_falls_below_the_floor(kind, steps, corpus):
    assert loss_after_training(kind, corpus, steps) < corpus.source.entropy_rate - 0.05


def test_a_normalization_across_time_does_not_look_wonderful(corpus):
    honest, leaking = (loss_after_training(kind, corpus, 150) for kind in (TransformerLM, NormAcrossTimeLM))
    assert leaking > corpus.source.entropy_rate + 0.05
    assert leaking == pytest.approx(honest, abs=0.2)


def test_what_cannot_be_tested_is_refused(model):
    with pytest.raises(ValueError, match=r"T at least 2.*got \(3, 1\)"):
        leaks_future(model, torch.zeros(3, 1).long())
    with pytest.raises(ValueError, match=r"must have 2 tokens.*and 1"):
        leaks_future(UniformLM(1), torch.zeros(1, 3).long())
