"""The contract of every command, on experiments that need no model: forms, files, statuses, pipes."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from tutor import __version__

ANSI = re.compile(r"\x1b\[")


def test_json_is_one_document_with_inputs_and_result(tutor):
    got = tutor("tokenize", "Hi!", "--tokenizer", "char", "--json")
    document = json.loads(got.out)
    assert got.status == 0 and got.err == ""
    assert document["schema"] == "tutor/tokenize/1"
    assert document["inputs"]["text"] == "Hi!"
    assert [token["text"] for token in document["result"]["tokens"]] == ["H", "i", "!"]


def test_plain_has_no_colour_no_boxes_and_one_fact_a_line(tutor):
    got = tutor("positions", "--length", "4", "--plain")
    assert got.status == 0
    assert not ANSI.search(got.out) and not set(got.out) & set("│─█▓▒░")
    assert "Positions 1 apart have a cosine similarity of 0.966." in got.out.splitlines()


def test_a_pipe_stands_in_for_the_text(tutor):
    piped = tutor("tokenize", "--tokenizer", "char", "--json", stdin=b"ab\n")
    dashed = tutor("tokenize", "-", "--tokenizer", "char", "--json", stdin=b"ab\n")
    assert json.loads(piped.out)["inputs"]["text"] == "ab"
    assert piped.out == dashed.out


def test_without_text_and_without_a_pipe_the_command_line_is_wrong(tutor):
    got = tutor("tokenize", stdin=None)
    assert got.status == 2
    assert got.err == "tutor: tutor tokenize: TEXT is missing; see tutor tokenize --help\n"


def test_piped_bytes_that_are_no_text_are_an_unusable_input(tutor):
    got = tutor("tokenize", stdin=b"\xff\xfe\x00")
    assert got.status == 3
    assert got.err.startswith("tutor: standard input: byte 0 is not UTF-8;")


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (("positions", "--length", "0"), 2, "--length 0: out of range"),
        (("positions", "--width", "5"), 2, "give an even number"),
        (("neighbours", "qqqzzzy"), 3, "tutor: qqqzzzy:"),
        (("tokenize", "a", "--tokenizer", "nope.json"), 3, "tutor: "),
        (("positions", "--output", "x.gif"), 2, "end it in .svg, .html, .txt, .json"),
        (("positions", "--output", "/nowhere/at/all.svg"), 3, "existing directory"),
        (("telepathy",), 2, "telepathy"),
        (("positions", "--frequency", "3"), 2, "--frequency"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line_with_its_status(tutor, arguments, status, says):
    got = tutor(*arguments)
    assert got.status == status
    assert says in got.err
    assert got.out == "" and "Traceback" not in got.err
    if status == 3:
        assert got.err.count("\n") == 1 and ";" in got.err


@pytest.mark.parametrize("suffix", [".svg", ".html", ".txt", ".json"])
def test_output_writes_a_file_and_keeps_an_existing_one(tutor, tmp_path, suffix):
    target = tmp_path / f"picture{suffix}"
    first = tutor("positions", "--length", "4", "--output", str(target))
    assert (first.status, first.out, first.err) == (0, "", f"wrote {target}\n")
    written = target.read_text(encoding="utf-8")
    again = tutor("positions", "--length", "8", "--output", str(target))
    assert again.status == 3 and "add --force" in again.err
    assert target.read_text(encoding="utf-8") == written
    forced = tutor("positions", "--length", "8", "--output", str(target), "--force")
    assert forced.status == 0 and target.read_text(encoding="utf-8") != written
    assert list(tmp_path.iterdir()) == [target]


def test_pictures_call_nobody_when_they_are_opened(tutor, tmp_path):
    for suffix in (".svg", ".html"):
        target = tmp_path / f"picture{suffix}"
        tutor("positions", "--length", "4", "--output", str(target))
        text = target.read_text(encoding="utf-8")
        without_comments = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
        addresses = set(re.findall(r"https?://[^\s\"')]+", without_comments))
        assert addresses <= {"http://www.w3.org/2000/svg"}
        assert text.lstrip().startswith(("<svg", "<!DOCTYPE html>"))


def test_ascii_writes_ascii_only(tutor):
    for arguments in (("positions", "--length", "4"), ("tokenize", "naïve café 日本 🙂 – “x”")):
        for form in ((), ("--plain",), ("--json",)):
            got = tutor(*arguments, *form, "--ascii")
            assert got.status == 0
            assert got.out.isascii()


def test_ascii_json_still_holds_every_character(tutor):
    got = tutor("tokenize", "é🙂", "--tokenizer", "char", "--json", "--ascii")
    assert json.loads(got.out)["inputs"]["text"] == "é🙂"


def test_version_and_help(tutor):
    assert tutor("--version").out == f"tutor {__version__}\n"
    listed = tutor("--help").out
    assert all(name in listed for name in ("tokenize", "attention", "generate", "finetune", "models", "doctor"))


def test_a_broken_pipe_is_no_error():
    script = f"{sys.executable} -m tutor positions --length 1000 --width 200 --json | head -c 10"
    done = subprocess.run(script, shell=True, capture_output=True, text=True, check=False)
    assert done.stdout == '{"schema":'
    assert done.stderr == ""


def test_without_a_terminal_the_app_says_to_use_a_subcommand():
    done = subprocess.run([sys.executable, "-m", "tutor"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 2
    assert done.stdout == "" and done.stderr.count("\n") == 1 and "subcommand" in done.stderr


@pytest.mark.parametrize(
    ("variables", "coloured"), [({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)]
)
def test_no_color_is_obeyed(tutor, monkeypatch, variables, coloured):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TERM", "xterm-256color")
    got = tutor("positions", "--length", "4")
    assert bool(re.search(r"\x1b\[[0-9;]*[34]8;", got.out)) is coloured


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (("tokenize", "a", "--no-such"), "tutor tokenize"),
        (("models", "show"), "tutor models show"),
        (("models", "no-such"), "tutor models"),
        (("no-such",), "tutor"),
    ],
)
def test_a_command_line_that_does_not_fit_is_told_in_one_line(tutor, words, command):
    done = tutor(*words)
    assert done.status == 2 and done.out == ""
    assert done.err.startswith(f"tutor: {command}: ") and done.err.endswith(f"; see {command} --help\n")
    assert done.err.count("\n") == 1


def test_a_program_in_a_pipe_is_the_program_whatever_the_width(tutor, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    done = tutor("exercise", "merges")
    assert done.status == 0 and done.out == json.loads(tutor("exercise", "merges", "--json").out)["result"]["starter"]


def test_an_unknown_model_is_answered_with_those_the_command_can_use(tutor):
    done = tutor("translate", "Hello.", "--model", "qqq")
    assert done.status == 3 and "choose one of: translator" in done.err and "storyteller" not in done.err
