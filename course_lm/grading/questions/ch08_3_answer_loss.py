"""Exercise 8.3, the loss of an answer, whose prompt is read and not paid for."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from course_lm.grading.question import Case, Misconception, Question, numbers


def answer_loss(logits: Tensor, ids: Tensor, n_prompt: int) -> Tensor:
    """Nats per token of the answer alone, where ``logits[t]`` scores the token after ``ids[t]``."""
    return _answer(logits, ids, n_prompt).mean()


def _costs(logits: Tensor, ids: Tensor, ahead: int = 1) -> Tensor:
    """What the token so many places ahead costs at each position that has one."""
    targets = ids[ahead:]
    return -logits[: len(targets)].double().log_softmax(-1).gather(-1, targets[:, None])[:, 0]


def _answer(logits: Tensor, ids: Tensor, n_prompt: int) -> Tensor:
    return _costs(logits, ids)[n_prompt - 1 :]


def _prompt(logits: Tensor, ids: Tensor, n_prompt: int) -> Tensor:
    return _costs(logits, ids)[: n_prompt - 1]


def _of(change: Callable[[Tensor], Tensor]) -> Callable[..., Tensor]:
    """Something else than the mean of what the answer's tokens cost."""
    return lambda logits, ids, n_prompt: change(_answer(logits, ids, n_prompt))


def _with_prompt(prompt: Callable[[Tensor, int], Tensor]) -> Callable[..., Tensor]:
    """The mean over all predictions, those in the prompt at another cost, made from their logits."""

    def formula(logits: Tensor, ids: Tensor, n_prompt: int) -> Tensor:
        others = prompt(logits[: n_prompt - 1].double(), logits.shape[-1])
        return torch.cat([others, _answer(logits, ids, n_prompt)]).mean()

    return formula


def _scores(logits: Tensor, ids: Tensor, n_prompt: int) -> Tensor:
    return logits[n_prompt - 1 : -1].double().gather(-1, ids[n_prompt:, None])[:, 0]


def _random_dialogs(seed: int) -> tuple[Case, ...]:
    """Prompts of one token and of many, answers of one token and of many."""
    generator = torch.Generator().manual_seed(seed)
    cases = []
    for T, V, n_prompt, dtype in (
        (2, 3, 1, torch.float64),
        (6, 5, 1, torch.float32),
        (6, 4, 5, torch.float64),
        (2000, 29, 700, torch.float32),
        (40, 300, 39, torch.float32),
    ):
        logits = 4 * torch.randn(T, V, generator=generator, dtype=dtype)
        cases.append((logits.clamp(-40, 40), torch.randint(V, (T,), generator=generator), n_prompt))
    return tuple(cases)


