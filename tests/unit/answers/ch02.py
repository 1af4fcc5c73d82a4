"""The factorization, as students write it."""

from . import Answers

LOOP = "counts = torch.zeros(vocab_size, vocab_size)\nfor a, b in zip(ids[:-1], ids[1:]):\n    counts[a, b] += 1\n"
ARRAY = "counts = np.zeros((vocab_size, vocab_size))\nnp.add.at(counts, (ids[:-1].numpy(), ids[1:].numpy()), 1)\n"

ANSWERS = {
    "next_token_pairs": Answers(
        right=(
            "return ids[:n], ids[1:n + 1]",
            "return [ids[:n].tolist(), ids[1:n + 1].tolist()]",
            "x, y = [], []\nfor t in range(n):\n    x.append(int(ids[t]))\n    y.append(int(ids[t + 1]))\nreturn x, y",
            "return np.stack([ids[:n].numpy(), ids[1:n + 1].numpy()])",
            "return ids.unfold(0, 2, 1)[:n].T",
            "return ids[:n], ids.roll(-1)[:n]",  # rolled before it is cut
            "window = ids[: n + 1].clone()\nreturn window[:-1], window[1:]",
        ),
        mistakes={
            "no_shift": (
                "return ids[:n], ids[:n]",
                "x = ids[:n].tolist()\nreturn x, x",
                "window = ids[:n + 1]\nreturn np.array([window[:-1].numpy(), window[:n].numpy()])",
                "return [[int(i) for i in ids[:n]] for _ in range(2)]",
            ),
            "previous_token": (
                "return ids[:n], torch.cat([ids[:1], ids[:n - 1]])",
                "return ids[:n].tolist(), [int(ids[max(t - 1, 0)]) for t in range(n)]",
                "return ids[:n], ids[:n].roll(1)",
                "return ids[:n], ids.roll(1)[:n]",
                "x = ids[:n].numpy()\nreturn x, np.concatenate([[0], x[:-1]])",
            ),
            "wraps_around": (
                "x = ids[:n]\nreturn x, x.roll(-1)",
                "x = ids[:n].tolist()\nreturn x, x[1:] + x[:1]",
                "return [ids[t % n] for t in range(n)], [ids[(t + 1) % n] for t in range(n)]",
                "x = ids[:n].numpy()\nreturn x, np.roll(x, -1)",
            ),
        },
        wrong={
            "return ids[1:n + 1], ids[:n]": "swapped",
            "return ids[:n], ids[2:n + 2]": "two_ahead",
            "return ids[:n], ids[1:]": "not yet",  # n + 1 ids in the first case
            "return ids[:n]": "one_of_two",
            "return ids[:-1][:n], ids[1:][:n].float()": "floating_point",
            "return ids[:n], ids[n]": "one_target",
            "return ids[:2], ids[1:3]": "Its parts have the shapes (2,) and (2,), not (3,)",
        },
    ),
    "bigram_probs": Answers(
        right=(
            LOOP + "seen = counts.sum(1, keepdim=True)\nreturn torch.where(seen > 0, counts / seen, 1 / vocab_size)",
            LOOP + "counts[counts.sum(1) == 0] = 1\nreturn counts / counts.sum(1, keepdim=True)",
            ARRAY + "seen = counts.sum(1, keepdims=True)\n"
            "return np.where(seen > 0, counts / np.maximum(seen, 1), 1 / vocab_size)",
            "rows = []\n"
            "ids = ids.tolist()\n"
            "for a in range(vocab_size):\n"
            "    after = [y for x, y in zip(ids, ids[1:]) if x == a]\n"
            "    rows.append([after.count(b) / len(after) if after else 1 / vocab_size for b in range(vocab_size)])\n"
            "return rows",
            "x, y = F.one_hot(ids[:-1], vocab_size).double(), F.one_hot(ids[1:], vocab_size).double()\n"
            "return (x.T @ y / x.sum(0)[:, None]).nan_to_num(1 / vocab_size)",
            "table = torch.bincount(ids[:-1] * vocab_size + ids[1:], minlength=vocab_size**2).view(vocab_size, -1)\n"
            "return [row / row.sum() if row.sum() else torch.full((vocab_size,), 1 / vocab_size) for row in table]",
        ),
        mistakes={
            "joint": (
                LOOP + "return counts / counts.sum()",
                ARRAY + "return counts / (len(ids) - 1)",
                LOOP + "return F.normalize(counts.flatten(), p=1, dim=0).view(vocab_size, vocab_size)",
                LOOP + "p = counts / counts.sum()\np[counts.sum(1) == 0] = 1 / vocab_size\nreturn p",
                "pairs = list(zip(ids.tolist(), ids.tolist()[1:]))\n"
                "return [[pairs.count((a, b)) / len(pairs) for b in range(vocab_size)] for a in range(vocab_size)]",
            ),
            "columns": (
                LOOP + "return counts / counts.sum(0, keepdim=True)",
                LOOP + "return counts / counts.sum(1)",  # no keepdim
                ARRAY + "return (counts.T / counts.sum(0)[:, None]).T",
                LOOP + "seen = counts.sum(1)\nreturn torch.where(seen > 0, counts / seen, 1 / vocab_size)",
                LOOP + "return counts / counts.sum(1).clamp(min=1)",
                LOOP + "return counts / sum(counts)",  # Python's sum
                LOOP + "p = counts / counts.sum(0)\np[counts.sum(1) == 0] = 1 / vocab_size\nreturn p",
            ),
            "transposed": (
                LOOP + "return counts.T / counts.T.sum(1, keepdim=True)",
                "counts = torch.zeros(vocab_size, vocab_size)\n"
                "for t in range(1, len(ids)):\n"
                "    counts[ids[t], ids[t - 1]] += 1\n"
                "counts[counts.sum(1) == 0] = 1\n"
                "return counts / counts.sum(1, keepdim=True)",
                ARRAY + "counts = counts.transpose()\nreturn counts / counts.sum(axis=1, keepdims=True)",
                LOOP + "return (counts / counts.sum(0)).T",
            ),
        },
        wrong={
            LOOP + "return counts": "only_counts",
            LOOP + "return counts / counts.sum(1, keepdim=True)": "unseen_rows",  # a row never seen
            LOOP + "return counts / counts.sum(1, keepdim=True).clamp(min=1)": "unseen_rows",
            LOOP + "counts += 1\nreturn counts / counts.sum(1, keepdim=True)": "add_one",
            "p = ids.bincount(minlength=vocab_size) / len(ids)\nreturn p.expand(len(p), -1)": "no_context",
            "return ids.bincount(minlength=vocab_size) / len(ids)": "The shape is (3,), not (3, 3)",
        },
    ),
    "sequence_logprob": Answers(
        right=(
            "return conditionals.log().sum()",
            "return sum(math.log(c) for c in conditionals)",
            "return float(np.log(conditionals.numpy()).sum())",
            "total = torch.zeros(())\nfor c in conditionals:\n    total = total + torch.log(c)\nreturn total",
            "return -(-conditionals.double().log2() * math.log(2)).sum()",
            "return math.fsum(map(math.log, conditionals.tolist()))",
        ),
        mistakes={
            "averages": (
                "return conditionals.log().mean()",
                "return np.mean(np.log(conditionals.numpy()))",
                "return sum(map(math.log, conditionals)) / len(conditionals)",
                "return torch.log(conditionals.prod() ** (1 / len(conditionals)))",  # the geometric mean
            ),
            "sums_probabilities": (
                "return conditionals.sum().log()",
                "return math.log(sum(conditionals))",
                "return np.log(np.sum(conditionals.numpy()))",
                "return torch.logsumexp(conditionals.log(), 0)",
            ),
            "skips_first": (
                "return conditionals[1:].log().sum()",
                "return sum(math.log(conditionals[t]) for t in range(1, len(conditionals)))",
                "return conditionals.log().sum() - conditionals[0].log()",
                "return conditionals[1:].prod().log()",
            ),
            "product_underflows": (
                "return conditionals.prod().log()",
                "return math.log(math.prod(conditionals.tolist()))",
                "return np.log(np.prod(conditionals.numpy()))",
                "p = 1.0\nfor c in conditionals:\n    p *= float(c)\nreturn math.log(p)",
                "return torch.log(conditionals.double().cumprod(0)[-1])",
            ),
        },
        wrong={
            "return -conditionals.log().sum()": "sign",
            "return conditionals.log2().sum()": "bits",
            "return conditionals.prod()": "no_log",
            "return conditionals.log()": "each_factor",
            "return (conditionals + 1e-12).log().sum()": "cut_off",
            "return conditionals.prod().clamp(min=1e-300).log()": "cut_off",
        },
    ),
}
