"""Lesson files: what is read, and the line that each error names."""

import subprocess
import sys
from pathlib import Path

import pytest

from tutor.course import loader
from tutor.errors import InputError, LessonError

PACK = Path(__file__).parent / "pack"
HEAD = "# Title\nGoal: to learn.\nMinutes: 5\n\n"


def written(tmp_path, body, head=HEAD, name="01-x.md"):
    path = tmp_path / name
    path.write_text(head + body, encoding="utf-8")
    return path


def error(tmp_path, body, head=HEAD, name="01-x.md"):
    """The error of a lesson, as (line, why)."""
    with pytest.raises(LessonError) as caught:
        loader.load(written(tmp_path, body, head, name))
    where = caught.value.what.rpartition(":")
    assert where[0] == f"{tmp_path.name}/{name}" and caught.value.todo
    return int(where[2]), caught.value.why


def fence(kind, *lines):
    return "\n".join([f"```{kind}", *lines, "```", ""])


PRESET = fence("tutor", "tutor positions --length 8")


def test_every_kind_of_step():
    lesson = loader.load(PACK / "01-positions.md")
    assert [step.kind for step in lesson.steps] == "read try predict predict quiz myth check".split()
    assert lesson.outline.title == "Where a word stands" and lesson.outline.minutes == 20
    read, attempt, choose, free, quiz, myth, check = lesson.steps
    assert read.preset.experiment == "positions" and read.preset.inputs.length == 32
    assert [claim.that.source for claim in read.claims] == ["len(result.similarity) == 32"]
    assert "holds" not in read.text and "```" not in read.text
    assert attempt.task.hints[0].startswith("The control") and attempt.task.that.source == "inputs.width >= 64"
    assert choose.prediction.choices == ("0.5", "0.75", "0.97", "1") and "Neighbours are close" in choose.after
    assert "---" not in choose.text and free.prediction.choices == () and free.preset is None
    assert [choice.right for choice in quiz.choices] == [False, True, False]
    assert quiz.choices[1].why.startswith("Yes:") and "- [" not in quiz.text
    assert myth.text.startswith("**Claim.**") and myth.after.startswith("**Verdict.**")
    assert lesson.preset_for(3) is choose.preset and lesson.preset_for(6) is myth.preset
    assert len(check.task.hints) == 3


def test_line_numbers_are_those_of_the_file():
    lines = (PACK / "01-positions.md").read_text(encoding="utf-8").split("\n")
    for step in loader.load(PACK / "01-positions.md").steps:
        assert lines[step.heading.at - 1].endswith(step.title)
        if step.preset:
            assert lines[step.preset.at - 1] == step.preset.line
        for claim in step.claims:
            assert claim.that.source in lines[claim.at - 1]


def test_outline_agrees_with_the_lesson():
    path = PACK / "01-positions.md"
    assert loader.outline(path) == loader.load(path).outline


def test_other_fences_and_their_headings_stay_text(tmp_path):
    """A heading inside a block of code is no step, and a block in another language is shown."""
    body = "## One\n" + fence("python", "## not a step", "x = 1") + "~~~~\n```\n~~~~\n" + PRESET
    (step,) = loader.load(written(tmp_path, body)).steps
    assert "```python\n## not a step\nx = 1\n```" in step.text and "~~~~\n```\n~~~~" in step.text
    assert "positions" not in step.text


def test_a_goal_of_two_lines(tmp_path):
    lesson = loader.load(written(tmp_path, "## A\n", head="# T\nGoal: to learn\nmore.\nMinutes: 5\n\n"))
    assert lesson.goal == "to learn more."


def test_titles_with_a_colon(tmp_path):
    steps = loader.load(written(tmp_path, "## What it says: nothing\n\n## Try: this: now\n")).steps
    assert [(step.kind, step.title) for step in steps] == [("read", "What it says: nothing"), ("try", "this: now")]


def test_byte_order_mark_and_windows_line_ends(tmp_path):
    path = tmp_path / "01-x.md"
    path.write_bytes(("\ufeff" + HEAD + "## A\nText.\n").replace("\n", "\r\n").encode())
    assert loader.load(path).steps[0].text == "Text."


QUIZ = "## Quiz: q\nAsk?\n\n- [x] yes\n  - because\n"

