"""The schema files: up to date, valid, and held against what would break a reader."""

from __future__ import annotations

import copy
import json

import jsonschema
import pytest

from tutor import experiments
from tutor.experiments.frame import schema

AGAIN = 'make them again: python -c "from tutor.experiments.frame.schema import write; write()"'


@pytest.mark.parametrize("name", experiments.names())
def test_the_file_is_what_the_records_say(name):
    file = schema.FOLDER / f"{name}.json"
    assert file.is_file(), f"there is no schema of {name}; {AGAIN}"
    assert file.read_text(encoding="utf-8") == schema.text(name), AGAIN
    jsonschema.Draft202012Validator.check_schema(schema.schema(name))


def test_every_file_has_its_experiment():
    assert {file.stem for file in schema.FOLDER.glob("*.json")} <= set(experiments.names())


def test_a_schema_worked_out_by_hand():
    got = schema.schema("distance")
    assert got["properties"]["schema"] == {"const": f"tutor/distance/{experiments.load('distance').SCHEMA}"}
    result = got["$defs"]["Result"]
    assert result["required"] == ["words", "similarity", "pairs"]
    assert result["properties"]["words"]["items"] == {"type": "string"}
    assert result["properties"]["similarity"]["description"] == "Shape (words, words), from −1 to 1."
    assert result["properties"]["pairs"]["items"] == {"$ref": "#/$defs/Pair"}


def changed(change):
    old = schema.schema("tokenize")
    new = copy.deepcopy(old)
    change(new)
    return schema.broken(old, new)


def test_what_breaks_a_reader():
    def gone(new):
        del new["$defs"]["Token"]["properties"]["start"]

    def other_type(new):
        new["$defs"]["Token"]["properties"]["id"] = {"type": "string"}

    def nullable(new):
        new["$defs"]["Result"]["properties"]["token_count"] = {"anyOf": [{"type": "integer"}, {"type": "null"}]}

    assert changed(gone) == ["result.tokens.start is gone"]
    assert changed(other_type) == ["result.tokens.id has another type"]
    assert changed(nullable) and "result.token_count" in changed(nullable)[0]


def test_what_breaks_nobody():
    def more(new):
        new["$defs"]["Token"]["properties"]["rank"] = {"type": "integer"}

    def raised(new):
        del new["$defs"]["Token"]["properties"]["start"]
        new["properties"]["schema"] = {"const": "tutor/tokenize/2"}

    assert changed(lambda new: None) == changed(more) == changed(raised) == []


def test_writing_refuses_a_break(tmp_path, monkeypatch):
    monkeypatch.setattr(schema, "FOLDER", tmp_path)
    monkeypatch.setattr(schema, "names", lambda: ("merges",))
    schema.write()
    file = tmp_path / "merges.json"
    assert file.read_text(encoding="utf-8") == schema.text("merges")
    old = json.loads(file.read_text(encoding="utf-8"))
    old["$defs"]["Result"]["properties"]["former"] = {"type": "string"}
    file.write_text(json.dumps(old))
    with pytest.raises(ValueError, match=r"merges: result\.former is gone: raise SCHEMA"):
        schema.write()
