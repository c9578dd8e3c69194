"""`validation.check` finds what is wrong with lessons that load well."""

import os
from pathlib import Path

import pytest

from tutor.course import validation

PACK = Path(__file__).parent / "pack"
HEAD = "# Title\nGoal: to learn.\nMinutes: 5\n\n"
PRESET = "```tutor\ntutor positions --length 8 --width 4\n```\n"


def faults(tmp_path, body, **options):
    (tmp_path / "01-x.md").write_text(HEAD + body, encoding="utf-8")
    report = validation.check(tmp_path, **options)
    return [(int(fault.where.rpartition(":")[2]), fault.what) for fault in report.faults]


def test_a_good_pack():
    said = []
    report = validation.check(PACK, say=said.append)
    assert report.faults == [] and report.skipped == []
    assert (report.lessons, report.claims) == (1, 1) and report.presets == len(set(said)) == 5


CHECK = '```check\nthat = "{}"\nhints = ["a"]\nsolution = "tutor positions --length 9"\n```\n'
PREDICT = '```predict\nask = "?"\nanswer = "{}"\nchoices = ["one", "two"]\n```\n'

WRONG = {
    "claim": ("## A\nSo. <!-- holds: len(result.similarity) == 9 -->\n" + PRESET, 6, "does not hold"),
    "claim on a missing field": ("## A\nSo. <!-- holds: result.similar -->\n" + PRESET, 6, "no field similar"),
    "claim on nothing": ("## A\nSo. <!-- holds: result.x -->\n", 6, "no preset"),
    "done at once": ("## Try: a\n" + PRESET + CHECK.format("inputs.length >= 8"), 9, "before the learner"),
    "task on a missing field": ("## Try: a\n" + PRESET + CHECK.format("inputs.longness > 8"), 9, "no field"),
    "task without a solution": (
        "## Try: a\n" + PRESET + '```check\nthat = "inputs.length > 8"\nhints = ["a"]\n```\n',
        9,
        "no solution",
    ),
    "solution that does not do it": (
        "## Try: a\n" + PRESET + CHECK.format("inputs.length > 9"),
        9,
        "the solution does not do it",
    ),
    "solution that cannot be run": (
        "## Try: a\n" + PRESET + CHECK.format("inputs.length > 8").replace("length 9", "width 3"),
        9,
        "even number",
    ),
    "answer on a missing field": ("## Predict: a\n" + PRESET + PREDICT.format("result.x"), 9, "no field"),
    "answer among no choices": ("## Predict: a\n" + PRESET + PREDICT.format("result.kind"), 9, "none of the choices"),
    "preset that fails": ("## A\n```tutor\ntutor positions --width 5\n```\n", 7, "even number"),
    "broken file": ("## Explore: a\n", 5, "no kind of step"),
}


@pytest.mark.parametrize("name", WRONG)
def test_faults(tmp_path, name):
    body, line, what = WRONG[name]
    ((at, said),) = faults(tmp_path, body)
    assert at == line and what in said


def test_two_lessons_of_one_number(tmp_path):
    (tmp_path / "01-y.md").write_text(HEAD + "## A\n", encoding="utf-8")
    ((_, said),) = faults(tmp_path, "## A\n")
    assert "number of 01-x.md" in said


def test_a_model_that_is_not_here_is_skipped_and_said(tmp_path):
    (tmp_path / "01-x.md").write_text(
        HEAD + "## A\nSo. <!-- holds: 1 == 2 -->\n```tutor\ntutor next Hello --model giant\n```\n", encoding="utf-8"
    )
    report = validation.check(tmp_path, has_model=lambda name: name != "giant")
    assert report.faults == [] and "giant is not here" in report.skipped[0].what


def test_the_learner_s_state_is_left_alone(tmp_path, monkeypatch):
    """Presets see another state directory, and the old one is named again afterwards."""
    monkeypatch.setenv("TUTOR_STATE", str(tmp_path / "mine"))
    seen = []
    validation.check(PACK, say=lambda line: seen.append(os.environ["TUTOR_STATE"]))
    assert seen and str(tmp_path / "mine") not in seen
    assert os.environ["TUTOR_STATE"] == str(tmp_path / "mine")
