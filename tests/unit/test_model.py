import math
from dataclasses import replace

import pytest
import torch

from course_lm import ModelConfig, TransformerLM, cross_entropy

from .rounding import LOGITS


def test_logits_have_one_row_per_input_and_one_column_per_vocabulary_entry(model, ids):
    logits = model(ids)
    assert logits.shape == (3, 24, 29)
    assert logits.dtype == torch.float32


@pytest.mark.parametrize("t", range(1, 24))
def test_future_tokens_do_not_move_past_logits(model, ids, t):
    for shift in (1, 7):
        other = torch.cat([ids[:, :t], (ids[:, t:] + shift) % 29], dim=1)
        torch.testing.assert_close(model(other)[:, :t], model(ids)[:, :t], rtol=0, atol=LOGITS)


def test_every_earlier_token_moves_the_last_logits(model, ids):
    last = model(ids)[:, -1]
    for t in range(24):
        other = ids.clone()
        other[:, t] = (other[:, t] + 1) % 29
        assert not torch.allclose(model(other)[:, -1], last, rtol=0, atol=10 * LOGITS)


def test_an_untrained_model_costs_ln_v(tokenizer, ids):
    untrained = TransformerLM(ModelConfig.preset("tiny", 29))
    assert cross_entropy(untrained(ids), ids).item() == pytest.approx(math.log(29), abs=1e-6)


@pytest.mark.parametrize("cuts", [[1] * 24, [10] + [1] * 14, [5, 7, 12]])
def test_reading_through_the_cache_equals_reading_at_once(model, ids, cuts):
    cache = model.new_cache(3)
    parts = [model(part, cache) for part in ids.split(cuts, dim=1)]
    torch.testing.assert_close(torch.cat(parts, dim=1), model(ids), rtol=0, atol=LOGITS)


@pytest.fixture
def dropping(model) -> TransformerLM:
    """The same model in training, where it drops a quarter of its activations."""
    dropping = TransformerLM(replace(model.config, dropout=0.25)).double().train()
    dropping.load_state_dict(model.state_dict())
    torch.manual_seed(0)
    return dropping


def assert_a_quarter_dropped(found, whole, n_chances):
    """Each number is 0, or 4/3 of what it was, which keeps the mean; ``n_chances`` of them are drawn independently."""
    kept = found != 0
    torch.testing.assert_close(found[kept], whole[kept] * 4 / 3)
    assert abs((~kept).double().mean() - 0.25) < 5 * (0.25 * 0.75 / n_chances) ** 0.5


@torch.no_grad()
def test_dropout_acts_on_the_stream_that_enters_the_blocks(dropping, ids):
    entered = []
    dropping.blocks[0].register_forward_pre_hook(lambda _, inputs: entered.append(inputs[0]))
    dropping(ids)
    assert_a_quarter_dropped(entered[0], dropping.embed(ids), 3 * 24 * 16)


@torch.no_grad()
def test_dropout_acts_on_the_weights_of_attention(dropping):
    """A single position has the weight 1 in every head, so a head gives its value or nothing."""
    attention, x = dropping.blocks[0].attention, torch.randn(500, 1, 16, dtype=torch.float64)
    attention.out.copy_(torch.eye(16))
    assert_a_quarter_dropped(attention(x, None), x @ attention.value.T, 500 * 2)


@torch.no_grad()
@pytest.mark.parametrize(("kept", "silenced"), [("attention", "down"), ("mlp", "attention.out")])
def test_dropout_acts_on_what_attention_and_the_mlp_add_to_the_stream(dropping, kept, silenced):
    block, x = dropping.blocks[0], torch.randn(40, 3, 16, dtype=torch.float64)
    block.get_parameter(silenced).zero_()
    block.attention.dropout = 0.0
    added = block(x, None) - x
    assert_a_quarter_dropped(added, block.eval()(x, None) - x, 40 * 3 * 16)


@pytest.mark.parametrize(
    ("weights", "logits"),
    [(torch.bfloat16, torch.float32), (torch.float32, torch.float32), (torch.float64, torch.float64)],
)
def test_logits_are_float32_or_the_wider_type_of_the_weights(model, ids, weights, logits):
    assert model.to(weights)(ids).dtype == logits


