"""Where things are found, in a checkout and wherever it is installed."""

from __future__ import annotations

from pathlib import Path

from tutor import paths


def test_a_checkout_uses_its_own_lessons_and_models():
    root = Path(__file__).parent.parent
    assert paths.lessons() == root / "lessons" and paths.bundled_models() == root / "models"


def test_without_a_checkout_the_packaged_ones_are_used(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "CHECKOUT", tmp_path)
    monkeypatch.setattr(paths, "PACKAGE", tmp_path / "tutor")
    assert paths.lessons() == tmp_path / "tutor" / "lessons"


def test_practice_files_are_found_from_any_directory(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert paths.named("lessons/practice/story.txt") == paths.lessons() / "practice" / "story.txt"
    too_long = "lessons/" + "x" * 500  # which the system says only where there is a folder of lessons
    assert paths.named(too_long) == Path(too_long)
    mine = tmp_path / "lessons" / "practice" / "story.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    assert paths.named("lessons/practice/story.txt").read_text() == "mine"
    assert paths.named("lessons/none.txt") == Path("lessons/none.txt")


def test_state_is_one_directory_that_can_be_chosen(monkeypatch, tmp_path):
    monkeypatch.setenv("TUTOR_STATE", str(tmp_path))
    folders = [paths.progress(), paths.runs(), paths.user_models(), paths.engine_log()]
    assert all(folder.is_relative_to(tmp_path) for folder in folders)
    monkeypatch.delenv("TUTOR_STATE")
    assert "tutor" in paths.state().parts[-1]
