"""Small models of the transformers library with random weights, and tokenizers, in folders as it writes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import tokenizers
import torch
from tokenizers import decoders, models, normalizers, pre_tokenizers, trainers

START = "<|endoftext|>"
V = 400  # of the models; their tokenizers have fewer tokens
CONTEXT = 32


def byte_level(text: str, vocab_size: int = 380) -> tokenizers.Tokenizer:
    """A tokenizer like those of GPT-2, Llama 3 and most others: BPE on bytes, each named by a visible character."""
    tokenizer = tokenizers.Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size, special_tokens=[START], initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator([text], trainer)
    return tokenizer


def byte_fallback(text: str) -> tokenizers.Tokenizer:
    """A tokenizer like that of Llama 2: a space before every text, spaces as ▁, and bytes for unknown characters."""
    learned = tokenizers.Tokenizer(models.BPE())
    learned.train_from_iterator([text.replace(" ", "▁")], trainers.BpeTrainer(vocab_size=90, show_progress=False))
    vocabulary = {START: 0, "<unk>": 1} | {f"<0x{byte:02X}>": 2 + byte for byte in range(256)}
    vocabulary |= {token: 258 + i for token, i in learned.get_vocab().items()}
    tokenizer = tokenizers.Tokenizer(models.BPE(vocabulary, [], byte_fallback=True, unk_token="<unk>"))
    tokenizer.add_special_tokens([START])
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    strip = decoders.Strip(" ", 1, 0)
    steps = [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), strip]
    tokenizer.decoder = decoders.Sequence(steps)
    return tokenizer


def save_tokenizer(tokenizer: tokenizers.Tokenizer, folder: Path, start: str | None = START) -> None:
    """Write a tokenizer beside a model."""
    from transformers import PreTrainedTokenizerFast

    named = {} if start is None else {"bos_token": start, "eos_token": start}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **named).save_pretrained(folder)


def network(shape: str) -> Any:
    """A model of one of the library's shapes, with weights that are large enough for predictions that differ."""
    import transformers

    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    small = {"vocab_size": V, "initializer_range": 0.4, "bos_token_id": 0, "eos_token_id": 0}
    build = {
        "gpt2": lambda: transformers.GPT2LMHeadModel(
            transformers.GPT2Config(n_positions=CONTEXT, n_embd=32, n_layer=2, n_head=2, **small)
        ),
        "llama": lambda: transformers.LlamaForCausalLM(
            transformers.LlamaConfig(max_position_embeddings=CONTEXT, num_key_value_heads=2, **sizes, **small)
        ),
        "neox": lambda: transformers.GPTNeoXForCausalLM(
            transformers.GPTNeoXConfig(max_position_embeddings=CONTEXT, **sizes, **small)
        ),
        "bert": lambda: transformers.BertForMaskedLM(
            transformers.BertConfig(max_position_embeddings=CONTEXT, vocab_size=V, initializer_range=0.4, **sizes)
        ),
        "t5": lambda: transformers.T5ForConditionalGeneration(
            transformers.T5Config(vocab_size=V, d_model=16, d_kv=8, d_ff=16, num_layers=1, num_heads=2)
        ),
        "mamba": lambda: transformers.MambaForCausalLM(
            transformers.MambaConfig(vocab_size=V, hidden_size=16, state_size=4, num_hidden_layers=1)
        ),
    }[shape]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return build()
