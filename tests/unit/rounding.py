"""How far apart two ways of computing the same number may lie: the one place that tests take it from.

Another kernel, shape of a batch, number of threads, set of instructions or device adds up the same terms in another
order, and each order rounds in its own way. Where one operation of a number each lies between, what
`torch.testing.assert_close` and `pytest.approx` allow by themselves is enough. Bits are compared only where one kernel
saw the same numbers in the same shapes, and such a test says why. Tokens are drawn or chosen in float64, in which no
draw falls between two ways of computing.
"""

import torch


def of_a_sum(n_terms: int, size: float = 1.0, dtype: torch.dtype = torch.float32) -> float:
    """Twice the bound on the error of a sum of ``n_terms`` numbers whose magnitudes add up to ``size``.

    One order of adding errs by at most ``(n_terms - 1) * eps / 2 * size``, where ``eps`` is the distance from 1 to
    the next number of the type (Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 4.2).
    """
    return (n_terms - 1) * torch.finfo(dtype).eps * size


# Through two layers with 16 channels and 24 positions, no logit is more than 300 additions away from its ids, and
# logits and costs in nats stay below 4. A mask that is off by one moves them by more than a thousand times as much.
LOGITS = of_a_sum(300, size=4)  # 1.4e-4 in float32


def after_training(n_updates: int, *, muon: bool) -> float:
    """How far a loss in nats may lie from the same run elsewhere, after so many updates at the rates of our tests.

    Each update multiplies the differences of those before it. Measured between three sets of instructions: 5e-7 nats
    after 20 updates of AdamW; 6e-5 after 4 and 1e-3 after 30 of Muon, whose products are in bfloat16. Allowed are ten
    times as much and more; a batch that is shared out wrongly, or an optimizer left out, costs 0.01 nats at once.
    """
    return n_updates * (3e-4 if muon else 5e-6)
