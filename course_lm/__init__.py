"""The companion package of the course: tokens in, logits out.

A language model is anything callable as ``model(ids) -> logits``. The names below are the public ones.
"""

from course_lm.bpe import BPETokenizer
from course_lm.checkpoint import load_checkpoint, save_checkpoint
from course_lm.codec import compress, decompress
from course_lm.config import ModelConfig, TrainConfig
from course_lm.data import batches, load_corpus
from course_lm.evaluate import Metrics, evaluate, ledger
from course_lm.generate import generate
from course_lm.leaks import leaks_future
from course_lm.loss import bits_per_byte, cross_entropy, nats_to_bits, perplexity
from course_lm.model import TransformerLM
from course_lm.ngram import NGramLM, UniformLM
from course_lm.pretrained import load_pretrained
from course_lm.sources import ToyEnglish
from course_lm.tokenizer import ByteTokenizer, CharTokenizer, Tokenizer
from course_lm.train import StepRecord, train

__version__ = "0.2.0"

__all__ = [
    "BPETokenizer",
    "ByteTokenizer",
    "CharTokenizer",
    "Metrics",
    "ModelConfig",
    "NGramLM",
    "StepRecord",
    "Tokenizer",
    "ToyEnglish",
    "TrainConfig",
    "TransformerLM",
    "UniformLM",
    "batches",
    "bits_per_byte",
    "compress",
    "cross_entropy",
    "decompress",
    "evaluate",
    "generate",
    "leaks_future",
    "ledger",
    "load_checkpoint",
    "load_corpus",
    "load_pretrained",
    "nats_to_bits",
    "perplexity",
    "save_checkpoint",
    "train",
]
