"""Models of the transformers library behind our interface: small ones with random weights, loaded from a folder."""

import copy
import json
import logging
import os
import shutil
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from course_lm import (
    Tokenizer,
    compress,
    decompress,
    evaluate,
    generate,
    leaks_future,
    ledger,
    load_pretrained,
)
from course_lm import _transformers as asked
from course_lm.codec import HEADER_BYTES
from course_lm.evaluate import token_nats
from course_lm.language_model import IncrementalModel, Recomputed, TokenCache, with_cache
from course_lm.pretrained import PretrainedCache

from .fresh_process import said_by
from .pretrained_folders import CONTEXT, START, V, byte_level, network, save_tokenizer
from .rounding import LOGITS

SHAPES = ["gpt2", "llama", "neox"]
LOAD_WITHOUT = """
import sys
import course_lm, course_lm.cli
assert not {"transformers", "tokenizers", "huggingface_hub"} & sys.modules.keys()
sys.modules["transformers"] = None
try:
    course_lm.load_pretrained("gpt2")
except ModuleNotFoundError as error:
    print(error)
"""


@pytest.fixture(scope="module")
def text(toy):
    return toy.sample(400, seed=7) + "Zwölf Füße – ¿qué?\n"


@pytest.fixture(scope="module", params=SHAPES)
def loaded(request, pretrained_folder):
    return load_pretrained(pretrained_folder(request.param))


@pytest.fixture(scope="module")
def gpt2(pretrained_folder):
    return load_pretrained(pretrained_folder("gpt2"))


@pytest.fixture
def copied(pretrained_folder, tmp_path):
    """A copy of a folder, to change."""
    return lambda shape: Path(shutil.copytree(pretrained_folder(shape), tmp_path / shape))


def whole(tokenizer, text, n_tokens=None):
    return tokenizer.encode_with_bos(text)[:n_tokens]


@torch.no_grad()
def test_the_loss_of_one_window_is_that_of_the_library_itself(loaded, text):
    model, tokenizer = loaded
    ids = whole(tokenizer, text, CONTEXT)
    metrics = evaluate(model, ids)
    assert metrics.n_tokens == CONTEXT - 1
    assert metrics.nats_per_token == pytest.approx(model.network(ids[None], labels=ids[None]).loss.item(), abs=LOGITS)


def test_logits_are_the_same_with_and_without_cache_also_after_clear(loaded, text):
    model, tokenizer = loaded
    rows = torch.stack([whole(tokenizer, text)[begin : begin + CONTEXT] for begin in (0, 17)])
    assert with_cache(model) is model
    cache = model.new_cache(2)
    assert isinstance(cache, PretrainedCache)
    for cuts in ([0, 5, 6, 7, CONTEXT], range(CONTEXT + 1)):
        parts = [model(rows[:, begin:end], cache) for begin, end in pairwise(cuts)]
        torch.testing.assert_close(torch.cat(parts, dim=1), model(rows), rtol=0, atol=LOGITS)
        assert cache.length == CONTEXT
        cache.clear()
        assert cache.length == 0


def test_what_is_written_past_the_context_is_the_same_with_and_without_cache(loaded, text):
    model, tokenizer = copy.deepcopy(loaded[0]).double(), loaded[1]
    ids = whole(tokenizer, text, 10)[None].repeat(2, 1)
    for temperature in (0, 1):
        draws = [
            generate(lm, ids, 2 * CONTEXT, temperature=temperature, generator=torch.Generator().manual_seed(1))
            for lm in (model, Recomputed(model))
        ]
        assert torch.equal(*draws)
    assert isinstance(tokenizer.decode(draws[0][0]), str)


