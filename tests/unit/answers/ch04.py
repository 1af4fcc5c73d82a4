"""Perplexity, bits and the coder's step, as students write them."""

from . import Answers

STEP = "width = high - low\n"
SHARE = "a, b = cumulative[symbol].item(), cumulative[symbol + 1].item()\n"

ANSWERS = {
    "perplexity_of": Answers(
        right=(
            "return token_nats.mean().exp()",
            "return math.exp(sum(token_nats.tolist()) / len(token_nats))",
            "return np.exp(np.mean(token_nats.numpy()))",
            "return 2 ** (token_nats / math.log(2)).mean()",
            "return math.prod(math.exp(nats / len(token_nats)) for nats in token_nats.tolist())",
        ),
        mistakes={
            "product_overflows": (
                "p = (-token_nats).exp()\nreturn (1 / p).prod() ** (1 / len(p))",
                "product = 1.0\n"
                "for nats in token_nats:\n"
                "    product *= math.exp(nats)\n"
                "return product ** (1 / len(token_nats))",
            ),
            "base_two": (
                "return 2 ** token_nats.mean()",
                "return torch.exp2(torch.mean(token_nats))",
                "return np.power(2.0, np.mean(token_nats.numpy()))",
            ),
            "mean_of_exp": (
                "return token_nats.exp().mean()",
                "return sum(math.exp(nats) for nats in token_nats.tolist()) / len(token_nats)",
                "p = torch.exp(-token_nats)\nreturn (1 / p).mean()",
            ),
            "not_averaged": (
                "return token_nats.sum().exp()",
                "return 1 / math.prod(math.exp(-nats) for nats in token_nats.tolist())",
                "return torch.exp(token_nats).prod()",
            ),
        },
        wrong={
            "return token_nats.exp()": "each_token",
            "return token_nats.mean()": "no_exp",
            "return torch.exp(-token_nats.mean())": "upside_down",
            "return math.exp(token_nats.median())": "median",
            "return math.exp(token_nats.mean() / math.log(2))": "bits_in_exp",
        },
    ),
    "text_bits_per_byte": Answers(
        right=(
            "return total_nats / (math.log(2) * len(text.encode()))",
            "return torch.tensor(total_nats) / math.log(2) / len(bytes(text, 'utf-8'))",
            "n_bytes = 0\n"
            "for c in text:\n"
            "    n_bytes += len(c.encode('utf8'))\n"
            "return total_nats * math.log2(math.e) / n_bytes",
            "raw = np.frombuffer(text.encode(), dtype=np.uint8)\nreturn np.float32(total_nats / np.log(2) / raw.size)",
            "sizes = [1 + (ord(c) > 0x7F) + (ord(c) > 0x7FF) + (ord(c) > 0xFFFF) for c in text]\n"
            "return total_nats / math.log(2) / sum(sizes)",
        ),
        mistakes={
            "per_character": (
                "return total_nats / math.log(2) / len(text)",
                "bits = total_nats * 1.4426950408889634\nreturn sum(bits / len(text) for c in text) / len(text)",
                "return total_nats / math.log(2) / np.array(list(text)).size",
            ),
            "nats": (
                "return total_nats / len(text.encode())",
                "return math.log(math.exp(total_nats)) / len(list(text.encode('utf-8')))",
            ),
            "ln2_upside_down": (
                "return total_nats * math.log(2) / len(text.encode())",
                "bits = total_nats * np.log(2)\nreturn bits / len(bytearray(text, 'utf-8'))",
            ),
        },
        wrong={
            "return total_nats / math.log(2)": "not_divided",
            "return total_nats / len(text)": "nats_per_character",
            "return total_nats / math.log(2) / len(text.encode('utf-16'))": "other_encoding",
            "return total_nats / math.log(2) / len(text.encode('latin-1'))": "other_encoding",
            "return total_nats / math.log(2) / len(text.strip().encode())": "stripped",
            "return 2 ** (total_nats / math.log(2) / len(text.encode()))": "perplexity",
            "return f'{total_nats / math.log(2) / len(text.encode()):.3f}'": "not of the kind expected",
        },
    ),
    "code_length_bits": Answers(
        right=(
            "return -probs.log2().sum()",
            "return sum(-math.log2(p) for p in probs.tolist())",
            "return -np.log2(probs.numpy()).sum()",
            "return -torch.log(probs).sum() / math.log(2)",
            "return math.fsum(math.log2(1 / p) for p in probs.tolist())",
            "bits = 0\nfor p in probs:\n    bits = bits + math.log(1 / p, 2)\nreturn torch.tensor(bits)",
        ),
        mistakes={
            "product_underflows": (
                "return math.log2(1 / math.prod(probs.tolist()))",
                "return -probs.prod().log2()",
            ),
            "rounds_each": (
                "return torch.ceil(-probs.log2()).sum()",
                "return sum(math.ceil(-math.log2(p)) for p in probs.tolist())",
                "return int(np.ceil(np.log2(1 / probs.numpy())).sum())",
                "return (-probs.log2()).ceil().clamp(min=1).sum()",
                "bits = 0\nfor p in probs.tolist():\n    while p < 1:\n        p, bits = 2 * p, bits + 1\nreturn bits",
            ),
            "nats": (
                "return -probs.log().sum()",
                "return -math.log(math.prod(probs.tolist()))",
                "return np.log(1 / probs.numpy()).sum()",
            ),
            "averages": (
                "return -probs.log2().mean()",
                "return -sum(math.log2(p) for p in probs) / len(probs)",
                "return -np.average(np.log2(probs.numpy()))",
            ),
        },
        wrong={
            "return -probs.log2()": "each_symbol",
            "return probs.log2().sum()": "sign",
            "return torch.ceil(-probs.log2().sum())": "rounds_the_total",
            "return -(probs * probs.log2()).sum()": "weighted",
            "return torch.round(-probs.log2()).sum()": "rounds_each",
            "return -probs.sum().log2()": "sums_probabilities",
        },
    ),
    "narrow": Answers(
        right=(
            f"{STEP}return low + width * cumulative[symbol], low + width * cumulative[symbol + 1]",
            f"{STEP}{SHARE}return [low + width * a, low + width * b]",
            "ends = low + (high - low) * cumulative.numpy()\nreturn ends[symbol : symbol + 2]",
            "return torch.lerp(torch.tensor(low), torch.tensor(high), cumulative.float())[[symbol, symbol + 1]]",
            f"{SHARE}return (1 - a) * low + a * high, (1 - b) * low + b * high",
            f"{STEP}{SHARE}low += width * a\nhigh = low + width * (b - a)\nreturn np.float32(low), np.float32(high)",
            f"{SHARE}high, low = low + (high - low) * b, low + (high - low) * a\nreturn low, high",
        ),
        mistakes={
            "not_scaled": (
                "return low + cumulative[symbol], low + cumulative[symbol + 1]",
                f"{SHARE}low += a\nhigh = low + (b - a)\nreturn low, high",
                "return (low + cumulative)[symbol : symbol + 2]",
            ),
            "new_low_in_high": (
                f"{SHARE}low = low + (high - low) * a\nhigh = low + (high - low) * b\nreturn low, high",
                f"{SHARE}low += a * (high - low)\nhigh = low * (1 - b) + b * high\nreturn torch.tensor([low, high])",
            ),
            "equal_slices": (
                "V = len(cumulative) - 1\n"
                "return low + (high - low) * symbol / V, low + (high - low) * (symbol + 1) / V",
                "ends = np.linspace(low, high, len(cumulative))\nreturn ends[symbol], ends[symbol + 1]",
                "return torch.linspace(low, high, cumulative.numel())[symbol : symbol + 2].tolist()",
            ),
        },
        wrong={
            f"{STEP}{SHARE}return low + width * a, width * (b - a)": "low_and_width",
            f"{STEP}{SHARE}low = low + width * a\nreturn low, low + width * b": "new_low_in_high",
            f"{SHARE}return a, b": "only_cumulative",
            f"{STEP}{SHARE}return low + width * b, low + width * a": "swapped",
            f"{SHARE}return low * a, high * b": "multiplied_ends",
            f"{STEP}{SHARE}return low + width * a": "one_of_two",
            "ends = low + (high - low) * cumulative\nreturn ends[symbol - 1], ends[symbol]": "symbol_before",
        },
    ),
}
