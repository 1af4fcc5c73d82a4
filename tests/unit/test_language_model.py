import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_lm import NGramLM, ToyEnglish, UniformLM
from course_lm.language_model import IncrementalModel, LanguageModel, Recomputed, with_cache

from .rounding import LOGITS

TOY = ToyEnglish()
GRAMS = {order: NGramLM(order, 29).fit(TOY.tokenizer.encode(TOY.sample(3000))) for order in (1, 2, 5)}
MODELS: dict[str, LanguageModel] = {
    "source": TOY,
    "uniform": UniformLM(29),
    **{f"{order}-gram": model for order, model in GRAMS.items()},
}


@st.composite
def rows_in_pieces(draw):
    """``(B, T)`` ids that begin with a line break, and where to cut them."""
    B, T = draw(st.integers(1, 3)), draw(st.integers(1, 12))
    row = st.lists(st.integers(0, 28), min_size=T - 1, max_size=T - 1)
    ids = torch.tensor([[TOY.tokenizer.bos_id, *draw(row)] for _ in range(B)])
    return ids, sorted(draw(st.sets(st.integers(1, T))) | {T})


def in_pieces(model, ids, cuts, cache):
    pieces = [model(ids[:, begin:end], cache) for begin, end in zip([0, *cuts], cuts, strict=False)]
    return torch.cat(pieces, dim=1)


@pytest.mark.parametrize("name", MODELS)
@given(rows_in_pieces())
def test_logits_in_pieces_equal_those_of_the_whole_row_also_after_clear(name, example):
    ids, cuts = example
    model = with_cache(MODELS[name])
    cache = model.new_cache(len(ids))
    for _ in range(2):
        torch.testing.assert_close(in_pieces(model, ids, cuts, cache), MODELS[name](ids))
        assert cache.length == ids.shape[1]
        cache.clear()
        assert cache.length == 0


def test_the_transformer_and_its_recomputed_windows_agree_token_by_token(model, ids):
    every_token = list(range(1, 25))
    for reader in (with_cache(model), Recomputed(model)):
        cache = reader.new_cache(3)
        for _ in range(2):
            torch.testing.assert_close(in_pieces(reader, ids, every_token, cache), model(ids), rtol=0, atol=LOGITS)
            cache.clear()


def test_models_with_a_cache_of_their_own_are_used_as_they_are(model):
    for each in (model, TOY, GRAMS[2]):
        assert with_cache(each) is each
    assert isinstance(with_cache(UniformLM(3)), Recomputed)
    assert isinstance(Recomputed(UniformLM(3)), IncrementalModel)


def test_an_n_gram_remembers_no_more_than_it_looks_at():
    for order, model in GRAMS.items():
        cache = model.new_cache(2)
        for _ in range(7):
            model(torch.zeros(2, 1).long(), cache)
        assert cache.tokens.shape == (2, order - 1)


def test_a_source_asks_for_a_line_break_at_the_start_and_after_clear():
    cache = TOY.new_cache(1)
    t = TOY.tokenizer.encode("t")[None]
    with pytest.raises(ValueError, match="begin with a line break"):
        TOY(t, cache)
    TOY(TOY.tokenizer.encode("\n")[None], cache)
    TOY(t, cache)
    cache.clear()
    with pytest.raises(ValueError, match="begin with a line break"):
        TOY(t, cache)


def test_ids_outside_the_vocabulary_leave_the_cache_of_an_n_gram_as_it_was():
    cache = GRAMS[5].new_cache(1)
    with pytest.raises(ValueError, match="the vocabulary"):
        GRAMS[5](torch.tensor([[29]]), cache)
    assert cache.length == 0
