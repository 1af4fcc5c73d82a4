"""Every promise of a statement is asked for, in the notebook already; and what is said of a wrong answer is true."""

import pytest
import torch

from course_lm.grading import check

from .answers import source, student, verdict_on

BROKEN_PROMISES = {
    "a border belongs to the next token": (
        ("sample_token", "return next(i for i, c in enumerate(probs.cumsum(0).tolist()) if u <= c)"),
        ("sample_token", "return int(torch.searchsorted(probs.cumsum(0), torch.tensor(u)))"),
    ),
    "logits of 1000 survive at any temperature": (
        ("with_temperature", "p = (logits / temperature).exp()\nreturn p / p.sum(-1, keepdim=True)"),
        (
            "with_temperature",
            "p = (logits - logits.amax(-1, keepdim=True)).exp() ** (1 / temperature)\n"
            "return p / p.sum(-1, keepdim=True)",
        ),
    ),
    "what is hidden weighs nothing, whatever the scores": (
        ("causal_weights", "return scores.where(torch.ones_like(scores).tril().bool(), -20.0).softmax(-1)"),
        ("causal_weights", "return scores.where(torch.ones_like(scores).tril().bool(), -50.0).softmax(-1)"),
    ),
    "a token that was nearly impossible has its whole cost": (
        ("token_nll", "p = logits.softmax(-1)[torch.arange(len(targets)), targets]\nreturn -(p + 1e-12).log()"),
        ("token_nll", "p = logits.softmax(-1)[torch.arange(len(targets)), targets]\nreturn -(p + 1e-8).log()"),
    ),
    "texts may be long": (
        ("perplexity_of", "return math.prod(token_nats.exp().tolist()) ** (1 / len(token_nats))"),
        ("code_length_bits", "p = math.prod(probs.tolist())\nreturn -math.log2(p) if p else math.inf"),
        ("sequence_logprob", "return conditionals.prod().log()"),
    ),
    "ids are whole numbers": (
        ("next_token_pairs", "return ids[:n].double(), ids[1 : n + 1].double()"),
        ("sample_token", "return float((probs.cumsum(0) <= u).sum().clamp(max=len(probs) - 1))"),
    ),
    "tokens that do not occur have rows too": (
        (
            "bigram_probs",
            "V = int(ids.max()) + 1\nc = torch.bincount(ids[:-1] * V + ids[1:], minlength=V * V).view(V, V)\n"
            "return torch.where(c.sum(1, keepdim=True) > 0, c / c.sum(1, keepdim=True).clamp(min=1), 1 / V)",
        ),
    ),
    "intervals may be narrow": (
        (
            "narrow",
            "w = high - low\nleft = float(cumulative[symbol])\nright = float(cumulative[symbol + 1])\n"
            "return round(low + w * left, 3), round(low + w * right, 3)",
        ),
    ),
    "a window may be longer than the text": (
        (
            "strided_windows",
            "out, done = [(0, context_length, context_length)], context_length\n"
            "while done < n_tokens - 1:\n"
            "    begin, new = out[-1][0] + stride, min(stride, n_tokens - 1 - done)\n"
            "    done += new\n"
            "    out.append((begin, done, new))\n"
            "return out",
        ),
    ),
    "padding may be any numbers": (
        (
            "best_answer",
            "total = (log_probs * (log_probs > -3)).sum(-1)\nreturn total.argmax(), (total / n_bytes).argmax()",
        ),
    ),
    "answers may be unlikely": (
        (
            "best_answer",
            "own = torch.arange(log_probs.shape[1]) < n_tokens[:, None]\n"
            "p = log_probs.double().exp().where(own, 1.0).prod(-1)\n"
            "return p.argmax(), (p.log() / n_bytes).argmax()",
        ),
    ),
}


NORMALIZED = "import unicodedata\nreturn total_nats / math.log(2) / len(unicodedata.normalize('NFC', text).encode())"
SAID = [
    ("softmax", "return softmax(logits)", "RecursionError"),
    ("softmax", "return F.softmax(logits, -1)", "It uses F.softmax, in the line: return F.softmax(logits, -1)"),
    ("corpus_loss", "return -(sums / counts - 9).log().mean()", "a logarithm met 0 or less"),
    (
        "cross_entropy",
        "z = logits - logits.max()\nreturn (z.exp().sum(-1).log() - z[torch.arange(len(targets)), targets]).mean()",
        "Whose maximum should a row be shifted by?",
    ),
    (
        "cross_entropy",
        "p = (logits - logits.max()).exp()\np = p / p.sum(-1, keepdim=True)\n"
        "return -p[torch.arange(len(targets)), targets].log().mean()",
        "or all of a row becomes 0",
    ),
    (
        "markov_entropy_rate",
        "rows = -(transition * transition.log()).sum(-1)\nreturn (stationary * rows.nan_to_num(0)).sum()",
        "Which single term should be 0?",
    ),
    ("next_token_pairs", "return ids[:2], ids[1:3]", "Its parts have the shapes (2,) and (2,), not (3,)."),
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("function", "body"), [answer for answers in BROKEN_PROMISES.values() for answer in answers])
def test_an_answer_that_breaks_a_promise_of_the_statement_is_told_so_in_the_notebook(function, body, capsys):
    check(student(function, body))
    said = capsys.readouterr().out
    assert said.startswith(f"{function}: not yet. ")
    assert "returned: nothing" not in said  # it runs


def test_bytes_are_those_of_the_text_as_it_stands_which_only_marks_ask_for():
    assert verdict_on("text_bits_per_byte", source("text_bits_per_byte", NORMALIZED)).status == "wrong"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("function", "body", "said"), SAID)
def test_what_is_said_of_a_wrong_answer_is_true_of_it(function, body, said, capsys):
    check(student(function, body))
    assert said in capsys.readouterr().out


@pytest.mark.long
@pytest.mark.filterwarnings("ignore::DeprecationWarning:torch")
def test_a_compiled_answer_is_tried_as_it_is_written_since_compiling_takes_longer(capsys):
    shifted = "e = (logits - logits.amax(-1, keepdim=True)).exp()\nreturn e / e.sum(-1, keepdim=True)"
    check(torch.compile(student("softmax", shifted)), seconds=1)
    assert capsys.readouterr().out == "softmax: right.\n"
