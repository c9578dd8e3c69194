"""`tutor doctor`: each check on a world that is well and on one that is not."""

import json
import os
import sys
from importlib import metadata

import pytest

from tutor.cli import findings
from tutor.engine import registry


def only(found):
    (finding,) = found
    return finding


def test_report_as_json_and_status(tutor, monkeypatch):
    monkeypatch.setattr("tutor.cli.doctor.CHECKS", (findings.python, findings.state))
    got = tutor("doctor", "--json")
    document = json.loads(got.out)
    assert got.status == 0 and document["schema"] == "tutor/doctor/1"
    assert [finding["name"] for finding in document["findings"]] == ["Python", "state"]
    assert {finding["level"] for finding in document["findings"]} == {"ok"}
    assert tutor("doctor").out.strip().endswith("Nothing is wrong.")


def test_something_wrong_is_said_with_what_to_do_and_status_1(tutor, monkeypatch):
    bad = findings.Finding("moon", "wrong", "not full", "wait")
    monkeypatch.setattr("tutor.cli.doctor.CHECKS", (lambda: iter([bad]),))
    plain = tutor("doctor", "--plain")
    assert plain.status == 1 and plain.out == "wrong: moon: not full; wait\n"
    table = tutor("doctor")
    assert table.status == 1 and "→ wait" in table.out and "One thing is wrong." in table.out
    assert tutor("doctor", "--ascii").out.isascii()


def test_this_installation_has_its_dependencies():
    found = list(findings.dependencies())
    assert {"textual", "torch", "tokenizers", "typer"} <= {finding.name for finding in found}
    assert {finding.level for finding in found} == {"ok"}


@pytest.mark.parametrize(
    ("version", "bounds", "good"),
    [
        ("2.13.0+cpu", ">=2.6,<2.14", True),
        ("2.14.0", ">=2.6,<2.14", False),
        ("2.5.9", ">=2.6,<2.14", False),
        ("8.10", ">=8.9", True),
        ("8.10", "<8.9", False),
        ("15.0.0", ">=14.0", True),
        ("3.0rc1", ">=3.0", True),
        ("1.2.3", "<=1.2", True),
    ],
)
def test_versions_are_compared_as_numbers(version, bounds, good):
    assert all(findings._within(version, bound) for bound in bounds.split(",")) is good


def test_a_package_that_is_missing_or_old(monkeypatch):
    monkeypatch.setattr(metadata, "requires", lambda name: ["nothing-such>=1", "rich>=999", 'x; extra == "dev"'])
    missing, old = findings.dependencies()
    assert missing.level == "wrong" and missing.todo == 'python -m pip install "nothing-such>=1"'
    assert old.level == "wrong" and ">=999 is needed" in old.what


def test_a_changed_model_file_is_found(state, monkeypatch):
    """One byte more in a file that is listed."""
    folder = state / "bundle" / "words"
    folder.mkdir(parents=True)
    (folder / "vectors.safetensors").write_bytes(b"1")
    registry.write_sums(folder)
    monkeypatch.setattr("tutor.paths.bundled_models", lambda: folder.parent)
    assert only(findings.models()).level == "ok"
    (folder / "vectors.safetensors").write_bytes(b"12")
    assert only(findings.models()).level == "wrong"


def test_no_models_at_all(tmp_path, monkeypatch):
    monkeypatch.setattr("tutor.paths.bundled_models", lambda: tmp_path)
    assert only(findings.models()).level == "wrong"


def test_lessons(tmp_path, monkeypatch):
    monkeypatch.setattr("tutor.paths.lessons", lambda: tmp_path)
    assert only(findings.lessons()).level == "wrong"
    (tmp_path / "01-a.md").write_text("# A\nGoal: g\nMinutes: 9\n\n## Try:\n", encoding="utf-8")
    finding = only(findings.lessons())
    assert finding.level == "wrong" and "01-a.md:5: the step has no title" in finding.what


def test_the_state_directory_is_written_to_and_left_clean(state):
    assert only(findings.state()).level == "ok" and list(state.iterdir()) == []


def test_a_state_directory_that_cannot_be(state, monkeypatch):
    blocked = state / "file"
    blocked.write_text("")
    monkeypatch.setenv("TUTOR_STATE", str(blocked / "inside"))
    assert only(findings.state()).level == "wrong"
    assert only(findings.disk()).level in ("ok", "warning"), "the disk is that of the nearest folder there is"


def test_places_are_named(state):
    """Each with its path; what the learner has not made yet says so."""
    said = {finding.name: finding.what for finding in findings.places()}
    assert said["your progress"] == f"{state / 'progress.json'} (not there yet)"
    (state / "progress.json").write_text("{}")
    assert str(state / "progress.json") in {finding.what for finding in findings.places()}


def test_little_disk(monkeypatch):
    usage = type("Usage", (), {"free": 10_000_000})
    monkeypatch.setattr("shutil.disk_usage", lambda folder: usage)
    assert only(findings.disk()).level == "wrong"


@pytest.mark.parametrize(
    ("environment", "level", "what"),
    [
        ({"NO_COLOR": "1", "TERM": "xterm"}, "ok", "none, as NO_COLOR asks"),
        ({"TERM": "dumb"}, "warning", "TERM=dumb"),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "ok", "16 million"),
        ({"TERM": "xterm-256color"}, "ok", "256"),
        ({"TERM": "xterm"}, "warning", "16"),
    ],
)
def test_colours(monkeypatch, environment, level, what):
    monkeypatch.delenv("COLORTERM", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    finding = findings._colours(os.environ["TERM"])
    assert finding.level == level and finding.what.startswith(what)


def test_a_small_terminal_is_a_warning(monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((60, 20)))
    named = {finding.name: finding for finding in findings.terminal()}
    assert named["terminal"].level == "warning" and "60×20" in named["terminal"].what


def test_device():
    """torch is there in every installation, so there is always somewhere to compute."""
    finding = only(findings.device())
    assert finding.level == "ok" and finding.what.split(":")[0].split(",")[0] in ("cpu", "cuda", "mps")