@torch.no_grad()
def test_a_stride_gives_the_loss_of_the_algorithm_in_the_documentation_of_transformers(loaded, text):
    """The loop is that of https://huggingface.co/docs/transformers/perplexity, "Perplexity of fixed-length models".

    Its windows hold max_length tokens with their last target, so ours have one input less. It weights the mean of a
    window by one token less than it has labels, since the library shifts them; but only in the first window does that
    cost a label. With the number of labels that count, both are the same, and with its weights ours gives its number.
    """
    model, tokenizer = loaded
    ids, max_length, stride = whole(tokenizer, text)[None], CONTEXT, 10
    means, counts, weights, previous_end = [], [], [], 0
    for begin in range(0, ids.shape[1], stride):
        end = min(begin + max_length, ids.shape[1])
        target_length = end - previous_end
        targets = ids[:, begin:end].clone()
        targets[:, :-target_length] = -100
        means.append(model.network(ids[:, begin:end], labels=targets).loss.item())
        counts.append(int((targets[:, 1:] != -100).sum()))
        weights.append(int((targets != -100).sum()) - 1)
        previous_end = end
        if end == ids.shape[1]:
            break

    def average(of, by):
        return sum(mean * weight for mean, weight in zip(of, by, strict=True)) / sum(by)

    ours = evaluate(model, ids[0], context_length=max_length - 1, stride=stride)
    assert (ours.n_tokens, len(counts) > 5) == (sum(counts), True)
    assert ours.nats_per_token == pytest.approx(average(means, counts), abs=LOGITS)
    nats = token_nats(model, ids[0], context_length=max_length - 1, stride=stride).split(counts)
    assert average([float(part.mean()) for part in nats], weights) == pytest.approx(average(means, weights), abs=LOGITS)


def test_a_vocabulary_padded_beyond_the_tokenizer_is_compressed_and_restored(loaded, text):
    model, tokenizer = loaded
    n_known = sum(bool(token) for token in tokenizer.tokens)
    assert n_known < tokenizer.vocab_size == model.vocab_size == V
    assert model(whole(tokenizer, text, 3)[None]).shape == (1, 3, V)
    assert tokenizer.decode([V - 1]) == ""
    data = compress(text, model, tokenizer)
    assert decompress(data, model, tokenizer) == text
    bits = sum(row.bits for row in ledger(model, whole(tokenizer, text)))
    assert bits - 8 <= 8 * (len(data) - HEADER_BYTES) <= bits * 1.001 + 32
    with pytest.raises(ValueError, match=r"ids must be in \[0, 400\)"):
        tokenizer.decode([V])


def test_a_lone_surrogate_is_compressed_as_any_other_unknown_character(gpt2):
    assert decompress(compress("a\udc80b", *gpt2), *gpt2) == "a\udc80b"


def test_what_was_compressed_with_another_model_is_refused(pretrained_folder, gpt2):
    data = compress("one dog", *gpt2)
    assert decompress(data, *load_pretrained(pretrained_folder("gpt2"))) == "one dog"
    with pytest.raises(ValueError, match="another model"):
        decompress(data, *load_pretrained(pretrained_folder("llama")))


def test_models_are_told_apart_by_their_description_too_and_not_by_who_reads_it(gpt2, copied):
    folder = copied("gpt2")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"n_head": 4}))
    other = load_pretrained(folder)
    assert "transformers_version" not in other[0].config
    with pytest.raises(ValueError, match="another model"):
        decompress(compress("one dog", *gpt2), *other)


def test_no_causal_model_leaks(loaded, text):
    model, tokenizer = loaded
    assert leaks_future(model, whole(tokenizer, text, 12)[None]) is None


def test_a_ledger_has_the_tokens_of_the_text_and_costs_what_the_evaluation_says(loaded, text):
    model, tokenizer = loaded
    ids = whole(tokenizer, text)
    rows = ledger(model, ids)
    assert b"".join(tokenizer.tokens[row.token] for row in rows) == text.encode()
    metrics = evaluate(model, ids, n_bytes=len(text.encode()))
    assert rows[-1].cumulative_nats == pytest.approx(metrics.nats_per_token * metrics.n_tokens)
    assert metrics.bits_per_byte == pytest.approx(sum(row.bits for row in rows) / len(text.encode()))


