"""A tokenizer on disk: it comes back as it was, and what is none is refused."""

import pytest
import torch

from course_lm import BPETokenizer, ByteTokenizer, CharTokenizer, Tokenizer, load_checkpoint, save_checkpoint


def test_a_saved_tokenizer_is_the_same_whoever_reads_it(tmp_path, any_tokenizer):
    any_tokenizer.save(tmp_path / "t.json")
    for reader in (Tokenizer, type(any_tokenizer)):
        again = reader.load(tmp_path / "t.json")
        assert type(again) is type(any_tokenizer)
        assert again == any_tokenizer
        assert hash(again) == hash(any_tokenizer)
        assert torch.equal(again.encode("hello\n"), any_tokenizer.encode("hello\n"))


def test_a_checkpoint_gives_back_any_tokenizer(tmp_path, any_tokenizer, model):
    save_checkpoint(tmp_path, model, tokenizer=any_tokenizer)
    assert load_checkpoint(tmp_path).tokenizer == any_tokenizer


def test_other_tokenizers_are_not_equal(any_tokenizer):
    others = [CharTokenizer.from_text("hello\n"), BPETokenizer([]), "bytes"]
    assert all(any_tokenizer != other for other in others)


def test_the_json_of_characters_has_not_changed():
    assert CharTokenizer.from_text("ab").to_json() == '{"kind": "characters", "alphabet": "\\nab"}'


def test_a_class_of_ones_own_is_saved_and_loaded_beside_the_others(tmp_path, any_tokenizer):
    class Shouting(CharTokenizer):
        def to_bytes(self, ids):
            return super().to_bytes(ids).upper()

    class Quiet(ByteTokenizer):
        kind = "quiet"

    for ours in (Shouting.from_text("ab"), Quiet()):
        again = Tokenizer.from_json(ours.to_json())
        assert (type(again), again) == (type(ours), ours)
        assert type(Tokenizer.from_json(any_tokenizer.to_json())) is type(any_tokenizer)
    assert isinstance(CharTokenizer.from_json(Shouting.from_text("ab").to_json()), Shouting)
    with pytest.raises(ValueError, match=r"this is not the description of a BPE tokenizer"):
        BPETokenizer.from_json(Quiet().to_json())


def test_a_file_that_is_no_tokenizer_is_refused(tmp_path):
    (tmp_path / "t.json").write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match=r"^this is not the description of a tokenizer: "):
        Tokenizer.load(tmp_path / "t.json")


@pytest.mark.parametrize(
    ("reader", "called"),
    [
        (CharTokenizer, "character tokenizer"),
        (ByteTokenizer, "byte tokenizer"),
        (BPETokenizer, "BPE tokenizer"),
        (Tokenizer, "tokenizer"),
    ],
)
def test_a_foreign_description_is_refused(reader, called):
    foreign = ["{}", "[1]", '"bytes"', "nonsense", '{"kind": "words"}', '{"kind": ["bytes"]}', '{"kind": "bpe"}']
    foreign += [
        '{"kind": "bytes", "size": 3}',
        '{"kind": "bpe", "merges": [[1, 300]]}',
        '{"kind": "bpe", "merges": ["a"]}',
    ]
    foreign += ['{"kind": "characters", "alphabet": 3}', '{"kind": "characters", "alphabet": ["\\n", "ab"]}']
    foreign += [
        t.to_json() for t in (CharTokenizer("\n"), ByteTokenizer(), BPETokenizer([])) if not isinstance(t, reader)
    ]
    for text in foreign:
        with pytest.raises(ValueError, match=rf"^this is not the description of a {called}: "):
            reader.from_json(text)
