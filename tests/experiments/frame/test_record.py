"""Records as JSON: exact numbers, no NaN, and nothing that JSON has no word for."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tutor import __version__
from tutor.experiments import load, result_of
from tutor.experiments.frame.record import document, plain, to_json


@dataclass(frozen=True)
class Record:
    value: object


@given(arrays.arrays(np.float64, arrays.array_shapes(max_dims=3, max_side=4)))
def test_arrays_become_lists_of_the_same_numbers_and_what_is_not_finite_becomes_null(values):
    got = json.loads(json.dumps(plain(Record(values)), allow_nan=False))["value"]
    expected = np.where(np.isfinite(values), values, None).tolist()
    assert got == expected


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_keep_their_full_precision(number):
    assert json.loads(json.dumps(plain(number))) == number


def test_numpy_scalars_and_nested_records_become_plain():
    assert plain(Record((np.int64(3), Record(np.float64(0.5)), None, "é"))) == {
        "value": [3, {"value": 0.5}, None, "é"]
    }


def test_what_json_cannot_hold_is_a_defect():
    with pytest.raises(TypeError, match="must not hold set"):
        plain({1, 2}.union())


def test_what_steers_a_terminal_or_is_no_character_is_written_as_a_number():
    inputs = load("retrieve").Inputs("a\x7f\x9b\u2028\ud800é")
    text = to_json("retrieve", inputs, None)
    assert json.loads(text)["inputs"]["query"] == inputs.query
    assert r"a\u007f\u009b\u2028\ud800é" in text


def test_the_document_names_its_schema_and_version():
    inputs = load("positions").Inputs(length=2, width=4)
    parsed = json.loads(to_json("positions", inputs, result_of("positions", inputs)))
    assert parsed["schema"] == "tutor/positions/1"
    assert parsed["version"] == __version__
    assert (parsed["inputs"]["kind"], parsed["inputs"]["length"], parsed["inputs"]["width"]) == ("sinusoidal", 2, 4)
    assert parsed["result"]["encoding"][1][0] == math.sin(1)
    assert document("positions", inputs, None)["result"] is None