def test_rows_that_are_too_long_and_ids_that_do_not_exist_are_refused(loaded):
    model, _ = loaded
    assert model.context_length == CONTEXT
    row = torch.zeros(1, CONTEXT, dtype=torch.int64)
    cache = model.new_cache(1)
    model(row[:, 1:], cache)
    for ids, before in ((torch.cat([row, row], dim=1), None), (row[:, :2], cache)):
        with pytest.raises(ValueError, match=r"at most context_length = 32 tokens long; got \d+\. Cut the row"):
            model(ids, before)
    with pytest.raises(ValueError, match=r"ids must be in \[0, 400\), the vocabulary of the model; got 400 to 400"):
        model(torch.tensor([[V]]))
    with pytest.raises(TypeError, match="int64"):
        model(row.int())


def test_a_model_without_attention_reads_on_from_its_own_states_and_has_no_longest_row(pretrained_folder, text):
    model, tokenizer = load_pretrained(pretrained_folder("mamba"))
    assert model.context_length is None
    ids, cache = whole(tokenizer, text, 40)[None], model.new_cache(1)
    parts = [model(ids[:, :20], cache), *(model(ids[:, t : t + 1], cache) for t in range(20, 40))]
    torch.testing.assert_close(torch.cat(parts, dim=1), model(ids), rtol=0, atol=LOGITS)


def test_a_model_whose_library_knows_no_cache_reads_all_tokens_again(pretrained_folder, text, monkeypatch):
    model, tokenizer = load_pretrained(pretrained_folder("gpt2"))
    monkeypatch.setattr(model, "_cache_argument", None)
    ids, cache = whole(tokenizer, text, 9)[None], model.new_cache(1)
    assert isinstance(model, IncrementalModel)
    assert isinstance(cache, TokenCache)
    parts = [model(ids[:, :4], cache), model(ids[:, 4:], cache)]
    torch.testing.assert_close(torch.cat(parts, dim=1), model(ids), rtol=0, atol=LOGITS)


def test_weights_can_have_half_the_bytes_and_logits_stay_float32(pretrained_folder, text):
    half, tokenizer = load_pretrained(pretrained_folder("llama"), dtype=torch.bfloat16)
    ids = whole(tokenizer, text, 20)
    assert {weights.dtype for weights in half.parameters()} == {torch.bfloat16}
    assert half(ids[None]).dtype == torch.float32
    full, _ = load_pretrained(pretrained_folder("llama"))
    assert evaluate(half, ids).nats_per_token == pytest.approx(evaluate(full, ids).nats_per_token, rel=0.05)


def test_importing_the_package_imports_no_library_of_models_and_a_missing_one_is_named(tmp_path):
    assert said_by(LOAD_WITHOUT, tmp_path / "said") == (
        "pretrained models need the library 'transformers', which is not installed here. Install it: "
        "pip install 'course-lm[pretrained]'.\n"
    )


def test_a_missing_library_of_tokenizers_is_named(gpt2, monkeypatch):
    saved = gpt2[1].to_json()
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(ModuleNotFoundError, match=r"'tokenizers', which is not installed here\. Install it: pip"):
        Tokenizer.from_json(saved)


def test_a_model_that_is_not_causal_is_refused(pretrained_folder):
    named = r"must be a causal language model .*; got this: "
    with pytest.raises(ValueError, match=rf"^'.*t5' {named}transformers has no causal model of the type 't5'\. Choose"):
        load_pretrained(pretrained_folder("t5"))
    with pytest.raises(ValueError, match=rf"^'.*bert' {named}BertLMHeadModel looks at later tokens\. Choose"):
        load_pretrained(pretrained_folder("bert"))


def test_weights_that_are_missing_are_not_replaced_by_random_ones(copied):
    folder = copied("llama")
    network("llama").model.save_pretrained(folder)  # without its head
    with pytest.raises(ValueError, match=r"got this: its files lack lm_head\.weight\. Choose"):
        load_pretrained(folder)


def test_weights_are_read_from_safetensors_alone(copied):
    folder = copied("gpt2")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ValueError, match=r"got this: .* no file named model\.safetensors.*\. Choose another model"):
        load_pretrained(folder)