ANSWER_LOSS = Question(
    reference=answer_loss,
    cases=(
        (
            numbers([[0, 1, 3], [2, 0, -1], [1, -1, 0], [0, 2, 1], [-2, 0, 0.5]]),
            numbers([1, 2, 0, 2, 1], torch.int64),
            2,
        ),
        (
            numbers([[0, 2], [1, 0], [-1, 2], [3, 1], [0, 0.5], [2, -1], [1, 3], [0, -3]]),
            numbers([0, 1, 1, 0, 1, 0, 1, 1], torch.int64),
            3,
        ),
        (
            numbers(
                [[1, -2, 0, 3], [0, 1, 4, -1], [-3, 2, 1, 0], [2, 0, -1, 1], [0.5, 3, 0, 2], [1, 1, -1, 2.5]],
                torch.float64,
            ),
            numbers([3, 1, 0, 2, 2, 1], torch.int64),
            4,
        ),
    ),
    hidden=_random_dialogs,
    misconceptions=(
        Misconception(
            "prompt_counted",
            "Tokens of the prompt are paid for as well. The user wrote them: which tokens should the model learn to "
            "write?",
            lambda logits, ids, n_prompt: _costs(logits, ids).mean(),
        ),
        Misconception(
            "first_answer_skipped",
            "The first token of the answer is missing. What has been read when it is predicted?",
            lambda logits, ids, n_prompt: _costs(logits, ids)[n_prompt:].mean(),
            also=(
                _of(lambda costs: costs[1:].sum() / len(costs)),
                lambda logits, ids, n_prompt: _answer(logits, ids, n_prompt)[1:].sum() / (len(ids) - 1),
            ),
        ),
        Misconception(
            "last_of_prompt_counted",
            "The last token of the prompt is paid for as well. Which row of logits is the first that predicts a token "
            "of the answer?",
            lambda logits, ids, n_prompt: _costs(logits, ids)[n_prompt - 2 :].mean(),
        ),
        Misconception(
            "divided_by_all",
            "The cost of the answer is shared among the tokens of the prompt too, so a long prompt makes a small loss. "
            "Over how many predictions is the mean?",
            lambda logits, ids, n_prompt: _answer(logits, ids, n_prompt).sum() / (len(ids) - 1),
            also=(lambda logits, ids, n_prompt: _answer(logits, ids, n_prompt).sum() / len(ids),),
        ),
        Misconception(
            "no_shift",
            "Each token is scored by the row at its own place, which has read it already. Which row of logits scores "
            "the token at place t?",
            lambda logits, ids, n_prompt: _costs(logits, ids, 0)[n_prompt:].mean(),
            also=(lambda logits, ids, n_prompt: _costs(logits, ids, 0)[n_prompt - 1 :].mean(),),
        ),
        Misconception(
            "shifted_twice",
            "Each row of logits is asked for the token after the next, as when labels are shifted by you and by a "
            "library. How far ahead does a row look?",
            lambda logits, ids, n_prompt: _costs(logits, ids, 2)[max(0, n_prompt - 2) :].mean(),
            also=(lambda logits, ids, n_prompt: _costs(logits, ids, 2)[n_prompt - 1 :].mean(),),
        ),
        Misconception(
            "zero_logits",
            "The logits in the prompt are set to 0. Equal logits are a guess among all tokens, and that costs "
            "something: what has to be left out is the term itself.",
            _with_prompt(lambda logits, V: torch.full((len(logits),), math.log(V), dtype=torch.float64)),
            also=(
                lambda logits, ids, n_prompt: (
                    (n_prompt * math.log(logits.shape[1]) + _answer(logits, ids, n_prompt)[1:].sum()) / (len(ids) - 1)
                ),
            ),
        ),
        Misconception(
            "target_zero",
            "The targets in the prompt are set to 0 and counted. 0 is the id of a token like any other.",
            _with_prompt(lambda logits, V: -logits.log_softmax(-1)[:, 0]),
            also=(_with_prompt(lambda logits, V: -logits.log_softmax(-1)[:, -1]),),
        ),
        Misconception(
            "zero_ignored",
            "Tokens of the answer whose id is 0 are left out. 0 is the id of a token like any other.",
            lambda logits, ids, n_prompt: _answer(logits, ids, n_prompt)[ids[n_prompt:] != 0].mean(),
        ),
        Misconception(
            "prompt_only",
            "This is what the prompt costs. Which part of the text is to be learned?",
            lambda logits, ids, n_prompt: _prompt(logits, ids, n_prompt).mean(),
            also=(
                lambda logits, ids, n_prompt: _costs(logits, ids)[:n_prompt].mean(),
                lambda logits, ids, n_prompt: _costs(logits, ids, 0)[:n_prompt].mean(),
            ),
        ),
        Misconception(
            "length_of_answer",
            "The number of tokens in the prompt is taken for the number of those in the answer. Where does the answer "
            "begin?",
            lambda logits, ids, n_prompt: _costs(logits, ids)[-n_prompt:].mean(),
        ),
        Misconception(
            "not_averaged",
            "This is the cost of the whole answer. How many tokens share it?",
            _of(lambda costs: costs.sum()),
        ),
        Misconception(
            "everything_added",
            "This is the cost of prompt and answer together. The loss is a mean over the tokens of the answer.",
            lambda logits, ids, n_prompt: _costs(logits, ids).sum(),
            also=(lambda logits, ids, n_prompt: _costs(logits, ids).sum() / len(_answer(logits, ids, n_prompt)),),
        ),
        Misconception(
            "each_token",
            "This is a cost for each token. What does one cost on average?",
            _of(lambda costs: costs),
            also=(lambda logits, ids, n_prompt: _costs(logits, ids),),
        ),
        Misconception(
            "one_too_many",
            "The number of tokens in the answer is off by one. How many are there from place n_prompt on?",
            _of(lambda costs: costs.sum() / (len(costs) + 1)),
            also=(_of(lambda costs: costs.sum() / (len(costs) - 1)),),
        ),
        Misconception(
            "divided_by_prompt",
            "The cost of the answer is divided by the length of the prompt. How many tokens share it?",
            lambda logits, ids, n_prompt: _answer(logits, ids, n_prompt).sum() / n_prompt,
        ),
        Misconception(
            "bits",
            "This is in bits per token, and nats are asked for. Which base does your logarithm have?",
            _of(lambda costs: costs.mean() / math.log(2)),
        ),
        Misconception(
            "sign",
            "The sign is flipped. The logarithm of a probability is never above 0, and a loss never below.",
            _of(lambda costs: -costs.mean()),
        ),
        Misconception(
            "no_softmax",
            "Logits are taken for logarithms of probabilities. What turns a row into these?",
            lambda logits, ids, n_prompt: -_scores(logits, ids, n_prompt).mean(),
            also=(lambda logits, ids, n_prompt: -_scores(logits, ids, n_prompt).log().mean(),),
        ),
        Misconception(
            "softmax_twice",
            "The softmax is applied twice: probabilities are taken for scores. Which of your steps has one built in?",
            lambda logits, ids, n_prompt: answer_loss(logits.double().softmax(-1), ids, n_prompt),
        ),
        Misconception(
            "wrong_axis",
            "The softmax runs over the places of the text, so a row does not sum to 1. Over which candidates should it "
            "run?",
            lambda logits, ids, n_prompt: -_scores(logits.double().log_softmax(0), ids, n_prompt).mean(),
            also=(
                lambda logits, ids, n_prompt: (
                    -logits[n_prompt - 1 : -1].double().log_softmax(0).gather(-1, ids[n_prompt:, None]).mean()
                ),
            ),
        ),
        Misconception(
            "no_log",
            "This is the mean probability of the answer's tokens. Average what each token costs; that is a logarithm.",
            _of(lambda costs: costs.neg().exp().mean()),
        ),
        Misconception(
            "log_of_mean",
            "This is the logarithm of the mean probability. Which comes first, the logarithm or the mean?",
            _of(lambda costs: -costs.neg().exp().mean().log()),
        ),
        Misconception(
            "perplexity",
            "This is the power of e to the loss, which is the perplexity. The loss itself is asked for.",
            _of(lambda costs: costs.mean().exp()),
        ),
        Misconception(
            "one_token",
            "This is the cost of a single token. How many does the answer have?",
            _of(lambda costs: costs[0]),
            also=(_of(lambda costs: costs[-1]),),
        ),
        Misconception(
            "last_missing",
            "The last token of the answer is missing. Which row of logits predicts it?",
            _of(lambda costs: costs[:-1].mean()),
        ),
        Misconception(
            "wraps_around",
            "The last row of logits is asked for the first token, as if the text were a ring. What comes after the "
            "last token?",
            lambda logits, ids, n_prompt: _costs(logits, torch.cat([ids, ids[:1]]))[n_prompt - 1 :].mean(),
        ),
        Misconception(
            "backward",
            "Each token is scored by the row after it, which has read it and one more. Which row comes before it?",
            lambda logits, ids, n_prompt: _costs(logits[1:], ids[:-1], 0)[n_prompt:].mean(),
            also=(lambda logits, ids, n_prompt: _costs(logits[1:], ids[:-1], 0)[n_prompt - 1 :].mean(),),
        ),
    ),
)
