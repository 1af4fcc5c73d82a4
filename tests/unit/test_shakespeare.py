"""Tiny Shakespeare, where ``COURSE_LM_SHAKESPEARE`` names the file; nothing is downloaded."""

import os
from dataclasses import replace

import pytest

from course_lm import ModelConfig, NGramLM, TrainConfig, TransformerLM, evaluate, load_corpus, train
from course_lm.data import SHAKESPEARE_VARIABLE

pytestmark = pytest.mark.skipif(
    not os.environ.get(SHAKESPEARE_VARIABLE), reason=f"set {SHAKESPEARE_VARIABLE} to the path of tiny Shakespeare"
)


@pytest.fixture(scope="module")
def shakespeare():
    return load_corpus("shakespeare")


def test_the_corpus_has_its_known_size_and_alphabet(shakespeare):
    assert len(shakespeare.text) == 1_115_394
    assert shakespeare.tokenizer.vocab_size == 65
    assert shakespeare.train[-1] == shakespeare.val[0] == shakespeare.tokenizer.bos_id


@pytest.mark.long
def test_a_short_run_of_the_small_preset_is_better_than_counting_pairs(shakespeare):
    plan = replace(TrainConfig.preset("small"), steps=80, eval_every=0)
    model = TransformerLM(ModelConfig.preset("small", 65))
    *_, last = train(model, shakespeare, plan)
    bigram = NGramLM(2, 65).fit(shakespeare.train)
    assert last.val_nats_per_token < evaluate(bigram, shakespeare.val).nats_per_token - 0.2