@pytest.mark.parametrize("model_type", ["gpt2", "unheard_of"])
def test_code_that_lies_beside_a_model_is_never_run(copied, model_type):
    folder = copied("gpt2")
    witness = folder / "was_run"
    code = f"from pathlib import Path\nPath({str(witness)!r}).touch()\nclass C: pass\nclass M: pass\n"
    (folder / "code_beside.py").write_text(code)
    config = json.loads((folder / "config.json").read_text())
    config |= {
        "model_type": model_type,
        "auto_map": {"AutoConfig": "code_beside.C", "AutoModelForCausalLM": "code_beside.M"},
    }
    (folder / "config.json").write_text(json.dumps(config))
    if model_type == "gpt2":
        assert type(load_pretrained(folder)[0].network).__name__ == "GPT2LMHeadModel"
    else:
        with pytest.raises(ValueError, match=r"got this: .*custom code.*\. Choose another model"):
            load_pretrained(folder)
    assert not witness.exists()


def test_too_little_memory_is_said_before_the_weights_are_read(copied, monkeypatch):
    folder = copied("gpt2")
    (folder / "model.safetensors").unlink()
    monkeypatch.setattr(asked, "_free_memory", lambda: 150_000.0)
    with pytest.raises(MemoryError, match=r"GiB of memory for its weights; .* GiB are free\. Load a smaller model, or"):
        load_pretrained(folder)
    with pytest.raises(ValueError, match="safetensors"):
        load_pretrained(folder, dtype=torch.bfloat16)


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("[enforce fail at alloc_cpu.cpp:119] DefaultCPUAllocator: can't allocate memory: you tried"),
        MemoryError("Cannot allocate memory (os error 12)"),  # of safetensors
    ],
)
def test_memory_that_runs_out_while_a_model_is_loaded_is_said_too(pretrained_folder, monkeypatch, error):
    from transformers import AutoModelForCausalLM

    def full(*_, **__):
        raise error

    monkeypatch.setattr(AutoModelForCausalLM, "from_pretrained", full)
    with pytest.raises(
        MemoryError, match=r"must fit into the memory of this machine; .* allocate memory.*\. Load a smaller"
    ):
        load_pretrained(pretrained_folder("gpt2"))


@pytest.mark.parametrize("is_terminal", [False, True])
def test_the_libraries_are_quiet_while_they_are_asked_and_afterwards_as_before(monkeypatch, is_terminal):
    from transformers.utils.logging import is_progress_bar_enabled

    def state():
        levels = [logging.getLogger(name).getEffectiveLevel() for name in ("transformers", "huggingface_hub")]
        return *levels, is_progress_bar_enabled()

    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal)
    before = state()
    assert before[2]
    with asked.asking("a model"):
        assert state() == (logging.ERROR, logging.ERROR, is_terminal)
    assert state() == before
    with pytest.raises(ValueError, match="'a model' must be a causal"), asked.asking("a model"):
        raise OSError("something")
    assert state() == before


def test_a_bug_is_shown_as_one():
    with pytest.raises(TypeError, match="a bug"), asked.asking("a model"):
        raise TypeError("a bug")


def test_the_free_memory_of_this_machine_is_a_number_of_bytes():
    assert asked._free_memory() > 2**20


@pytest.mark.parametrize("name", ["two words", "/no/such/folder", ""])
def test_what_can_be_no_name_is_refused(name):
    with pytest.raises(
        ValueError, match=rf"^name must be a model on huggingface\.co or a folder with one; got '{name}'"
    ):
        load_pretrained(name)


def test_an_empty_folder_holds_no_model(tmp_path):
    with pytest.raises(ValueError, match="must be a causal language model that transformers knows"):
        load_pretrained(tmp_path)


COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def hub(monkeypatch, tmp_path, copied):
    """A hub on this machine that has one model, ``me/small``: its folder, and the paths that it is asked for."""
    import transformers.utils.hub as library_hub
    from huggingface_hub import constants, hf_api

    folder, asked_for = copied("gpt2"), []

    class Hub(BaseHTTPRequestHandler):
        def do_HEAD(self):
            asked_for.append(self.path)
            is_known = "/me/small/" in f"{self.path}/"
            path = folder / self.path.split("/")[-1]
            there = is_known and path.is_file()
            info = json.dumps({"id": "me/small", "sha": COMMIT, "siblings": []}).encode()
            is_info = self.path.startswith("/api/models/me/small") and "/tree/" not in self.path
            content = info if is_info else path.read_bytes() if there else b""
            self.send_response(200 if content else 404)
            self.send_header("X-Error-Code", "EntryNotFound" if is_known else "RepoNotFound")
            self.send_header("X-Repo-Commit", COMMIT)
            self.send_header("ETag", f'"{path.name}"')
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(content)

        do_GET = do_HEAD  # noqa: N815

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(constants, "ENDPOINT", address)
    monkeypatch.setattr(hf_api.api, "endpoint", address)
    monkeypatch.setattr(library_hub, "_hf_api", None, raising=False)  # newer versions keep one
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", address + "/{repo_id}/resolve/{revision}/{filename}")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    yield SimpleNamespace(folder=folder, asked_for=asked_for)
    server.shutdown()
    server.server_close()


def test_a_model_is_downloaded_once_and_then_needs_no_network(hub, gpt2, text, monkeypatch, capfd):
    from huggingface_hub import constants

    model, tokenizer = load_pretrained("me/small")
    ids = whole(tokenizer, text)
    assert evaluate(model, ids) == evaluate(gpt2[0], ids)  # the same weights read the same rows
    assert any(path.endswith("/model.safetensors") for path in hub.asked_for)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert evaluate(load_pretrained("me/small")[0], ids) == evaluate(model, ids)
    assert capfd.readouterr() == ("", "")


def test_no_service_is_asked_to_convert_weights_that_are_not_in_safetensors(hub, monkeypatch):
    monkeypatch.delenv("DISABLE_SAFETENSORS_CONVERSION", raising=False)
    (hub.folder / "model.safetensors").rename(hub.folder / "pytorch_model.bin")
    with pytest.raises(ValueError, match=r"got this: me/small does not appear to have a file named model\.safetensors"):
        load_pretrained("me/small")
    assert not any("pytorch_model.bin" in path or "discussions" in path for path in hub.asked_for)
    assert "DISABLE_SAFETENSORS_CONVERSION" not in os.environ


def test_a_name_that_nobody_has_is_refused(hub, capfd):
    with pytest.raises(ValueError, match=r"got 'me/smal'\. Look up how it is spelled; .* `hf auth login`"):
        load_pretrained("me/smal")
    assert capfd.readouterr() == ("", "")


def test_without_a_network_one_sentence_says_so(hub, monkeypatch, capfd):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(
        OSError, match=r"^the model 'me/small' must be within reach or on this machine; it is neither\."
    ):
        load_pretrained("me/small")
    assert capfd.readouterr() == ("", "")


def test_a_start_token_can_be_named_where_the_model_names_none(copied, toy, text):
    folder = copied("gpt2")
    save_tokenizer(byte_level(toy.sample(5000)), folder, start=None)
    (folder / "generation_config.json").unlink()
    model, tokenizer = load_pretrained(folder)
    for ask in (lambda: tokenizer.encode_with_bos(text), lambda: compress(text, model, tokenizer)):
        with pytest.raises(ValueError, match=r"names none\. Name one, as in load_pretrained\(name, bos_token="):
            ask()
    assert evaluate(model, tokenizer.encode(text)).n_tokens == len(tokenizer.encode(text)) - 1
    with pytest.raises(ValueError, match=r"bos_token must be a token of .*; got '<s>'\. Look at its tokenizer\.json"):
        load_pretrained(folder, bos_token="<s>")
    named = load_pretrained(folder, bos_token=START)[1]
    assert named.encode_with_bos("a").tolist() == [0, *tokenizer.encode("a").tolist()]
