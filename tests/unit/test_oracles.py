"""The libraries that others use are the oracles of ours: for tokens, coded bytes, and the loss that is shifted once."""

import json
import random

import pytest
import tokenizers
import torch
from constriction import stream
from tokenizers import models, trainers

from course_lm import BPETokenizer, NGramLM, compress, cross_entropy, evaluate, ledger
from course_lm.bpe import pieces
from course_lm.codec import HEADER_BYTES
from course_lm.evaluate import windows

from .rounding import LOGITS

LETTERS = """\
Die Größe der Türen überrascht uns, die Höhe nicht.
Το νερό είναι ζεστό και το φως είναι λευκό.
水は水、火は火。
"""
WORD_BITS = 32  # constriction writes whole words


def learned_by_tokenizers(text, vocab_size):
    """The BPE of the library. A piece goes in as its bytes in Latin-1, where byte i is character i and so token i."""
    theirs = tokenizers.Tokenizer(models.BPE())
    alphabet = [chr(i) for i in range(256)]
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size, min_frequency=2, initial_alphabet=alphabet, show_progress=False
    )
    theirs.train_from_iterator((piece.encode().decode("latin-1") for piece in pieces(text)), trainer)
    return theirs


def merges_of(theirs):
    id_of = theirs.get_vocab()
    return tuple((id_of[left], id_of[right]) for left, right in json.loads(theirs.to_str())["model"]["merges"])


def encoded(theirs, text):
    return [i for piece in pieces(text) for i in theirs.encode(piece.encode().decode("latin-1")).ids]


@pytest.fixture(scope="module", params=["toy", "letters", "runs"])
def texts(request, toy):
    """A text to learn from, and one to encode. In the last, runs of a letter hold pairs that overlap."""
    letters = random.Random(0).choices("aaabé \n", k=8000)
    return {
        "toy": (toy.sample(20_000), toy.sample(5_000, seed=1)),
        "letters": (LETTERS * 3, "Die Tür, größer als λευκό φως: 水火, né\u0301e 🙂\0\n"),
        "runs": ("".join(letters[:4000]), "".join(letters[4000:])),
    }[request.param]


def test_merges_and_encodings_are_those_of_the_library_tokenizers(texts):
    """Of equally frequent pairs both take the one of lowest ids, so that ties need no care."""
    text, held_out = texts
    ours, theirs = BPETokenizer.train(text, 400), learned_by_tokenizers(text, 400)
    assert len(ours.merges) > 90
    assert merges_of(theirs) == ours.merges
    assert encoded(theirs, held_out) == ours.encode(held_out).tolist()


@pytest.mark.parametrize("kind", ["source", "n-gram", "transformer"])
def test_we_and_the_range_coder_of_constriction_need_the_bits_of_the_ledger_up_to_rounding(kind, toy, corpus, model):
    lm = {"source": toy, "n-gram": NGramLM(4, 29).fit(corpus.train), "transformer": model}[kind]
    ids = corpus.val[:600]
    with torch.no_grad():
        cuts = windows(len(ids), lm.context_length)
        p = torch.cat([lm(ids[None, begin:end])[0] for begin, end in cuts]).double().softmax(-1)  # (N - 1, V)
    coder = stream.queue.RangeEncoder()
    coder.encode(ids[1:].int().numpy(), stream.model.Categorical(perfect=False), p.numpy())
    n_bytes = len(compress(toy.tokenizer.decode(ids[1:]), lm, toy.tokenizer)) - HEADER_BYTES
    bits = sum(row.bits for row in ledger(lm, ids))
    assert bits - 0.01 <= 8 * n_bytes <= bits + 9
    assert bits - 0.01 <= coder.num_bits() <= bits + 9 + WORD_BITS


class Borrowed:
    """A model of transformers, which returns logits in a record, behind our interface."""

    def __init__(self, gpt2):
        self.gpt2 = gpt2
        self.vocab_size, self.context_length = gpt2.config.vocab_size, gpt2.config.n_positions

    def __call__(self, ids):
        return self.gpt2(ids).logits


@pytest.fixture(scope="module")
def gpt2():
    """A small GPT-2 with random weights, large enough for predictions that differ; nothing is downloaded."""
    from transformers import GPT2Config, GPT2LMHeadModel  # here, since it takes seconds

    config = GPT2Config(
        vocab_size=29, n_positions=24, n_embd=16, n_layer=2, n_head=2, initializer_range=0.4,
        bos_token_id=None, eos_token_id=None,
    )  # fmt: skip
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return GPT2LMHeadModel(config).eval()


@torch.no_grad()
def test_the_loss_of_transformers_is_ours_after_one_shift(gpt2, ids):
    """It shifts the labels itself; who shifts them before asks for the token after the next."""
    once, twice = gpt2(ids, labels=ids).loss, gpt2(ids[:, :-1], labels=ids[:, 1:]).loss
    logits = gpt2(ids).logits
    torch.testing.assert_close(cross_entropy(logits[:, :-1], ids[:, 1:]), once)
    torch.testing.assert_close(cross_entropy(logits[:, :-2], ids[:, 2:]), twice)
    assert abs(once - twice) > 0.01


def test_the_loss_of_transformers_is_the_evaluation_of_one_window(gpt2, corpus):
    ids = corpus.val[:24]
    metrics = evaluate(Borrowed(gpt2), ids)
    assert metrics.n_tokens == 23
    assert metrics.nats_per_token == pytest.approx(gpt2(ids[None], labels=ids[None]).loss.item(), abs=LOGITS)