BROKEN = {
    "no title": ("", "Text\n", 1, "title"),
    "text above": ("## A\n", HEAD + "Some text.\n", 5, "above the first step"),
    "no goal": ("## A\n", "# T\nMinutes: 5\n", 2, "no goal"),
    "no minutes": ("## A\n", "# T\nGoal: g\n", 3, "no minutes"),
    "bad minutes": ("## A\n", "# T\nGoal: g\nMinutes: soon\n", 3, "no minutes"),
    "no steps": ("", HEAD, 4, "no steps"),
    "unknown kind": ("## Explore: a\n", HEAD, 5, "no kind of step"),
    "no step title": ("## A\n\n## Try:\n", HEAD, 7, "no title"),
    "same step twice": ("## A\n\n## A\n", HEAD, 7, "line 5"),
    "open block": ("## A\n\n```tutor\ntutor positions\n", HEAD, 7, "never closed"),
    "two presets": ("## A\n" + PRESET + PRESET, HEAD, 9, "second block tutor"),
    "two command lines": ("## A\n" + fence("tutor", "tutor positions", "tutor positions"), HEAD, 6, "not 2"),
    "unknown experiment": ("## A\n\n" + fence("tutor", "", "tutor nothing"), HEAD, 9, "no such experiment"),
    "bad option": ("## A\n" + fence("tutor", "tutor positions --length x"), HEAD, 7, "invalid int"),
    "out of range": ("## A\n" + fence("tutor", "tutor positions --length 0"), HEAD, 7, "out of range"),
    "check missing": ("## Check: a\n", HEAD, 5, "no block check"),
    "prediction missing": ("## Predict: a\n", HEAD, 5, "no block predict"),
    "check in a text": ("## A\n" + fence("check", 'that = "1"', 'hints = ["a"]'), HEAD, 6, "another step"),
    "predict in a quiz": (QUIZ + fence("predict", 'ask = "a"'), HEAD, 10, "another step"),
    "no hints": ("## Try: a\n" + fence("check", 'that = "1"'), HEAD, 6, "no hints"),
    "empty hint": ("## Try: a\n" + fence("check", 'that = "1"', 'hints = [" "]'), HEAD, 6, "no hints"),
    "not TOML": ("## Try: a\n" + fence("check", 'that = "1"', "hints = [a]"), HEAD, 8, "not TOML"),
    "unknown key": ("## Try: a\n" + fence("check", 'thta = "1"'), HEAD, 6, "'thta' means nothing"),
    "bad expression": (
        "## Try: a\n" + fence("check", 'hints = ["a"]', 'that = "result._x"'), HEAD, 8, "underscore",
    ),
    "call in a claim": ("## A\nIt is so. <!-- holds: open(1) -->\n", HEAD, 6, "cannot be called"),
    "one choice": (
        "## Predict: a\n" + fence("predict", 'ask = "a"', 'answer = "1"', 'choices = ["1"]'), HEAD, 6, "1 different",
    ),
    "asks nothing": ("## Predict: a\n" + fence("predict", 'answer = "1"'), HEAD, 6, "asks nothing"),
    "only right answers": (QUIZ, HEAD, 5, "1 of 1 are right"),
    "no why": (QUIZ + "- [ ] no\n", HEAD, 10, "no why"),
    "rule under a line": (QUIZ + "- [ ] no\n  - no\n\nMore.\n---\n", HEAD, 14, "heading of the line above"),
    "two rules": (QUIZ + "- [ ] no\n  - no\n\n---\n\n---\n", HEAD, 15, "second rule"),
    "no claim": ("## Myth: a\nText.\n\n---\n\n**Verdict.** No.\n", HEAD, 5, "no claim"),
    "no verdict": ("## Myth: a\n**Claim.** Text.\n" + PRESET, HEAD, 5, "no verdict"),
    "nothing to run": ("## Myth: a\n**Claim.** Text.\n\n---\n\n**Verdict.** No.\n", HEAD, 5, "nothing to run"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_broken_files_name_their_line(tmp_path, name):
    body, head, line, why = BROKEN[name]
    assert error(tmp_path, body, head)[0] == line and why in error(tmp_path, body, head)[1]


def test_other_broken_files(tmp_path):
    assert "NN-name" in error(tmp_path, "## A\n", name="1-x.md")[1]
    binary = tmp_path / "02-x.md"
    binary.write_bytes(b"# T\xff\n")
    with pytest.raises(LessonError, match="not UTF-8"):
        loader.load(binary)
    (tmp_path / "03-x.md").mkdir()
    with pytest.raises(LessonError):
        loader.outline(tmp_path / "03-x.md")


def test_one_broken_lesson_leaves_the_others(tmp_path):
    written(tmp_path, "## A\n")
    written(tmp_path, "", name="02-x.md")
    good, bad = loader.outlines(tmp_path)
    assert [outline.number for outline in good] == [1] and len(bad) == 1
    kinds = [type(each).__name__ for each in loader.lessons(tmp_path)]
    assert kinds == ["Lesson", "LessonError"]


def test_no_such_lesson(tmp_path):
    with pytest.raises(InputError):
        loader.find(7, tmp_path)


def test_the_bundled_lessons_load():
    lessons = list(loader.lessons())
    assert [str(each) for each in lessons if isinstance(each, LessonError)] == []


def test_headings_need_nothing_heavy():
    """Home reads them before its first paint."""
    heavy = ("torch", "numpy", "tokenizers", "textual", "typer", "rich", "argparse")
    script = f"""
import sys
from tutor.course import loader, progress
loader.outlines()
print([module for module in {heavy} if module in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
