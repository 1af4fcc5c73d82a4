"""Windows that overlap, bits per byte, the loss of answers and choices among them, as students write them."""

from . import Answers

SHIFTED = "rows, targets = logits[:-1], ids[1:]\n"
COSTS = SHIFTED + "costs = -rows.log_softmax(-1)[torch.arange(len(targets)), targets]\n"
KEPT = "own = torch.arange(log_probs.shape[1]) < n_tokens[:, None]\n"
TOTAL = KEPT + "total = log_probs.masked_fill(~own, 0).sum(-1)\n"
BYTES = "n_bytes = len(text.encode('utf-8'))\n"

ANSWERS = {
    "strided_windows": Answers(
        right=(
            "windows, predicted = [], 0\n"
            "for begin in range(0, n_tokens, stride):\n"
            "    end = min(begin + context_length, n_tokens - 1)\n"
            "    windows.append((begin, end, end - predicted))\n"
            "    predicted = end\n"
            "    if end == n_tokens - 1:\n"
            "        return windows",
            "last = n_tokens - 1\n"
            "windows = [[0, min(context_length, last), min(context_length, last)]]\n"
            "while windows[-1][1] < last:\n"
            "    begin, end, _ = windows[-1]\n"
            "    new_end = min(begin + stride + context_length, last)\n"
            "    windows.append([begin + stride, new_end, new_end - end])\n"
            "return windows",
            "n_more = max(0, math.ceil((n_tokens - 1 - context_length) / stride))\n"
            "begins = np.arange(n_more + 1) * stride\n"
            "ends = np.minimum(begins + context_length, n_tokens - 1)\n"
            "return np.stack([begins, ends, np.diff(ends, prepend=0)], axis=1)",
            "n_more = max(0, -((context_length + 1 - n_tokens) // stride))\n"
            "begin = torch.arange(n_more + 1) * stride\n"
            "end = (begin + context_length).clamp(max=n_tokens - 1)\n"
            "return torch.stack([begin, end, torch.diff(end, prepend=torch.tensor([0]))], -1)",
            "owner = {}\n"  # the first window that predicts a token has the longest context for it
            "for begin in range(0, n_tokens, stride):\n"
            "    for target in range(begin + 1, min(begin + context_length, n_tokens - 1) + 1):\n"
            "        owner.setdefault(target, begin)\n"
            "out = []\n"
            "for begin in sorted(set(owner.values())):\n"
            "    mine = [target for target in owner if owner[target] == begin]\n"
            "    out.append((begin, max(mine), len(mine)))\n"
            "return out",
            "def cut():\n"
            "    begin, done = 0, 0\n"
            "    while True:\n"
            "        end = begin + context_length\n"
            "        if end >= n_tokens - 1:\n"
            "            yield begin, n_tokens - 1, n_tokens - 1 - done\n"
            "            return\n"
            "        yield begin, end, end - done\n"
            "        begin, done = begin + stride, end\n"
            "return list(cut())",
        ),
        mistakes={
            "counted_twice": (
                "windows = []\n"
                "for begin in range(0, n_tokens - 1, stride):\n"
                "    end = min(begin + context_length, n_tokens - 1)\n"
                "    windows.append((begin, end, end - begin))\n"
                "    if end == n_tokens - 1:\n"
                "        break\n"
                "return windows",
                "begins = range(0, n_tokens - 1, stride)\n"
                "ends = [min(b + context_length, n_tokens - 1) for b in begins]\n"
                "return [(b, e, e - b) for b, e in zip(begins, ends)]",
            ),
            "drops_last": (
                "out, begin = [], 0\n"
                "while begin + context_length <= n_tokens - 1:\n"
                "    out.append((begin, begin + context_length, stride if begin else context_length))\n"
                "    begin += stride\n"
                "return out",
                "n = (n_tokens - 1 - context_length) // stride + 1\n"
                "return [(i * stride, i * stride + context_length, stride if i else context_length) for i in range(n)]",
            ),
            "beginning_lost": (
                "windows, begin, end = [], 0, 0\n"
                "while end < n_tokens - 1:\n"
                "    end = min(begin + context_length, n_tokens - 1)\n"
                "    windows.append((begin, end, stride))\n"
                "    begin += stride\n"
                "return windows",
                "windows, begin, end = [], 0, 0\n"
                "while end < n_tokens - 1:\n"
                "    old, end = end, min(begin + context_length, n_tokens - 1)\n"
                "    windows.append((begin, end, min(stride, end - old)))\n"
                "    begin += stride\n"
                "return windows",
            ),
            "pieces_apart": (
                "out, begin, seen = [], 0, 0\n"
                "while True:\n"
                "    piece = list(range(n_tokens))[begin : begin + context_length]\n"
                "    last = piece[-1]\n"
                "    out.append((begin, last, last - max(begin, seen)))\n"
                "    if last == n_tokens - 1:\n"
                "        return out\n"
                "    seen, begin = last, begin + stride",
                "out, begin, end = [], 0, 0\n"
                "while end < n_tokens - 1:\n"
                "    old, end = end, min(begin + context_length - 1, n_tokens - 1)\n"
                "    out.append([begin, end, end - max(old, begin)])\n"
                "    begin += stride\n"
                "return out",
            ),
            "more_windows": (
                "out, prev_end = [], 0\n"
                "for begin in range(0, n_tokens - 1, stride):\n"
                "    end = min(begin + context_length, n_tokens - 1)\n"
                "    out.append((begin, end, end - prev_end))\n"
                "    prev_end = end\n"
                "return out",
                "begin = torch.arange(0, n_tokens, stride)\n"
                "end = (begin + context_length).clamp(max=n_tokens - 1)\n"
                "return torch.stack([begin, end, torch.diff(end, prepend=end.new_zeros(1))], 1)",
            ),
            "end_read": (
                "out, prev_end = [], 0\n"
                "for begin in range(0, n_tokens, stride):\n"
                "    end = min(begin + context_length, n_tokens)\n"
                "    out.append((begin, end, end - prev_end))\n"
                "    prev_end = end\n"
                "    if end == n_tokens:\n"
                "        break\n"
                "return out",
                "out, begin, done = [], 0, 0\n"
                "while done < n_tokens:\n"
                "    end = min(begin + context_length, n_tokens)\n"
                "    out.append((begin, end, end - done))\n"
                "    begin, done = begin + stride, end\n"
                "return out",
            ),
        },
        wrong={
            "out, begin, done = [], 0, 0\n"
            "while done < n_tokens - 1:\n"
            "    end = min(begin + context_length, n_tokens - 1)\n"
            "    out.append((begin, end))\n"
            "    begin, done = begin + stride, end\n"
            "return out": "without_count",
            "out, begin = [], 0\n"
            "while begin < n_tokens - 1:\n"
            "    end = min(begin + context_length, n_tokens - 1)\n"
            "    out.append((begin, end, end - begin))\n"
            "    begin = end\n"
            "return out": "no_overlap",
            "out, begin, done = [], 0, 0\n"
            "while done < n_tokens - 1:\n"
            "    end = min(begin + context_length, n_tokens - 1)\n"
            "    out.append((begin, end - 1, end - done))\n"
            "    begin, done = begin + stride, end\n"
            "return out": "end_included",
            "return [(0, n_tokens - 1, n_tokens - 1)]": "The shape is (1, 3), not (2, 3).",
            "out, begin, done = [], 0, 0\n"
            "while begin + context_length < n_tokens:\n"
            "    out.append((begin, begin + context_length, begin + context_length - done))\n"
            "    begin, done = begin + stride, begin + context_length\n"
            "if done < n_tokens - 1:\n"
            "    out.append((max(0, n_tokens - 1 - context_length), n_tokens - 1, n_tokens - 1 - done))\n"
            "return out": "moved_back",
        },
    ),
    "in_bits_per_byte": Answers(
        right=(
            "return torch.log2(perplexities) * n_tokens / len(text.encode())",
            "nats = perplexities.double().log() * n_tokens\nreturn nats / math.log(2) / len(bytes(text, 'utf-8'))",
            BYTES + "return [math.log2(p) * n / n_bytes for p, n in zip(perplexities.tolist(), n_tokens.tolist())]",
            BYTES + "return np.log2(perplexities.numpy()) * n_tokens.numpy() / n_bytes",
            BYTES + "return [math.log2(p) / (n_bytes / n) for p, n in zip(perplexities, n_tokens)]",
            BYTES + "return (perplexities.double() ** (n_tokens / n_bytes)).log2()",
            BYTES + "return np.log(np.power(perplexities.numpy(), n_tokens.numpy() / n_bytes)) / np.log(2)",
        ),
        mistakes={
            "per_character": (
                "return perplexities.log2() * n_tokens / len(text)",
                "bits = [n * math.log2(p) for p, n in zip(perplexities, n_tokens)]\n"
                "return torch.tensor(bits) / sum(1 for _ in text)",
                "return np.log2(perplexities.numpy()) * (n_tokens.numpy() / len(text))",
            ),
            "nats": (
                "return perplexities.log() * n_tokens / len(text.encode())",
                BYTES + "return [n * math.log(p) / n_bytes for p, n in zip(perplexities, n_tokens)]",
            ),
            "per_token": (
                "return perplexities.log2()",
                "return [math.log2(p) for p in perplexities]",
            ),
            "mean_for_total": (
                "return torch.log2(perplexities) / len(text.encode())",
                BYTES + "return [math.log(p) / math.log(2) / n_bytes for p in perplexities]",
            ),
            "power_overflows": (
                "return (perplexities.double() ** n_tokens).log2() / len(text.encode())",
                BYTES + "p = np.float64(1) / perplexities.double().numpy()\n"
                "return [-np.log2(q**n) / n_bytes for q, n in zip(p, n_tokens.numpy())]",
            ),
            "no_log": (
                "return perplexities * n_tokens / len(text.encode())",
                BYTES + "return (perplexities * n_tokens / math.log(2)) / n_bytes",
            ),
        },
        wrong={
            "return perplexities.log() * math.log(2) * n_tokens / len(text.encode())": "ln2_upside_down",
            "return perplexities.log2() * n_tokens": "not_divided",
            "return perplexities.log2() * len(text.encode()) / n_tokens": "divided_by_tokens",
            "return (perplexities.log2() * n_tokens / len(text.encode())).mean()": "one_number",
            "return (perplexities * n_tokens).log2() / len(text.encode())": "logarithm_of_product",
            "return perplexities.log2() * n_tokens / len(text.strip().encode())": "stripped",
            "return math.log2(perplexities) * n_tokens / len(text.encode())": "It raised an error",
        },
    ),
    "answer_loss": Answers(
        right=(
            "return F.cross_entropy(logits[n_prompt - 1 : -1], ids[n_prompt:])",
            "targets = ids.clone()\n"
            "targets[:n_prompt] = -100\n"
            "return F.cross_entropy(logits[:-1], targets[1:], ignore_index=-100)",
            COSTS + "counts = torch.arange(1, len(ids)) >= n_prompt\nreturn (costs * counts).sum() / counts.sum()",
            COSTS + "return costs[n_prompt - 1 :].mean()",
            "nats = []\n"
            "for t in range(n_prompt, len(ids)):\n"
            "    row = logits[t - 1].tolist()\n"
            "    nats.append(math.log(sum(math.exp(z) for z in row)) - row[ids[t]])\n"
            "return sum(nats) / len(nats)",
            "z = logits.double().numpy()[n_prompt - 1 : -1]\n"
            "y = ids.numpy()[n_prompt:]\n"
            "return np.mean(np.logaddexp.reduce(z, axis=1) - z[np.arange(len(y)), y])",
            "p = logits.double().softmax(-1)[n_prompt - 1 : -1]\n"
            "return -p.gather(1, ids[n_prompt:].unsqueeze(1)).log().mean()",
        ),
        mistakes={
            "prompt_counted": (
                "return F.cross_entropy(logits[:-1], ids[1:])",
                COSTS + "return costs.mean()",
                "log_p = logits.log_softmax(-1)\n"
                "return sum(-log_p[t, ids[t + 1]] for t in range(len(ids) - 1)) / (len(ids) - 1)",
            ),
            "first_answer_skipped": (
                "answer = ids[n_prompt:]\nreturn F.cross_entropy(logits[n_prompt:-1], answer[1:])",
                COSTS + "return costs[n_prompt:].mean()",
                "targets = ids[1:].clone()\ntargets[:n_prompt] = -100\nreturn F.cross_entropy(logits[:-1], targets)",
            ),
            "last_of_prompt_counted": (
                COSTS + "return costs[n_prompt - 2 :].mean()",
                "targets = ids.clone()\n"
                "targets[: n_prompt - 1] = -100\n"
                "return F.cross_entropy(logits[:-1], targets[1:])",
            ),
            "divided_by_all": (
                COSTS + "costs[: n_prompt - 1] = 0\nreturn costs.mean()",
                SHIFTED + "costs = F.cross_entropy(rows, targets, reduction='none')\n"
                "mask = torch.arange(1, len(ids)) >= n_prompt\n"
                "return (costs * mask).mean()",
                "total = F.cross_entropy(logits[n_prompt - 1 : -1], ids[n_prompt:], reduction='sum')\n"
                "return total / len(ids)",
            ),
            "no_shift": (
                "return F.cross_entropy(logits[n_prompt:], ids[n_prompt:])",
                "targets = ids.clone()\ntargets[:n_prompt] = -100\nreturn F.cross_entropy(logits, targets)",
                "log_p = logits.log_softmax(-1)\n"
                "return np.mean([-log_p[t, ids[t]].item() for t in range(n_prompt, len(ids))])",
            ),
            "zero_logits": (
                "z = logits.clone()\nz[: n_prompt - 1] = 0\nreturn F.cross_entropy(z[:-1], ids[1:])",
                "mask = (torch.arange(len(ids)) >= n_prompt - 1).double()\n"
                "return F.cross_entropy((logits * mask[:, None])[:-1], ids[1:])",
            ),
            "shifted_twice": (
                "targets = ids.clone()\n"
                "targets[:n_prompt] = -100\n"
                "rows, targets = logits[:-1], targets[1:]\n"
                "return F.cross_entropy(rows[:-1], targets[1:])",
                "log_p = logits.log_softmax(-1)\n"
                "costs = [-log_p[t, ids[t + 2]] for t in range(n_prompt - 1, len(ids) - 2)]\n"
                "return sum(costs) / len(costs)",
            ),
        },
        wrong={
            "return F.cross_entropy(logits[n_prompt - 1 : -1], ids[n_prompt:], reduction='sum')": "not_averaged",
            "return F.cross_entropy(logits[n_prompt - 1 : -1], ids[n_prompt:], reduction='none')": "each_token",
            "y = ids.clone()\ny[:n_prompt] = 0\nreturn F.cross_entropy(logits[:-1], y[1:])": "target_zero",
            "return F.cross_entropy(logits[: n_prompt - 1], ids[1:n_prompt])": "prompt_only",
            "return F.cross_entropy(logits[-n_prompt - 1 : -1], ids[-n_prompt:])": "length_of_answer",
            "return F.cross_entropy(logits[n_prompt - 1 :], ids[n_prompt:])": "It raised an error",
            "return F.cross_entropy(logits[:-1].softmax(-1)[n_prompt - 1 :], ids[n_prompt:])": "softmax_twice",
        },
    ),
    "best_answer": Answers(
        right=(
            TOTAL + "return total.argmax(), (total / n_bytes).argmax()",
            "totals = [row[:n].sum().item() for row, n in zip(log_probs, n_tokens)]\n"
            "per_byte = [total / b for total, b in zip(totals, n_bytes.tolist())]\n"
            "return totals.index(max(totals)), per_byte.index(max(per_byte))",
            "total = np.array([row[:n].sum() for row, n in zip(log_probs.double().numpy(), n_tokens.numpy())])\n"
            "return np.argmax(total), np.argmax(total / n_bytes.numpy())",
            "places = range(len(log_probs))\n"
            "total = [sum(log_probs[k, : n_tokens[k]].tolist()) for k in places]\n"
            "return max(places, key=lambda k: total[k]), max(places, key=lambda k: total[k] / int(n_bytes[k]))",
            TOTAL + "cost = -total\nreturn [cost.argmin().item(), (cost / n_bytes).argmin().item()]",
            "total = log_probs.cumsum(1).gather(1, n_tokens[:, None] - 1)\n"
            "return torch.cat([total, total / n_bytes[:, None]], 1).argmax(0)",
        ),
        mistakes={
            "per_token": (
                TOTAL + "return total.argmax(), (total / n_tokens).argmax()",
                "rows = [row[:n] for row, n in zip(log_probs, n_tokens)]\n"
                "means = torch.stack([row.mean() for row in rows])\n"
                "return torch.stack([row.sum() for row in rows]).argmax(), means.argmax()",
            ),
            "padding_counted": (
                "total = log_probs.sum(-1)\nreturn total.argmax(), (total / n_bytes).argmax()",
                "totals = [sum(row) for row in log_probs.tolist()]\n"
                "rates = [t / b for t, b in zip(totals, n_bytes.tolist())]\n"
                "return totals.index(max(totals)), rates.index(max(rates))",
                "total = np.array([row[: n + 1].sum() for row, n in zip(log_probs.numpy(), n_tokens)])\n"
                "return total.argmax(), (total / n_bytes.numpy()).argmax()",
            ),
            "least_likely": (
                TOTAL + "return total.argmin(), (total / n_bytes).argmin()",
                TOTAL + "nats = -total\nreturn nats.argmax(), (nats / n_bytes).argmax()",
                TOTAL + "return total.argmax(), (-total / n_bytes).exp().argmax()",
            ),
            "both_normalized": (
                TOTAL + "best = (total / n_bytes).argmax()\nreturn best, best",
                TOTAL + "return (total / n_tokens).argmax(), (total / n_bytes).argmax()",
            ),
            "probabilities_added": (
                KEPT + "p = (log_probs.exp() * own).sum(-1)\nreturn p.argmax(), (p / n_bytes).argmax()",
                "p = [row[:n].exp().mean() for row, n in zip(log_probs, n_tokens)]\n"
                "best = torch.stack(p).argmax()\n"
                "return best, best",
            ),
            "product_underflows": (
                KEPT + "p = torch.where(own, log_probs, 0).exp().prod(-1)\n"
                "return p.argmax(), (p ** (1 / n_bytes)).argmax()",
                "p = [math.prod(math.exp(z) for z in row[:n]) for row, n in zip(log_probs.tolist(), n_tokens)]\n"
                "per_byte = [x ** (1 / int(b)) for x, b in zip(p, n_bytes)]\n"
                "return p.index(max(p)), per_byte.index(max(per_byte))",
            ),
        },
        wrong={
            TOTAL + "return total.argmax()": "one_of_two",
            TOTAL + "return total.max(), (total / n_bytes).max()": "scores",
            TOTAL + "return (total / n_bytes).argmax(), total.argmax()": "swapped",
            TOTAL + "return total.argmax(), total.argmax()": "not_normalized",
            TOTAL + "return total.argmax(), (total.exp() / n_bytes).argmax()": "probability_divided",
            "total = log_probs[:, :n_tokens].sum(-1)\n"
            "return total.argmax(), (total / n_bytes).argmax()": "It raised an error",
            TOTAL + "return float(total.argmax()), float((total / n_bytes).argmax())": "floating_point",
        },
    ),
}
