"""The records that pages show are stored as the tool writes them."""

import json

import kept_record
import pytest


def test_a_record_is_stored_one_entry_a_line_and_read_back_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(kept_record, "FOLDER", tmp_path)
    record = kept_record.made("a machine") | {"losses": [1.5, 2], "sample": "a\n“b”"}
    kept_record.write("r.json", record)
    lines = (tmp_path / "r.json").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(record) + 2
    assert json.loads("".join(lines)) == record


@pytest.mark.parametrize(
    "name", ["one_pass.json", "shakespeare_medium.json", "shakespeare_small.json", "training_along.json"]
)
def test_the_stored_records_say_when_where_and_with_what_they_were_made(name):
    text = (kept_record.FOLDER / name).read_text(encoding="utf-8")
    record = json.loads(text)
    assert text == kept_record.as_json(record) + "\n"
    assert kept_record.made("").keys() <= record.keys()


@pytest.mark.parametrize("text", ["toy", "Shakespeare"])
def test_the_curves_of_training_along_enclose_the_sizes_beside_them(text):
    record = json.loads((kept_record.FOLDER / "training_along.json").read_text(encoding="utf-8"))[text]
    assert record["ends"][-1] == record["characters"]
    for kind, sizes in (("n-gram", "counting_along"), ("transformer", "training_along")):
        assert len(record["bits"][kind]) == len(record["ends"])
        assert sum(record["bits"][kind]) / 8 == pytest.approx(min(record[sizes].values()), abs=2)
