"""`tutor lessons list`, `show` and `check`."""

import json
from pathlib import Path

import pytest

from tutor.course import loader
from tutor.course.progress import Progress

PACK = Path(__file__).parent.parent / "course" / "pack"


@pytest.fixture
def pack(monkeypatch):
    """The small pack in the place of the bundled lessons."""
    monkeypatch.setattr("tutor.paths.lessons", lambda: PACK)
    return PACK


def test_list_counts_what_is_done(tutor, pack):
    (lesson,) = loader.outlines(pack)[0]
    Progress().mark_done(lesson.name, lesson.steps[0].key)
    got = tutor("lessons", "list", "--json")
    document = json.loads(got.out)
    assert got.status == 0 and document["schema"] == "tutor/lessons-list/1"
    assert document["lessons"] == [
        {
            "number": 1, "name": "01-positions", "title": "Where a word stands",
            "minutes": 20, "steps": 7, "done": 1,
        }
    ]  # fmt: skip
    assert "Where a word stands" in tutor("lessons", "list").out
    plain = tutor("lessons", "list", "--plain").out
    assert plain == "Lesson 1, Where a word stands: 20 minutes, 1 of 7 steps done.\n"


def test_a_broken_lesson_is_named_and_the_others_listed(tutor, tmp_path, monkeypatch):
    (tmp_path / "01-a.md").write_text("# A\nGoal: g\nMinutes: 9\n\n## One\n", encoding="utf-8")
    (tmp_path / "02-b.md").write_text("# B\nGoal: g\n\n## One\n", encoding="utf-8")
    monkeypatch.setattr("tutor.paths.lessons", lambda: tmp_path)
    got = tutor("lessons", "list", "--json")
    assert got.status == 1 and len(json.loads(got.out)["lessons"]) == 1
    assert got.err.startswith("tutor: ") and "02-b.md:3: there are no minutes" in got.err


def test_show_is_a_text_to_be_read(tutor, pack):
    plain = tutor("lessons", "show", "1", "--plain").out
    assert "# 1  Where a word stands" in plain and "## Quiz: what is added to what" in plain
    assert "tutor positions --kind rotary" in plain and "Right: Yes: both have" in plain
    assert "holds:" not in plain and "result.similarity" not in plain
    rendered = tutor("lessons", "show", "1").out
    assert "Order is not given" in rendered and "##" not in rendered
    assert tutor("lessons", "show", "1", "--plain", "--ascii").out.isascii()


def test_show_as_json_has_every_step_and_no_stored_answer(tutor, pack):
    lesson = json.loads(tutor("lessons", "show", "1", "--json").out)["lesson"]
    assert [step["kind"] for step in lesson["steps"]] == "read try predict predict quiz myth check".split()
    assert lesson["steps"][2]["choices"] == ["0.5", "0.75", "0.97", "1"]
    assert lesson["steps"][5]["preset"] == "tutor positions --kind rotary --length 24 --width 32"
    assert "answer" not in lesson["steps"][2]


def test_no_such_lesson(tutor, pack):
    got = tutor("lessons", "show", "7")
    assert got.status == 3 and got.err == "tutor: lesson 7: there is no such lesson; see tutor lessons list\n"


def test_check_of_a_good_pack(tutor):
    got = tutor("lessons", "check", str(PACK), "--json")
    document = json.loads(got.out)
    assert got.status == 0 and document["faults"] == [] and document["presets"] == 5
    assert tutor("lessons", "check", str(PACK)).out.endswith("claims held against them: nothing wrong.\n")


def test_check_names_file_and_line(tutor, tmp_path):
    text = (PACK / "01-positions.md").read_text(encoding="utf-8")
    (tmp_path / "01-positions.md").write_text(text.replace("== 32", "== 31"), encoding="utf-8")
    got = tutor("lessons", "check", str(tmp_path))
    line = next(number for number, each in enumerate(text.split("\n"), 1) if "holds:" in each)
    assert got.status == 1
    assert got.out.startswith(
        f"{tmp_path.name}/01-positions.md:{line}: this does not hold: len(result.similarity) == 31"
    )


def test_check_of_nothing(tutor, tmp_path):
    got = tutor("lessons", "check", str(tmp_path))
    assert got.status == 3 and "no lesson files" in got.err
