"""Gradients and steps, as students write them."""

from . import Answers

P = "p = logits.softmax(-1)\n"
ONE_HOT = P + "one_hot = F.one_hot(targets, logits.shape[1])\n"
AUTOGRAD = "z = logits.clone().requires_grad_()\n"
WEIGHTS = "share = (counts / counts.sum()).reshape(-1, *[1] * w.dim())\n"

ANSWERS = {
    "ce_grad": Answers(
        right=(
            ONE_HOT + "return (p - one_hot) / len(targets)",
            P + "p[torch.arange(len(targets)), targets] -= 1\nreturn p / len(p)",
            AUTOGRAD + "F.cross_entropy(z, targets).backward()\nreturn z.grad",
            AUTOGRAD + "cost = z.logsumexp(-1) - z[range(len(targets)), targets]\n"
            "return torch.autograd.grad(cost.mean(), z)[0].numpy()",
            "T, V = logits.shape\n"
            "rows = []\n"
            "for row, y in zip(logits.tolist(), targets.tolist()):\n"
            "    total = sum(math.exp(z) for z in row)\n"
            "    rows.append([(math.exp(row[v]) / total - (v == y)) / T for v in range(V)])\n"
            "return rows",
            "e = np.exp(logits.numpy() - logits.numpy().max(1, keepdims=True))\n"
            "return (e / e.sum(1, keepdims=True) - np.eye(e.shape[1])[targets.numpy()]) / len(e)",
            "z, h = logits.double(), 1e-5\n"  # finite differences
            "grad = torch.zeros_like(z)\n"
            "for t in range(z.shape[0]):\n"
            "    for v in range(z.shape[1]):\n"
            "        up, down = z.clone(), z.clone()\n"
            "        up[t, v] += h\n"
            "        down[t, v] -= h\n"
            "        grad[t, v] = (F.cross_entropy(up, targets) - F.cross_entropy(down, targets)) / (2 * h)\n"
            "return grad",
        ),
        mistakes={
            "no_onehot": (
                P + "return p / len(targets)",
                AUTOGRAD + "z.logsumexp(-1).mean().backward()\nreturn z.grad",
                "e = np.exp(logits.numpy())\nreturn e / e.sum(1, keepdims=True) / e.shape[0]",
            ),
            "sign": (
                ONE_HOT + "return (one_hot - p) / len(targets)",
                AUTOGRAD + "(-F.cross_entropy(z, targets)).backward()\nreturn z.grad",
                AUTOGRAD + "z.log_softmax(-1)[range(len(targets)), targets].mean().backward()\nreturn z.grad",
            ),
            "not_averaged": (
                ONE_HOT + "return p - one_hot",
                AUTOGRAD + "F.cross_entropy(z, targets, reduction='sum').backward()\nreturn z.grad",
                P + "for t, y in enumerate(targets):\n    p[t, y] -= 1\nreturn p.tolist()",
            ),
        },
        wrong={
            ONE_HOT + "return (p - one_hot) / p.shape[1]": "divided_by_vocabulary",
            ONE_HOT + "return (logits - one_hot) / len(targets)": "no_softmax",
            ONE_HOT + "return (p - one_hot).mean(0)": "added_up",
            ONE_HOT + "return (p - one_hot).numel()": "The shape is (), not (2, 3).",
            P + "return (p - targets) / len(targets)": "It raised an error",
        },
    ),
    "sgd_step": Answers(
        right=(
            WEIGHTS + "return w - lr * (share * grads).sum(0)",
            "return w - lr * torch.tensordot(counts, grads, dims=1) / counts.sum()",
            "total = sum(n * g for n, g in zip(counts, grads))\nreturn w - lr * total / counts.sum()",
            "return w.numpy() - lr * np.average(grads.numpy(), axis=0, weights=counts.numpy())",
            "for n, g in zip(counts, grads):\n"  # changes its argument
            "    w -= lr * n / counts.sum() * g\n"
            "return w",
            "N = sum(counts.tolist())\n"
            "flat = w.flatten().tolist()\n"
            "for n, g in zip(counts.tolist(), grads):\n"
            "    flat = [a - lr * n / N * b for a, b in zip(flat, g.flatten().tolist())]\n"
            "return torch.tensor(flat).reshape(w.shape)",
            "return w - lr * torch.einsum('k,k...->...', counts, grads) / counts.sum()",
        ),
        mistakes={
            "ascends": (
                WEIGHTS + "return w + lr * (share * grads).sum(0)",
                "return w + lr * torch.tensordot(counts, grads, dims=1) / counts.sum()",
                "return w.numpy() + lr * np.average(grads.numpy(), axis=0, weights=counts.numpy())",
            ),
            "sums": (
                "return w - lr * grads.sum(0)",
                "for g in grads:\n    w = w - lr * g\nreturn w",
                "return w.numpy() - lr * sum(grads.numpy())",
            ),
            "last_only": (
                "return w - lr * grads[-1]",
                "for g, n in zip(grads, counts):\n    step = lr * g * n / n\nreturn w - step",
                "for g in grads:\n    new = w - lr * g\nreturn new.tolist()",
            ),
            "unweighted": (
                "return w - lr * grads.mean(0)",
                "return w - lr * sum(grads) / len(counts)",
                "for g in grads:\n    w = w - lr * g / len(grads)\nreturn w",
            ),
        },
        wrong={
            "return w - lr * torch.tensordot(counts, grads, dims=1)": "not_divided",
            "return w - lr * grads": "each_batch",
            "return w - torch.tensordot(counts, grads, dims=1) / counts.sum()": "no_rate",
            "return w - lr * (counts[:, None] * grads).sum(0) / counts.sum()": "one_axis_only",
            "return lr * torch.tensordot(counts, grads, dims=1) / counts.sum()": "only_step",
            "total = w\nfor g in grads:\n    total = total + g\nreturn w - lr * total": "not a mistake we know",
        },
    ),
}
