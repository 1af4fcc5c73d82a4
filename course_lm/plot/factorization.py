"""Figures of a text's probability as a product of conditional probabilities."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from course_lm.plot.style import BLUE, GRAY, ORANGE, new_figure, visible

STYLES = ({"color": GRAY, "linewidth": 4, "alpha": 0.6}, {"color": BLUE, "marker": ".", "linewidth": 1})


def running_product(tokens: Sequence[str], nats: Mapping[str, Sequence[float]]) -> Figure:
    """How does the probability of a text shrink, token by token?

    Args:
        tokens: the T tokens of the text.
        nats: for one or two models the T costs −ln p of the tokens.
    """
    figure, axes = new_figure(
        "How does the probability of the text shrink, token by token?", "token", "probability of the text so far"
    )
    places = range(len(tokens))
    for (name, costs), style in zip(nats.items(), STYLES, strict=False):
        axes.semilogy(places, np.exp(-np.cumsum(costs)), label=name, **style)
    axes.set_xticks(places, [visible(token) for token in tokens], fontfamily="monospace")
    axes.set_xlim(-0.7, len(tokens) - 0.3)
    axes.grid(axis="y", color=GRAY, alpha=0.25)
    axes.legend()
    figure.set_size_inches(9.5, 3.8)
    return figure


def running_logarithm(
    log_p: Sequence[float] | np.ndarray, products: Mapping[str, Sequence[float] | np.ndarray]
) -> Figure:
    """Up to where can a computer hold the probability of a text?

    Args:
        log_p: the running sum of ln p, one number for each token of the text.
        products: for one or two number formats the running product of the same probabilities, which becomes 0
            somewhere; the one that ends first comes first.
    """
    figure, axes = new_figure(
        "Up to where can a computer hold the probability?", "tokens read", "log₁₀ of the probability so far"
    )
    n = np.arange(1, len(log_p) + 1)
    axes.plot(n, np.asarray(log_p) / math.log(10), color=GRAY, linewidth=4, alpha=0.6, label="sum of logarithms")
    looks = ((ORANGE, "-", 4), (BLUE, "--", 3))  # the shorter line lies on top
    for (name, values), (color, style, zorder) in zip(products.items(), looks, strict=False):
        held = np.asarray(values, dtype=np.float64)
        held = np.log10(held[held > 0])
        axes.plot(n[: len(held)], held, style, color=color, zorder=zorder, label=f"product in {name}")
        axes.plot([len(held)], [held[-1]], "x", color=color, markersize=10, markeredgewidth=2, label=f"end of {name}")
        axes.annotate(
            f"{name}: 0 from\ntoken {len(held) + 1:,} on",
            (len(held), held[-1]),
            xytext=(10, 4),
            textcoords="offset points",
        )
    handles, labels = axes.get_legend_handles_labels()
    shown = [i for i, label in enumerate(labels) if not label.startswith("end of")]
    axes.legend([handles[i] for i in shown], [labels[i] for i in shown])
    return figure


def loss_by_order(orders: Sequence[int], losses: Sequence[float], levels: Mapping[str, float]) -> Figure:
    """How much does it help to look further back?

    Args:
        orders: n of each n-gram, which looks at n − 1 tokens.
        losses: their losses in nats per token.
        levels: the losses, by name, of models that look at everything before; drawn as lines.
    """
    figure, axes = new_figure("How much does it help to look further back?", "order n", "loss, nats per token")
    axes.semilogy(orders, losses, "o-", color=BLUE, label="n-gram: looks at n − 1 tokens")
    for (name, loss), color, style in zip(levels.items(), (ORANGE, GRAY), ("--", "-"), strict=False):
        axes.axhline(loss, color=color, linestyle=style, label=f"{name}: {loss:.3f}")
    for n, loss in zip(orders, losses, strict=True):
        axes.annotate(f"{loss:.2f}", (n, loss), xytext=(3, 6), textcoords="offset points")
    axes.set_xticks(range(1, max(orders) + 1))
    axes.set_yticks([0.3, 0.5, 1, 2, 3], ["0.3", "0.5", "1", "2", "3"])
    axes.yaxis.minorticks_off()
    axes.set_ylim(0.27, max(losses) * 1.3)
    axes.legend()
    return figure
