"""Cross-entropy, as students write it."""

from answers import Answers

NAIVE_P = "(logits.exp() / logits.exp().sum(-1, keepdim=True))[torch.arange(len(targets)), targets]"
SOFTMAX_P = "torch.softmax(logits, -1).gather(1, targets[:, None])[:, 0]"
LOG_P = "F.log_softmax(logits, -1)[torch.arange(len(targets)), targets]"

ANSWERS = {
    "token_nll": Answers(
        right=(
            f"return -{LOG_P}",
            f"return -torch.log({NAIVE_P})",
            f"return -{SOFTMAX_P}.log()",
            f"return ({LOG_P} * -1).tolist()",
            f"return (-{LOG_P}).numpy()",
            f"return list(-{LOG_P})",
            "return logits.logsumexp(-1) - logits[range(len(targets)), targets]",
            f"return (-{LOG_P}).requires_grad_()",
        ),
        mistakes={
            "bits": (f"return -{LOG_P} / math.log(2)", f"return -torch.log2({NAIVE_P})"),
            "probabilities_not_logs": (f"return {NAIVE_P}", f"return {LOG_P}.exp()"),
            "sign": (f"return {LOG_P}", f"return {SOFTMAX_P}.log()"),
            "unnormalized": (
                "return -logits[torch.arange(len(targets)), targets]",
                "return [-float(row[k]) for row, k in zip(logits, targets)]",
            ),
        },
        wrong={
            f"return -{LOG_P}.mean()": "The shape is ()",
            "return -F.log_softmax(logits, 0)[torch.arange(len(targets)), targets]": "not a mistake we know",
            "return -F.log_softmax(logits, -1)": "The shape is (1, 2), not (1,)",
        },
    ),
    "cross_entropy": Answers(
        right=(
            f"return -{LOG_P}.mean()",
            f"return -float({LOG_P}.mean())",
            f"return (-{LOG_P}).mean().numpy()",
            "top = logits.max(-1, keepdim=True).values\n"
            "logits -= top\n"  # changes its argument
            "return (logits.exp().sum(-1).log() - logits.gather(1, targets[:, None])[:, 0]).mean()",
            "x = logits.numpy() - logits.numpy().max(1, keepdims=True)\n"
            "return (np.log(np.exp(x).sum(1)) - x[np.arange(len(x)), targets.numpy()]).mean()",
            "costs = []\n"
            "for row, k in zip(logits.tolist(), targets.tolist()):\n"
            "    costs.append(max(row) + math.log(sum(math.exp(z - max(row)) for z in row)) - row[k])\n"
            "return sum(costs) / len(costs)",
        ),
        mistakes={
            "bits": (f"return -{LOG_P}.mean() / math.log(2)", f"return -{NAIVE_P}.log2().mean()"),
            "sum": (
                f"return -{LOG_P}.sum()",
                f"return -sum({NAIVE_P}.log())",
                f"return -{SOFTMAX_P}.log().sum()",
            ),
            "sign": (f"return {LOG_P}.mean()", f"return torch.log({NAIVE_P}).mean()"),
            "no_log": (
                f"return {SOFTMAX_P}.mean()",
                f"return {NAIVE_P}.mean()",
                f"return {LOG_P}.exp().mean()",
            ),
            "log_of_mean": (f"return -{SOFTMAX_P}.mean().log()", f"return -torch.log({NAIVE_P}.mean())"),
            "shift": (
                f"logits = logits.roll(1, dims=0)\nreturn -{LOG_P}.mean()",
                "rows = torch.softmax(logits, 1)\n"
                "return -torch.stack([torch.log(rows[t - 1])[k] for t, k in enumerate(targets)]).mean()",
            ),
            "softmax_twice": (
                f"logits = logits.softmax(-1)\nreturn -{LOG_P}.mean()",
                f"logits = logits.exp() / logits.exp().sum(-1, keepdim=True)\nreturn -{LOG_P}.mean()",
            ),
            "overflow": (
                f"return -{NAIVE_P}.log().mean()",
                f"return -{SOFTMAX_P}.log().mean()",
                "return (logits.exp().sum(-1).log() - logits[torch.arange(len(targets)), targets]).mean()",
                "x = np.exp(logits.numpy())\nreturn -np.log(x[np.arange(len(x)), targets] / x.sum(1)).mean()",
                "costs = [math.log(sum(map(math.exp, z))) - z[k] for z, k in zip(logits.tolist(), targets)]\n"
                "return sum(costs) / len(costs)",
                f"return -{SOFTMAX_P}.prod().log() / len(targets)",
                f"return -{SOFTMAX_P}.double().log().mean()",
                "z = (logits - logits.max()).exp()\n"  # one maximum for all rows
                "return -(z / z.sum(-1, keepdim=True)).log()[torch.arange(len(targets)), targets].mean()",
            ),
        },
        wrong={
            f"return -{LOG_P}": "The shape is (1,), not ()",
            f"return -({SOFTMAX_P} + 1e-12).log().mean()": "wrong on large ones",
            "return -logits.mean() * 7": "not a mistake we know",
        },
    ),
}
