"""Teacher forcing, as students write it."""

from . import Answers

INPUTS = "x = torch.cat([torch.tensor([bos_id]), ids[:-1]])\n"

ANSWERS = {
    "causal_mask": Answers(
        right=(
            "return torch.ones(n, n).tril().bool()",
            "return torch.arange(n)[:, None] >= torch.arange(n)",
            "return np.tril(np.ones((n, n), dtype=bool))",
            "return [[column <= row for column in range(n)] for row in range(n)]",
            "mask = torch.zeros(n, n, dtype=torch.bool)\nfor t in range(n):\n    mask[t, : t + 1] = True\nreturn mask",
            "return tuple((True,) * (t + 1) + (False,) * (n - t - 1) for t in range(n))",
            "return ~torch.triu(torch.ones(n, n, dtype=torch.bool), diagonal=1)",
        ),
        mistakes={
            "inverted": (
                "return torch.triu(torch.ones(n, n, dtype=torch.bool), diagonal=1)",
                "return [[column > row for column in range(n)] for row in range(n)]",
                "return torch.full((n, n), -math.inf).triu(1) == -math.inf",
            ),
            "upside_down": (
                "return torch.ones(n, n).triu().bool()",
                "return np.arange(n)[:, None] <= np.arange(n)",
                "return [[looks <= column for column in range(n)] for looks in range(n)]",
            ),
            "hides_self": (
                "return torch.ones(n, n).tril(-1).bool()",
                "mask = torch.zeros(n, n, dtype=torch.bool)\nfor t in range(n):\n    mask[t, :t] = True\nreturn mask",
                "return [[column < row for column in range(n)] for row in range(n)]",
            ),
            "sees_next": (
                "return torch.ones(n, n).tril(1).bool()",
                "return [[column <= row + 1 for column in range(n)] for row in range(n)]",
                "mask = np.zeros((n, n), dtype=bool)\nfor t in range(n):\n    mask[t, : t + 2] = True\nreturn mask",
            ),
            "sees_everything": (
                "return torch.ones(n, n, dtype=torch.bool)",
                "return [[True] * n] * n",
                "return ~np.zeros((n, n), dtype=bool)",
            ),
        },
        wrong={
            "return torch.eye(n, dtype=torch.bool)": "sees_self_only",
            "return torch.ones(n, dtype=torch.bool)": "The shape is (3,), not (3, 3).",
            "return torch.ones(n, n).tril(-1).T.bool()[:, :3]": "not a mistake we know",
            "return torch.ones(n, n).tril(bool)": "It raised an error",
        },
    ),
    "causal_weights": Answers(
        right=(
            "hidden = torch.ones_like(scores).triu(1).bool()\nreturn scores.masked_fill(hidden, -math.inf).softmax(-1)",
            "w = scores.exp().tril()\nreturn w / w.sum(-1, keepdim=True)",
            "w = scores.softmax(-1).tril()\nreturn w / w.sum(-1, keepdim=True)",  # masked late and renormalized
            "return (scores + torch.full_like(scores, -1e9).triu(1)).softmax(-1)",
            "T = len(scores)\n"
            "out = torch.zeros(T, T)\n"
            "for t in range(T):\n"
            "    out[t, : t + 1] = scores[t, : t + 1].softmax(0)\n"
            "return out",
            "s = scores.numpy().copy()\n"
            "s[np.triu_indices(len(s), 1)] = -np.inf\n"
            "e = np.exp(s - s.max(1, keepdims=True))\n"
            "return e / e.sum(1, keepdims=True)",
            "rows = []\n"
            "for t, row in enumerate(scores.tolist()):\n"
            "    e = [math.exp(z - max(row[: t + 1])) for z in row[: t + 1]]\n"
            "    rows.append([x / sum(e) for x in e] + [0.0] * (len(row) - t - 1))\n"
            "return rows",
        ),
        mistakes={
            "zero_not_minus_inf": (
                "return (scores * torch.ones_like(scores).tril()).softmax(-1)",
                "e = scores.tril().exp()\nreturn e / e.sum(-1, keepdim=True)",
                "e = np.exp(np.where(np.tri(len(scores)), scores.numpy(), 0))\nreturn e / e.sum(1, keepdims=True)",
                "rows = []\n"
                "for t, row in enumerate(scores.tolist()):\n"
                "    e = [math.exp(z) if s <= t else 1 for s, z in enumerate(row)]\n"
                "    rows.append([x / sum(e) for x in e])\n"
                "return rows",
            ),
            "masks_after_softmax": (
                "return scores.softmax(-1).tril()",
                "p = scores.softmax(-1)\np[torch.ones_like(p).triu(1).bool()] = 0\nreturn p",
                "e = np.exp(scores.numpy())\nreturn np.tril(e / e.sum(1, keepdims=True))",
                "return scores.exp().tril() / scores.exp().sum(-1, keepdim=True)",
            ),
            "sees_next": (
                "hidden = ~torch.ones_like(scores).tril(1).bool()\n"
                "return scores.masked_fill(hidden, -math.inf).softmax(-1)",
                "out = torch.zeros_like(scores)\n"
                "for t in range(len(scores)):\n"
                "    out[t, : t + 2] = scores[t, : t + 2].softmax(0)\n"
                "return out",
            ),
            "hides_self": (
                "hidden = torch.ones_like(scores).triu().bool()\n"
                "return scores.masked_fill(hidden, -math.inf).softmax(-1)",  # the first row is NaN
                "out = torch.zeros_like(scores)\n"
                "for t in range(len(scores)):\n"
                "    out[t, :t] = scores[t, :t].softmax(0)\n"
                "return out",  # the first row is 0
                "hidden = torch.ones_like(scores).triu().bool()\n"
                "return scores.masked_fill(hidden, -1e9).softmax(-1)",  # the first row is uniform
                "rows = [[1.0] + [0.0] * (len(scores) - 1)]\n"  # the first row sees itself, or it could not begin
                "for t, row in enumerate(scores.tolist()[1:], start=1):\n"
                "    e = [math.exp(z) for z in row[:t]]\n"
                "    rows.append([x / sum(e) for x in e] + [0.0] * (len(row) - t))\n"
                "return rows",
            ),
        },
        wrong={
            "return scores.softmax(-1)": "no_mask",
            "hidden = torch.ones_like(scores).triu(1).bool()\n"
            "return scores.masked_fill(hidden, -math.inf).softmax(0)": "wrong_axis",
            "return scores.exp().tril()": "no_sum",
            "hidden = torch.ones_like(scores).tril().bool()\n"
            "return scores.masked_fill(hidden, -math.inf).softmax(-1)": "hides_what_is_seen",
            "return scores.masked_fill(scores.triu(1), -math.inf).softmax(-1)": "It raised an error",
        },
    ),
    "teacher_forced_loss": Answers(
        right=(
            INPUTS + "return F.cross_entropy(table[x], ids)",
            INPUTS + "p = table[x].softmax(-1)\nreturn -p[torch.arange(len(ids)), ids].log().mean()",
            "nats, current = 0.0, bos_id\n"
            "for token in ids.tolist():\n"
            "    row = table[current].tolist()\n"
            "    nats += math.log(sum(math.exp(z) for z in row)) - row[token]\n"
            "    current = token\n"
            "return nats / len(ids)",
            "log_p = torch.log_softmax(table, dim=1).numpy()\n"
            "return -np.mean(log_p[np.concatenate([[bos_id], ids.numpy()[:-1]]), ids.numpy()])",
            "text = F.pad(ids, (1, 0), value=bos_id)\n"
            "pairs = torch.stack([text[:-1], text[1:]], -1)\n"
            "log_p = table.log_softmax(-1)\n"
            "return sum(-log_p[a, b] for a, b in pairs) / len(pairs)",
        ),
        mistakes={
            "free_running": (
                "current, costs = bos_id, []\n"
                "for token in ids:\n"
                "    log_p = table[current].log_softmax(-1)\n"
                "    costs.append(-log_p[token])\n"
                "    current = log_p.argmax()\n"
                "return torch.stack(costs).mean()",
                "best = table.argmax(-1).tolist()\n"
                "x = [bos_id]\n"
                "while len(x) < len(ids):\n"
                "    x.append(best[x[-1]])\n"
                "return F.cross_entropy(table[x], ids)",
            ),
            "forgets_bos": (
                "return F.cross_entropy(table[ids[:-1]], ids[1:])",
                "p = torch.softmax(table, -1)\nreturn -torch.log(p[ids[:-1], ids[1:]]).mean()",
                "text = ids.tolist()\n"
                "log_p = table.log_softmax(1)\n"
                "costs = [-log_p[a, b] for a, b in zip(text, text[1:])]\n"
                "return sum(costs) / len(costs)",
            ),
            "no_shift": (
                "return F.cross_entropy(table[ids], ids)",
                "return -table.log_softmax(-1)[ids, ids].mean()",
                "return float(np.mean([np.log(np.exp(table[k].numpy()).sum()) - float(table[k, k]) for k in ids]))",
            ),
        },
        wrong={
            INPUTS + "return F.cross_entropy(table[x], ids, reduction='sum')": "not_averaged",
            INPUTS + "return F.cross_entropy(table[x], ids, reduction='none')": "each_token",
            INPUTS + "return F.cross_entropy(table.T[x], ids)": "transposed",
            "return F.cross_entropy(table[ids.roll(1)], ids)": "wraps_around",
            "return F.cross_entropy(table[ids[:-1]], ids)": "It raised an error",
            "text = torch.cat([torch.tensor([0]), ids])\n"  # the start of text is not always 0
            "return F.cross_entropy(table[text[:-1]], ids)": "bos_is_zero",
        },
    ),
}
