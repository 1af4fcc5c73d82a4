"""The records that pages show are stored as the tool writes them."""

import json

import kept_record
import pytest

from course_lm.records import FOLDER, load_record


def test_a_record_is_stored_one_entry_a_line_and_read_back_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(kept_record, "FOLDER", tmp_path)
    record = kept_record.made("a machine") | {"losses": [1.5, 2], "sample": "a\n“b”"}
    kept_record.write("r.json", record)
    lines = (tmp_path / "r.json").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(record) + 2
    assert json.loads("".join(lines)) == record


RECORDS = sorted(FOLDER.glob("*.json"))
COUNTED = {"vocabularies.json"}  # the same on every machine


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_the_stored_records_say_when_where_and_with_what_they_were_made(path):
    record = load_record(path.stem)
    assert path.read_text(encoding="utf-8") == kept_record.as_json(record) + "\n"
    assert (kept_record.made("").keys() if path.name not in COUNTED else {"made", "with"}) <= record.keys()


def test_a_record_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(ValueError, match=r"one of fragments, .*, vocabularies; got 'scalings'"):
        load_record("scalings")
