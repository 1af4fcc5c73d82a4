r"""Models that others have trained, as language models of this package: tokens in, logits out.

Any causal model of the transformers library is a model :math:`p_\theta(x_{t+1} \mid x_{\le t})` like ours. All that
this module adds is the same interface around it: logits without a record around them, a cache that counts its tokens,
and a tokenizer that gives back every byte. The library is asked for only when a model is loaded.
"""

from __future__ import annotations

from inspect import signature
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from course_lm._checks import require_in_vocabulary, require_rows
from course_lm._transformers import asking, missing_library, require_memory, weight_bytes
from course_lm.language_model import TokenCache
from course_lm.leaks import leaks_future
from course_lm.library_tokenizer import LibraryTokenizer

CACHE_ARGUMENTS = ("cache", "past_key_values", "cache_params")  # what models of different ages call it
CONTEXT_LENGTHS = ("max_position_embeddings", "max_seq_len")
MOVED = 0.1  # nats; a model that looks ahead moves its logits by more, and rounding in bfloat16 by less


def load_pretrained(
    name: str | Path, *, dtype: torch.dtype = torch.float32, bos_token: str | None = None
) -> tuple[PretrainedLM, LibraryTokenizer]:
    r"""A causal model of the transformers library and its tokenizer, for all functions that take a language model.

    .. math:: p_\theta(x_{t+1} \mid x_{\le t}) = \mathrm{softmax}(\text{model}(\text{ids})_t)

    The model is on the CPU, in evaluation mode; ``model.to("cuda")`` moves it. The code that runs is that of the
    libraries installed here, transformers, tokenizers, safetensors and torch: code that lies beside a model is never
    run (``trust_remote_code`` is off), and weights come from safetensors files alone, which hold nothing but numbers.
    What is downloaded is kept in the library's own cache.

    `evaluate` holds all T · V logits of a window at once: give it a ``context_length`` where the model's own is long.
    Some models compute parts in float32 even for `compress`, which then needs the same kind of processor at both ends.

    Args:
        name: the name of a model on huggingface.co, such as ``"gpt2"``, or a folder that ``save_pretrained`` wrote.
        dtype: of the weights; ``torch.bfloat16`` takes half of the memory, and rounds what it computes.
        bos_token: the token to start a text with, such as ``"<|endoftext|>"``; the model's own where it is None.

    Returns:
        The model, ``(B, T)`` int64 ids to ``(B, T, V)`` logits, and the tokenizer of its V tokens.

    Raises:
        ModuleNotFoundError: if the transformers library is not installed.
        ValueError: if there is no such model, or it is not a causal one with all of its weights in safetensors, or its
            tokenizer is not of the tokenizers library, or has no ``bos_token``.
        OSError: if the model cannot be reached.
        MemoryError: if its weights do not fit into the memory that is free.

    Source: Wolf and others (2020), "Transformers: state-of-the-art natural language processing".
    """
    try:
        import transformers
    except ImportError as error:
        raise missing_library("transformers") from error
    with asking(str(name)):
        config = transformers.AutoConfig.from_pretrained(name, trust_remote_code=False)
        if type(config) not in transformers.MODEL_FOR_CAUSAL_LM_MAPPING:
            raise ValueError(f"transformers has no causal model of the type {config.model_type!r}")
        n_bytes = weight_bytes(config, dtype)
    require_memory(str(name), n_bytes)  # before they are downloaded
    with asking(str(name)):
        tokenizer = transformers.AutoTokenizer.from_pretrained(name, trust_remote_code=False)
        network, info = transformers.AutoModelForCausalLM.from_pretrained(
            name,
            config=config,
            dtype=dtype,
            use_safetensors=True,
            trust_remote_code=False,
            output_loading_info=True,
        )
        if info["missing_keys"] or info["mismatched_keys"]:
            raise ValueError(f"its files lack {min([*info['missing_keys'], *map(str, info['mismatched_keys'])])}")
        model = PretrainedLM(network)
        if leaks_future(model, torch.zeros(1, 2, dtype=torch.int64), tolerance=MOVED):
            raise ValueError(f"{type(network).__name__} looks at later tokens")
        if not hasattr(tokenizer, "backend_tokenizer"):
            raise ValueError(f"its tokenizer is a {type(tokenizer).__name__}, not one of the tokenizers library")
    library = tokenizer.backend_tokenizer
    bos_id = tokenizer.bos_token_id if bos_token is None else library.token_to_id(bos_token)
    if bos_token is not None and bos_id is None:
        raise ValueError(f"bos_token must be a token of {str(name)!r}; got {bos_token!r}. Look at its tokenizer.json.")
    return model, LibraryTokenizer(library.to_str(), model.vocab_size, bos_id)


