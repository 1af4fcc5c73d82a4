"""What is measured of models that train along is the size of a file that can be read again."""

import math

import pytest
import torch
import training_along_record as record

from course_lm import ModelConfig, TrainConfig, TransformerLM
from course_lm.arithmetic_coder import Decoder, Encoder
from course_lm.codec import cumulative_frequencies
from course_lm.evaluate import PADDING

TEXT = torch.tensor([0, 3, 1, 0, 2, 2, 0, 3, 1, 1, 0, 3, 0, 2, 1, 0])  # sentences that end with 0, after a first 0
V, T = 4, 5
PLAN = TrainConfig(steps=3, batch_size=2)


def learner():
    return record.Learner(TransformerLM(ModelConfig(V, T, n_layers=1, n_heads=1, d_model=8)), PLAN)


@pytest.mark.parametrize("rows", [record.block_rows(TEXT, T), record.sentence_rows(TEXT, T, bos_id=0)])
def test_rows_price_every_token_once_in_order_and_begin_with_what_is_known(rows):
    x, y = rows
    assert torch.equal(y[y != PADDING], TEXT[1:])
    last = [int(row[row != PADDING][-1]) for row in y]
    assert x[:, 0].tolist() == [int(TEXT[0]), *last[:-1]]


def test_a_reader_who_trains_along_reads_the_text_from_as_many_bits_as_were_charged():
    """The scores of both are equal to the bit, since the reader's batches have the shape of the writer's."""
    x, y = record.sentence_rows(TEXT, T, bos_id=0)
    writer, encoder, charged = learner(), Encoder(), 0.0
    for batch_x, batch_y in zip(x.split(2), y.split(2), strict=True):
        with torch.no_grad():
            logits = writer.model(batch_x)
        for scores, token in zip(logits[batch_y != PADDING], batch_y[batch_y != PADDING].tolist(), strict=True):
            encoder.encode(cumulative_frequencies(scores), token)
        charged += float(writer.bits(batch_x, batch_y).sum())
    payload = encoder.finish()
    assert abs(8 * len(payload) - charged) < 16
    reader, decoder, text = learner(), Decoder(payload), [0]
    for n_rows in [len(batch) for batch in x.split(2)]:  # the number of sentences stands in the header of a file
        read_x, read_y = torch.zeros(n_rows, T, dtype=torch.int64), torch.full((n_rows, T), PADDING)
        for row in range(n_rows):
            for t in range(T):
                read_x[row, t] = text[-1]
                with torch.no_grad():
                    scores = reader.model(read_x)[row, t]
                text.append(decoder.decode(cumulative_frequencies(scores)))
                read_y[row, t] = text[-1]
                if text[-1] == 0:
                    break
        reader.bits(read_x, read_y)
    assert text == TEXT.tolist()


def test_a_batch_is_charged_before_the_model_learns_from_it():
    x, y = record.block_rows(TEXT, T)
    one = learner()
    first = one.bits(x[:2], y[:2])
    assert first.tolist() == pytest.approx([math.log2(V)] * len(first))  # the model knew nothing
    assert one.bits(x[:2], y[:2]).mean() < math.log2(V) - 0.01


def test_an_n_gram_states_probabilities_for_all_tokens_that_sum_to_one_whatever_it_has_counted():
    n_gram, ids = record.LearningNGram(3, V), TEXT.tolist()
    for t, bits in enumerate(n_gram.bits(ids), start=1):
        assert bits > 0
        for context in [tuple(ids[max(0, t - 2) : t]), (3, 3), (1,), ()]:
            assert sum(n_gram.p(context, token) for token in range(V)) == pytest.approx(1)
    assert n_gram.p((3,), 1) > 1 / V > n_gram.p((3,), 2)  # 1 followed a 3, and 2 never did
