"""Who updates which weights, and how far.

Muon moves the matrices inside the blocks, where every direction should be used; AdamW moves the rest: embeddings,
the output head and single vectors.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.amp.grad_scaler import GradScaler
from torch.optim import Optimizer

from course_lm.config import TrainConfig
from course_lm.model import TransformerLM

# Shorter memories than usual: a small model's runs are short.
MUON_MOMENTUM = 0.9
ADAMW_BETAS = (0.8, 0.95)


def build_optimizers(model: TransformerLM, plan: TrainConfig) -> dict[str, Optimizer]:
    """The optimizers of a run by name; with ``muon_lr = 0``, AdamW alone.

    Source of Muon: Jordan et al. (2024), "Muon: An optimizer for hidden layers in neural networks".
    """
    matrices = [p for p in model.blocks.parameters() if p.ndim == 2] if plan.muon_lr else []
    chosen = {id(p) for p in matrices}
    others = [p for p in model.parameters() if id(p) not in chosen]
    optimizers: dict[str, Optimizer] = {
        "adamw": torch.optim.AdamW(others, plan.adamw_lr, betas=ADAMW_BETAS, weight_decay=0.0, fused=True)
    }
    if matrices:
        optimizers["muon"] = torch.optim.Muon(matrices, plan.muon_lr, momentum=MUON_MOMENTUM, weight_decay=0.0)
    return optimizers


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