class PretrainedLM(nn.Module):
    """A causal model of the transformers library as ``model(ids) -> logits``, with its cache.

    Args:
        network: the library's model.

    Attributes:
        vocab_size: V, the rows of the output. Some models have more than their tokenizer has tokens, since a round
            number computes faster; as the rest never comes in training, it gets next to no probability.
        context_length: the largest number of tokens in a row; None where the library knows of no limit.
    """

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.network = network
        config = network.config.get_text_config()
        self.vocab_size: int = config.vocab_size
        self.context_length: int | None = next(filter(None, (getattr(config, n, None) for n in CONTEXT_LENGTHS)), None)
        arguments = signature(network.forward).parameters
        self._cache_argument = next((name for name in CACHE_ARGUMENTS if name in arguments), None)

    @property
    def config(self) -> dict[str, Any]:
        """The library's description of the model, whichever version of the library reads it."""
        description: dict[str, Any] = self.network.config.to_diff_dict()
        return {key: value for key, value in description.items() if key != "transformers_version"}

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.parameters()).device

    def new_cache(self, batch_size: int) -> PretrainedCache | TokenCache:
        """An empty cache for ``batch_size`` rows; of a model that has none, one that reads all tokens again."""
        return PretrainedCache(self.network.config) if self._cache_argument else TokenCache(batch_size)

    def forward(self, ids: Tensor, cache: PretrainedCache | TokenCache | None = None) -> Tensor:
        """Score every candidate for the next token at every position.

        Args:
            ids: ``(B, T)`` int64 ids in ``[0, V)``.
            cache: what the model keeps of the tokens before ``ids``; the call adds these.

        Returns:
            ``(B, T, V)`` logits, float32 or the weights' wider type: ``[b, t]`` scores the token after ``ids[b, t]``.

        Raises:
            TypeError: if ids are not int64.
            ValueError: if the shape is wrong, the row is longer than the context, or an id is outside ``[0, V)``
                (on a GPU that last one is an error of the device).
        """
        require_rows(ids)
        n_tokens = ids.shape[1] + (0 if cache is None else cache.length)
        if self.context_length is not None and n_tokens > self.context_length:
            raise ValueError(
                f"ids must be at most context_length = {self.context_length} tokens long; got {n_tokens}. "
                "Cut the row: `evaluate` and `generate` do it for you."
            )
        if isinstance(cache, TokenCache):
            return self._logits(cache.append(ids))[:, -ids.shape[1] :]
        if cache is None:
            return self._logits(ids)
        logits = self._logits(ids, **{str(self._cache_argument): cache.states, "use_cache": True})
        cache.length += ids.shape[1]
        return logits

    def _logits(self, ids: Tensor, use_cache: bool = False, **states: Any) -> Tensor:
        try:
            logits: Tensor = self.network(ids, use_cache=use_cache, **states).logits  # (B, T, V)
        except IndexError:
            require_in_vocabulary(ids, self.vocab_size, " of the model")
            raise
        return logits.to(torch.promote_types(logits.dtype, torch.float32))


class PretrainedCache:
    """What a model of the library keeps of the tokens that it has read: its ``DynamicCache``, and their number."""

    def __init__(self, config: Any) -> None:
        self._config = config
        self.clear()

    def clear(self) -> None:
        """Forget all tokens."""
        from transformers import DynamicCache

        self.states = DynamicCache(config=self._config)
        self.length = 0
