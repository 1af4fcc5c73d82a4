"""Who updates which weights, and how far.

Muon moves the matrices inside the blocks, where every direction should be used; AdamW moves the rest: embeddings,
the output head and single vectors.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor, nn
from torch.amp.grad_scaler import GradScaler
from torch.optim import Optimizer

from course_lm.config import TrainConfig
from course_lm.model import TransformerLM

# Shorter memories than usual: a small model's runs are short.
MUON_MOMENTUM = 0.9
ADAMW_BETAS = (0.8, 0.95)
NEWTON_SCHULZ = 3.4445, -4.7750, 2.0315  # as steep at 0 as a polynomial that ends near 1 can be


def build_optimizers(model: TransformerLM, plan: TrainConfig) -> dict[str, Optimizer]:
    """The optimizers of a run by name; with ``muon_lr = 0``, AdamW alone."""
    matrices = [p for p in model.blocks.parameters() if p.ndim == 2] if plan.muon_lr else []
    chosen = {id(p) for p in matrices}
    others = [p for p in model.parameters() if id(p) not in chosen]
    optimizers: dict[str, Optimizer] = {
        "adamw": torch.optim.AdamW(others, plan.adamw_lr, betas=ADAMW_BETAS, weight_decay=0.0, fused=True)
    }
    if matrices:
        optimizers["muon"] = Muon(matrices, plan.muon_lr, MUON_MOMENTUM)
    return optimizers


class Muon(Optimizer):
    r"""Moves a matrix W along its averaged gradient, as far in one direction as in another.

    .. math:: M \leftarrow \mu M + (1 - \mu) G, \qquad
              W \leftarrow W - \eta\,\sqrt{\max(1, \mathrm{rows} / \mathrm{columns})}\;
              \mathrm{orthogonal}(\mu M + (1 - \mu) G)

    The same numbers as of `torch.optim.Muon`, which takes one matrix after another; the products of small matrices
    cost mostly their calls, so all of one shape are taken at once.

    Source: Jordan et al. (2024), "Muon: An optimizer for hidden layers in neural networks".
    """

    def __init__(self, matrices: Iterable[nn.Parameter], lr: float, momentum: float) -> None:
        super().__init__(matrices, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """Move all matrices by their gradients."""
        for group in self.param_groups:
            of_shape: dict[torch.Size, list[Tensor]] = {}
            for W in group["params"]:
                of_shape.setdefault(W.shape, []).append(W)
            for (rows, columns), matrices in of_shape.items():
                averaged = [self._averaged(W, W.grad, group["momentum"]) for W in matrices if W.grad is not None]
                for W, direction in zip(matrices, orthogonal(torch.stack(averaged)), strict=True):
                    W.add_(direction, alpha=-group["lr"] * max(1, rows / columns) ** 0.5)

    def _averaged(self, W: Tensor, G: Tensor, momentum: float) -> Tensor:
        state = self.state[W]
        if not state:
            state["momentum_buffer"] = torch.zeros_like(W)
        M: Tensor = state["momentum_buffer"]
        return G.lerp(M.lerp_(G, 1 - momentum), momentum)


def orthogonal(G: Tensor) -> Tensor:
    r"""Matrices ``(n, rows, columns)`` that turn as those of G do, and stretch all directions about as much.

    Five Newton–Schulz steps in bfloat16 bring every singular value of G / |G|, unless it is tiny, between 0.7 and
    1.2. Each step applies the same odd polynomial to all of them, through products alone:

    .. math:: X \leftarrow a X + (b A + c A^2)\,X, \qquad A = X X^\top
    """
    a, b, c = NEWTON_SCHULZ
    is_tall = G.shape[1] > G.shape[2]
    X = (G.mT if is_tall else G).bfloat16()
    X = X / X.norm(dim=(1, 2), keepdim=True).clamp(min=1e-7)
    for _ in range(5):
        A = X @ X.mT
        X = torch.baddbmm(X, torch.baddbmm(A, A, A, beta=b, alpha=c), X, beta=a)
    return X.mT if is_tall else X


def learning_rate_factor(step: int, plan: TrainConfig) -> float:
    """The share of the peak learning rate at update ``step``, counted from 1: climb, stay, fall to 0."""
    climb = min(1.0, step / plan.warmup_steps) if plan.warmup_steps else 1.0
    n_falling = plan.decay_fraction * plan.steps
    fall = min(1.0, (plan.steps - step + 1) / n_falling) if n_falling else 1.0
    return min(climb, fall)


def update(optimizers: Mapping[str, Optimizer], scaler: GradScaler, step: int, plan: TrainConfig) -> None:
    """Move the weights by their gradients, shortened if they are longer than ``max_grad_norm``; then clear them.

    Args:
        optimizers: those of `build_optimizers`.
        scaler: what the loss was scaled with; in float16, where a gradient can overflow, such an update is left out
            by all optimizers.
        step: the number of this update, from 1.
        plan: how to train.
    """
    peak = {"adamw": plan.adamw_lr, "muon": plan.muon_lr}
    weights: list[Tensor] = []
    for name, optimizer in optimizers.items():
        scaler.unscale_(optimizer)
        for group in optimizer.param_groups:
            group["lr"] = learning_rate_factor(step, plan) * peak[name]
            weights += group["params"]
    length = torch.nn.utils.clip_grad_norm_(weights, plan.max_grad_norm)
    overflowed = scaler.is_enabled() and not bool(length.isfinite())  # the scaler looks at one optimizer at a time
    for optimizer in optimizers.values():
        if not overflowed:
            scaler.step(optimizer)
        optimizer.zero_grad()
    scaler.update()
