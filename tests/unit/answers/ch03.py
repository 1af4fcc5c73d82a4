"""Cross-entropy, as students write it."""

from . import Answers

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
            f"return -{LOG_P}.mean()": "mean",
            "return -F.log_softmax(logits, 0)[torch.arange(len(targets)), targets]": "wrong_axis",
            "return -F.log_softmax(logits, -1)": "all_tokens",
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
            "underflow": (
                f"return -{SOFTMAX_P}.log().mean()",
                f"return -{SOFTMAX_P}.prod().log() / len(targets)",
                f"return -{SOFTMAX_P}.double().log().mean()",
            ),
            "overflow": (
                f"return -{NAIVE_P}.log().mean()",
                "return (logits.exp().sum(-1).log() - logits[torch.arange(len(targets)), targets]).mean()",
                "x = np.exp(logits.numpy())\nreturn -np.log(x[np.arange(len(x)), targets] / x.sum(1)).mean()",
                "costs = [math.log(sum(map(math.exp, z))) - z[k] for z, k in zip(logits.tolist(), targets)]\n"
                "return sum(costs) / len(costs)",
                "z = (logits - logits.max()).exp()\n"  # one maximum for all rows
                "return -(z / z.sum(-1, keepdim=True)).log()[torch.arange(len(targets)), targets].mean()",
            ),
        },
        wrong={
            f"return -{LOG_P}": "not_averaged",
            f"return -({SOFTMAX_P} + 1e-12).log().mean()": "cut_off",
            "return -logits.mean() * 7": "not a mistake we know",
        },
    ),
    "corpus_loss": Answers(
        right=(
            "return sums.sum() / counts.sum()",
            "return sum(sums.tolist()) / sum(counts.tolist())",
            "return np.sum(sums.numpy()) / np.sum(counts.numpy())",
            "return torch.einsum('k->', sums) / torch.dot(counts, torch.ones_like(counts))",
            "nats, tokens = 0.0, 0\n"
            "for s, n in zip(sums, counts):\n"
            "    nats += s.item()\n"
            "    tokens += int(n)\n"
            "return np.float64(nats / tokens)",
            "weights = counts / counts.sum()\nreturn (weights * (sums / counts)).sum().to(torch.float64)",
        ),
        mistakes={
            "mean_of_means": (
                "return (sums / counts).mean()",
                "return np.mean([s / n for s, n in zip(sums.tolist(), counts.tolist())])",
                "return torch.mean(torch.div(sums, counts))",
                "loss = 0\nfor s, n in zip(sums, counts):\n    loss += s / n / len(sums)\nreturn loss",
            ),
            "total": (
                "return sums.sum()",
                "return float(np.sum(sums.numpy()))",
                "return ((sums / counts) * counts).sum()",
            ),
            "per_batch": (
                "return sums.mean()",
                "return sum(sums.tolist()) / len(counts)",
                "return sums.sum() / sums.numel()",
            ),
        },
        wrong={
            "return sums / counts": "each_batch",
            "return counts.sum() / sums.sum()": "upside_down",
            "return (sums.sum() / counts.sum()).exp()": "perplexity",
            "return sums.sum() // counts.sum()": "whole_number",
            "return sums.sum() / counts.mean()": "mean_count",
            "loss = sums.sum() / counts.sum()": "Is a return missing?",
        },
    ),
}