def test_logits_of_products_in_bfloat16_are_float32(model, ids):
    with torch.autocast("cpu", torch.bfloat16):
        assert model(ids).dtype == torch.float32


def test_a_row_that_grows_beyond_the_context_is_refused(model, ids):
    cache = model.new_cache(3)
    model(ids[:, :20], cache)
    with pytest.raises(ValueError, match="context_length = 24 tokens long; got 25"):
        model(ids[:, :5], cache)
    model(ids[:, :4], cache)


def test_the_state_of_a_model_is_its_parameters(model):
    assert model.state_dict().keys() == dict(model.named_parameters()).keys()


def test_a_row_does_not_depend_on_its_neighbors_in_the_batch(model, ids):
    torch.testing.assert_close(model(ids)[1:2], model(ids[1:2]), rtol=0, atol=LOGITS)


def test_weights_begin_with_their_spread_and_outputs_at_0():
    model = TransformerLM(ModelConfig(vocab_size=50, context_length=8, n_layers=2, n_heads=2, d_model=64))
    assert model.embedding.std().item() == pytest.approx(1, rel=0.05)
    assert (model.previous == 0.5).all()
    for block in model.blocks:
        for matrix in (block.attention.query, block.attention.key, block.attention.value, block.up):
            assert matrix.std().item() == pytest.approx(64**-0.5, rel=0.05)
            assert matrix.mean().item() == pytest.approx(0, abs=0.01)
    assert not any(matrix.any() for matrix in (model.head, model.blocks[1].down, model.blocks[1].attention.out))


def test_parameter_counts_of_the_presets():
    def count(name):
        return sum(p.numel() for p in TransformerLM(ModelConfig.preset(name, 65)).parameters())

    assert count("small") == pytest.approx(0.80e6, rel=0.01)
    assert count("base") == pytest.approx(10.6e6, rel=0.01)


def test_the_seed_decides_the_weights_and_the_callers_random_numbers_stay():
    config = ModelConfig.preset("tiny", 29)
    torch.manual_seed(0)
    expected = torch.rand(1)
    torch.manual_seed(0)
    first, second, other = (TransformerLM(config, seed=s) for s in (1, 1, 2))
    assert torch.rand(1) == expected
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))
    assert not torch.equal(first.embedding, other.embedding)


@pytest.mark.parametrize(
    ("bad", "error", "words"),
    [
        (torch.zeros(24).long(), ValueError, r"\(B, T\).*\(24,\)"),
        (torch.zeros(2, 0).long(), ValueError, "T at least 1"),
        (torch.zeros(2, 25).long(), ValueError, "context_length = 24.*25"),
        (torch.full((2, 3), 29), ValueError, r"\[0, 29\).*29"),
        (torch.full((2, 3), -1), ValueError, r"\[0, 29\).*-1"),
        (torch.zeros(2, 3), TypeError, "int64.*float32"),
    ],
)
def test_rows_that_the_model_cannot_read_are_refused_in_a_sentence(model, bad, error, words):
    with pytest.raises(error, match=words):
        model(bad)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"n_heads": 3}, r"n_heads must divide d_model.*\[1, 2, 4, 8\]"),
        ({"n_heads": 16}, "must be even"),
        ({"d_model": 0}, "d_model must be a whole number of at least 1; got 0"),
        ({"vocab_size": 2.0}, "vocab_size must be a whole number"),
        ({"n_layers": True}, "n_layers must be a whole number"),
        ({"dropout": 1.0}, "dropout must be in"),
    ],
)
def test_a_shape_that_cannot_work_is_refused(change, words):
    shape = {"vocab_size": 29, "context_length": 8, "n_layers": 1, "n_heads": 2, "d_model": 16}
    with pytest.raises(ValueError, match=words):
        ModelConfig(**(shape | change))


def test_an_unknown_preset_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"tiny, small, medium, base; got 'huge'"):
        ModelConfig.preset("huge", 29)
