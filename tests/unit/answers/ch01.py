"""The probability machine, as students write it."""

from . import Answers

NAIVE = "logits.exp() / logits.exp().sum(-1, keepdim=True)"
CUMULATIVE = "np.cumsum(probs.numpy())"

ANSWERS = {
    "softmax": Answers(
        right=(
            "weights = (logits - logits.amax(-1, keepdim=True)).exp()\nreturn weights / weights.sum(-1, keepdim=True)",
            "return (logits - logits.logsumexp(-1, keepdim=True)).exp()",
            "logits -= logits.max(-1, keepdim=True).values\n"  # changes its argument
            f"return {NAIVE}",
            "x = logits.numpy()\n"
            "x = np.exp(x - x.max(axis=-1, keepdims=True))\n"
            "return x / x.sum(axis=-1, keepdims=True)",
            "def one(z):\n"
            "    if isinstance(z[0], list):\n"
            "        return [one(row) for row in z]\n"
            "    weights = [math.exp(x - max(z)) for x in z]\n"
            "    return [w / sum(weights) for w in weights]\n"
            "return one(logits.tolist())",
            "return 1 / (logits[..., None, :] - logits[..., None]).exp().sum(-1)",  # by odds
            "p = torch.empty_like(logits)\n"
            "for place in np.ndindex(*logits.shape[:-1]):\n"
            "    w = (logits[place] - max(logits[place])).exp()\n"
            "    p[place] = w / sum(w)\n"
            "return tuple(p)",
        ),
        mistakes={
            "overflow": (
                f"return {NAIVE}",
                "x = np.exp(logits.numpy())\nreturn x / x.sum(axis=-1, keepdims=True)",
                "def one(z):\n"
                "    if isinstance(z[0], list):\n"
                "        return [one(row) for row in z]\n"
                "    return [math.exp(x) / sum(map(math.exp, z)) for x in z]\n"
                "return one(logits.tolist())",
                "logits = logits - logits.max()\n"  # one maximum for all rows
                f"return {NAIVE}",
                f"logits = logits.double()\nreturn {NAIVE}",
                "return logits.exp() / logits.exp().sum(-1).unsqueeze(-1)",
            ),
            "wrong_axis": (
                "return logits.exp() / logits.exp().sum(0)",
                "weights = logits.exp()\nreturn weights / sum(weights)",  # Python's sum
                "return (logits - logits.logsumexp(0)).exp()",
                "x = np.exp(logits.numpy() - logits.numpy().max())\nreturn x / x.sum(axis=0, keepdims=True)",
                "x = np.exp(logits.numpy() - logits.numpy().max(0))\nreturn list(x / x.sum(0))",
            ),
            "no_exp": (
                "return logits / logits.sum(-1, keepdim=True)",
                "return (logits.numpy().T / logits.numpy().sum(-1).T).T",
                "def one(z):\n"
                "    return [one(row) for row in z] if isinstance(z[0], list) else [x / sum(z) for x in z]\n"
                "return one(logits.tolist())",
                "return torch.nn.functional.normalize(logits, p=1, dim=-1) * logits.abs().sum(-1, keepdim=True)"
                " / logits.sum(-1, keepdim=True)",
            ),
        },
        wrong={
            "return logits.exp() / logits.exp().sum()": "one_sum",
            "return 2**logits / (2**logits).sum(-1, keepdim=True)": "base_two",
            "return logits.exp() / logits.exp().sum(-1)": "one_row_only",  # no keepdim
            "return (logits - logits.exp().sum(-1, keepdim=True).log()).exp()": "cut_off",
            f"logits = logits.clamp(max=80)\nreturn {NAIVE}": "cut_off",
            "return logits.logsumexp(-1)": "The shape is (), not (3,)",
        },
    ),
    "with_temperature": Answers(
        right=(
            "return torch.softmax(logits / temperature, dim=-1)",
            "z = logits.numpy() / temperature\nz = z - z.max(-1, keepdims=True)\nw = np.exp(z)\n"
            "return w / w.sum(-1, keepdims=True)",
            "def one(z):\n"
            "    if isinstance(z[0], list):\n"
            "        return [one(row) for row in z]\n"
            "    weights = [math.exp((x - max(z)) / temperature) for x in z]\n"
            "    return [w / sum(weights) for w in weights]\n"
            "return one(logits.tolist())",
            "return F.log_softmax(logits.float() / temperature, -1).exp().double()",
            "logits /= temperature\nreturn torch.nn.Softmax(-1)(logits)",
        ),
        mistakes={
            "powers": (
                "p = logits.softmax(-1) ** (1 / temperature)\nreturn p / p.sum(-1, keepdim=True)",
                "p = np.exp(logits.numpy() - logits.numpy().max(-1, keepdims=True))\n"
                "p = p ** (1 / temperature)\nreturn p / p.sum(-1, keepdims=True)",
            ),
            "overflow": (
                "z = logits.numpy() / temperature\nw = np.exp(z)\nreturn w / w.sum(-1, keepdims=True)",
                "w = (logits / temperature).exp()\nreturn w / w.sum(-1, keepdim=True)",
            ),
            "multiplies": (
                "return torch.softmax(logits * temperature, dim=-1)",
                "p = logits.exp() ** temperature\nreturn p / p.sum(-1, keepdim=True)",
                "w = np.exp(temperature * logits.numpy())\nreturn w / w.sum(-1, keepdims=True)",
                "return torch.softmax(logits / (1 / temperature), dim=-1)",
            ),
            "divides_probabilities": (
                "return torch.softmax(logits, dim=-1) / temperature",
                "w = logits.exp() / temperature\nreturn w / logits.exp().sum(-1, keepdim=True)",
                "w = np.exp(logits.numpy())\nreturn w / w.sum(-1, keepdims=True) / temperature",
            ),
            "ignores_temperature": (
                "return torch.softmax(logits, dim=-1)",
                "p = torch.softmax(logits, dim=-1) / temperature\nreturn p / p.sum(-1, keepdim=True)",
                "w = np.exp(logits.numpy()) / temperature\nreturn w / w.sum(-1, keepdims=True)",
                "logits - math.log(temperature)\nreturn logits.softmax(-1)",
                "return (logits - math.log(temperature)).softmax(-1)",
            ),
            "argmax_only": (
                "return F.one_hot(logits.argmax(-1), logits.shape[-1])",
                "return (logits == logits.amax(-1, keepdim=True)).float()",
                "return (logits / (temperature * 1e-6)).softmax(-1)",
                "z = logits.numpy()\nreturn np.eye(z.shape[-1])[z.argmax(-1)]",
            ),
        },
        wrong={
            "return (logits / temperature).softmax(0)": "wrong_axis",
            "return (logits - temperature).exp()": "adds",
            "return logits / temperature": "no_softmax",
            "return (logits / temperature).softmax(-1).sum(-1)": "The shape is (), not (3,)",
        },
    ),
    "sample_token": Answers(
        right=(
            "total = 0.0\n"
            "for i, p in enumerate(probs.tolist()):\n"
            "    total += p\n"
            "    if u < total:\n"
            "        return i\n"
            "return int(probs.nonzero()[-1])",
            "return torch.searchsorted(probs.cumsum(0), u, right=True)",
            f"return np.searchsorted({CUMULATIVE}, u, side='right')",
            f"return int(({CUMULATIVE} <= u).sum())",
            "return (probs.cumsum(-1) > u).int().argmax()",
            "import bisect\nimport itertools\nreturn bisect.bisect(list(itertools.accumulate(probs.tolist())), u)",
            "return next(i for i in range(len(probs)) if u < probs[: i + 1].sum())",
            "return (u >= probs.cumsum(0)).sum()",
            "for i, p in enumerate(probs):\n    u -= p\n    if u < 0:\n        return i",
        ),
        mistakes={
            "argmax": (
                "return int(probs.argmax())",
                "return max(range(len(probs)), key=lambda i: probs[i])",
                "return np.argmax(probs.numpy())",
                "return probs.topk(1).indices[0]",
            ),
            "off_by_one": (
                f"return max(int(np.searchsorted({CUMULATIVE}, u, side='right')) - 1, 0)",
                "last = 0\nfor i, end in enumerate(probs.cumsum(0)):\n    if end <= u:\n        last = i\nreturn last",
                "total, i = 0.0, 0\nwhile total + probs[i] <= u:\n    total += probs[i]\n    i += 1\nreturn i - 1",
                f"return np.digitize(u, {CUMULATIVE}) - 1",
                f"return int(({CUMULATIVE} <= u).nonzero()[0].max())",
            ),
            "reversed": (
                "total = 0.0\n"
                "for i in reversed(range(len(probs))):\n"
                "    total += probs[i]\n"
                "    if u < total:\n"
                "        return i",
                "from_here = probs.flip(0).cumsum(0).flip(0)\nreturn (u < from_here).nonzero().max()",
                "return len(probs) - 1 - int(torch.searchsorted(probs.flip(0).cumsum(0), u, right=True))",
                "return max(i for i in range(len(probs)) if u < float(probs[i:].sum()))",
            ),
        },
        wrong={
            "return int(torch.searchsorted(probs.cumsum(0), u))": "includes_right_end",  # u <= cumulative
            "return int(torch.searchsorted(probs.cumsum(0), u, right=True)) + 1": "one_too_far",
            "return int(u * len(probs))": "equal_pieces",
            "return torch.searchsorted(probs.cumsum(0), torch.tensor([u]), right=True)": "other_shape",
            "return next(float(i) for i in range(len(probs)) if u < probs[: i + 1].sum())": "floating_point",
            "return probs.cumsum(0)": "One number is expected; this is a result of shape (3,).",
        },
    ),
}
