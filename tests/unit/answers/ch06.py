"""Batches and the floor of a Markov chain, as students write them."""

from . import Answers

PLACES = "i = starts[:, None] + torch.arange(context_length)\n"
XLOGX = "torch.special.xlogy(transition, transition)"

ANSWERS = {
    "get_batch": Answers(
        right=(
            PLACES + "return ids[i], ids[i + 1]",
            "rows = torch.stack([ids[s : s + context_length + 1] for s in starts])\nreturn rows[:, :-1], rows[:, 1:]",
            "rows = [ids[s : s + context_length + 1].tolist() for s in starts.tolist()]\n"
            "return [row[:-1] for row in rows], [row[1:] for row in rows]",
            "i = starts.numpy()[:, None] + np.arange(context_length)\n"
            "return np.stack([ids.numpy()[i], ids.numpy()[i + 1]])",
            "x = [ids[s : s + context_length] for s in starts]\n"
            "return x, [ids[s + 1 : s + context_length + 1] for s in starts]",
            "windows = ids.unfold(0, context_length + 1, 1)[starts]\n"
            "return [windows[:, :context_length], windows[:, 1:]]",
            "x = torch.zeros(len(starts), context_length, dtype=torch.int64)\n"
            "y = torch.zeros_like(x)\n"
            "for b, s in enumerate(starts):\n"
            "    for t in range(context_length):\n"
            "        x[b, t], y[b, t] = ids[s + t], ids[s + t + 1]\n"
            "return x, y",
        ),
        mistakes={
            "no_shift": (
                PLACES + "return ids[i], ids[i]",
                "x = torch.stack([ids[s : s + context_length] for s in starts])\nreturn x, x.clone()",
                "rows = [ids[s : s + context_length].tolist() for s in starts.tolist()]\nreturn rows, rows",
            ),
            "previous_token": (
                PLACES + "return ids[i], ids[i - 1]",
                "x = torch.stack([ids[s : s + context_length] for s in starts])\n"
                "y = torch.stack([ids[s - 1 : s + context_length - 1] for s in starts])\n"
                "return x, y",
                PLACES + "return ids[i], ids.roll(1)[i]",
                PLACES + "return ids[i], torch.cat([ids[i][:, :1], ids[i][:, :-1]], dim=1)",
                PLACES + "return ids[i], ids[i].roll(1, dims=1)",
            ),
            "too_long": (
                "x = torch.stack([ids[s : s + context_length + 1] for s in starts])\n"
                "y = torch.stack([ids[s + 1 : s + context_length + 2] for s in starts])\n"
                "return x, y",
                "i = starts[:, None] + torch.arange(context_length + 1)\nreturn ids[i], ids[i + 1]",
                "i = starts.numpy()[:, None] + np.arange(context_length + 1)\n"
                "return ids.numpy()[i], ids.numpy()[i + 1]",
            ),
        },
        wrong={
            PLACES + "return ids[i]": "one_of_two",
            PLACES + "return ids[i + 1], ids[i]": "swapped",
            PLACES + "return i, i + 1": "places",
            PLACES + "return ids[i], ids[i + 2]": "two_ahead",
            PLACES + "ids[i], ids[i + 1]": "Is a return missing?",
            "return ids[starts : starts + context_length], ids[starts + 1 : starts + context_length + 1]": "an error",
        },
    ),
    "markov_entropy_rate": Answers(
        right=(
            f"return -(stationary[:, None] * {XLOGX}).sum()",
            "return stationary @ torch.special.entr(transition).sum(-1)",
            "safe = torch.where(transition > 0, transition, torch.ones_like(transition))\n"
            "return -(stationary @ (transition * safe.log()).sum(-1))",
            "nats = 0.0\n"
            "for q, row in zip(stationary.tolist(), transition.tolist()):\n"
            "    nats -= q * sum(p * math.log(p) for p in row if p > 0)\n"
            "return nats",
            "P = transition.numpy()\n"
            "log_p = np.log(P, out=np.zeros_like(P), where=P > 0)\n"
            "return -np.einsum('s,st,st', stationary.numpy(), P, log_p)",
            "return -(stationary[:, None] * (transition * transition.log()).nan_to_num()).sum()",
            "rows = [torch.distributions.Categorical(probs=row).entropy() for row in transition]\n"
            "return torch.stack(rows) @ stationary",
            "joint = stationary.double()[:, None] * transition.double()\n"  # the entropy of pairs minus that of states
            "return (torch.special.entr(joint).sum() - torch.special.entr(joint.sum(-1)).sum()).item()",
        ),
        mistakes={
            "unweighted": (
                f"return -{XLOGX}.sum(-1).mean()",
                "return torch.special.entr(transition).sum() / len(stationary)",
                "return -(transition * transition.log()).sum(-1).mean()",  # and NaN at 0
                "return np.mean([-sum(p * math.log(p) for p in row if p > 0) for row in transition.tolist()])",
            ),
            "bits": (
                f"return -(stationary[:, None] * {XLOGX}).sum() / math.log(2)",
                "return -(stationary @ (transition * transition.log2()).sum(-1))",  # and NaN at 0
                "P, q = transition.tolist(), stationary.tolist()\n"
                "return -sum(q[a] * p * math.log2(p) for a in range(len(P)) for p in P[a] if p)",
            ),
            "nan_at_zero": (
                "return -(stationary[:, None] * transition * transition.log()).sum()",
                "P = transition.numpy()\nreturn -(stationary.numpy() @ (P * np.log(P)).sum(1))",
                "P, q = transition.tolist(), stationary.tolist()\n"
                "return -sum(q[a] * p * math.log(p) for a in range(len(P)) for p in P[a])",
                "return -(transition * transition.log()).sum(-1) @ stationary",
                "return F.cross_entropy(transition.log(), transition, reduction='none') @ stationary",
            ),
        },
        wrong={
            f"return -(stationary * {XLOGX}).sum()": "columns_weighted",  # weighted by column
            f"return (stationary[:, None] * {XLOGX}).sum()": "sign",
            f"return -{XLOGX}.sum()": "rows_added",
            "return torch.special.entr(stationary).sum()": "shares_only",
            f"return -{XLOGX}.sum(-1)": "each_row",
        },
    ),
}
