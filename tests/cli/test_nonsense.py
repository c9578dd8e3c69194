"""What a stranger may type: nonsense for every argument and option, interruptions, disks that are full."""

from __future__ import annotations

import errno
import os
import re
import signal

import pytest

from tutor import experiments
from tutor.experiments.frame.command import parse
from tutor.experiments.frame.inputs import Argument, fields

LIGHT = tuple(name for name in experiments.names() if not experiments.load(name).NEEDS_TORCH)
NONSENSE = (
    "",
    " \n\t",
    "👩\u200d🔬 שלום \u202eabc",
    "a\0\x1b[31m\x07\x9b2J",
    "\ud800",
    "caf\udce9",
    "x" * 5000,
    "~no-such-user/x",
    os.curdir,
    os.devnull,
    "[bold]%s{}",
)
STEERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def lines_of_nonsense(name):
    """Command lines: the first example with one of its values replaced."""
    inputs = parse(experiments.load(name).EXAMPLES[0])[1]
    described = fields(type(inputs))
    for changed in described:
        numbers = ("-1", "1e999", "nan", "", "many", "9" * 5000)
        for value in NONSENSE if changed.kind in ("str", "words") else numbers if changed.kind != "bool" else ():
            options, arguments = [], []
            for field in described:
                given = value if field is changed else getattr(inputs, field.name)
                words = [str(one) for one in given] if isinstance(given, tuple) else [given]
                if isinstance(field.spec, Argument):
                    arguments += [word for word in words if word is not None]
                elif field is changed or (given is not None and given != field.default):
                    options += [part for word in words for part in (field.flag, str(word))]
            yield [name, *options, "--", *arguments]


@pytest.mark.parametrize("name", LIGHT)
def test_nonsense_gives_a_result_or_one_line(tutor, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for number, line in enumerate(lines_of_nonsense(name)):
        form = ([], ["--plain"], ["--json"])[number % 3]
        got = tutor(line[0], *form, *line[1:])
        assert not STEERS.search(got.out.replace("\r", "")), line
        if got.status:
            assert got.status in (2, 3) and got.out == "", line
            assert re.fullmatch(r"tutor: [^\n]+: [^\n]+; [^\n]+\n", got.err) and len(got.err) < 800, line
            assert not STEERS.search(got.err), line


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("next", "a", "-k", "many"), "tutor next: -k takes a whole number; see"),
        (("next", "a", "-k"), "tutor next: option '-k' requires an argument; see"),
        (("next", "The", "cat", "sat"), "tutor next: cat sat is more than it takes; put quotation marks around"),
        (("tokenise", "a"), "tutor: no such command 'tokenise'; did you mean 'tokenize'"),
        (("neighbours", "king", "-k", "0"), "-k 0: out of range; give a value from 1 to 1,000"),
        (("models", "add", ""), "REPO: it is empty; write it as owner/name"),
        (("models", "export", "storyteller", "x" * 300), "no file can be called that; check the path"),
        (("models", "remove", "x" * 300, "--yes"), "no such model; choose one of: "),
        (("lessons", "check", "~no-such-user"), "~no-such-user: no file can be called that; check the path"),
    ],
)
def test_what_is_wrong_is_told_in_words(tutor, words, told, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert told in tutor(*words).err


def test_a_full_disk_is_told_and_leaves_nothing(tutor, tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("os.fsync", full)
    target = tmp_path / "picture.svg"
    got = tutor("positions", "--length", "4", "--output", str(target))
    assert got.status == 3 and got.err.startswith(f"tutor: {target}: no space left") and got.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_the_longest_name_that_a_file_can_have_is_written(tutor, tmp_path):
    target = tmp_path / ("x" * 251 + ".txt")
    assert tutor("positions", "--length", "4", "--output", str(target)).status == 0 and target.is_file()


@pytest.mark.parametrize("finished", [True, False])
def test_an_interrupted_run_gives_what_it_has_and_130(tutor, tmp_path, monkeypatch, finished):
    """Ctrl-C asks the experiment to end; it may have a result by then, or nothing."""
    module = experiments.load("train-tokenizer")
    text = tmp_path / "text.txt"
    text.write_text("she sells sea shells " * 200, encoding="utf-8")
    result = experiments.result_of("train-tokenizer", module.Inputs(str(text), str(tmp_path / "made"), vocab=300))

    def stream(inputs, cancelled):
        yield module.Working(1, 0.0)
        assert not cancelled()
        signal.raise_signal(signal.SIGINT)
        assert cancelled()
        yield from [result] * finished

    monkeypatch.setattr(module, "stream", stream)
    before = signal.getsignal(signal.SIGINT)  # a run in the background ignores it
    got = tutor("train-tokenizer", "x", "--plain")
    kept = "what was finished by then is kept" if finished else "nothing was finished by then"
    assert (got.status, got.err, bool(got.out)) == (130, f"tutor: interrupted; {kept}\n", finished)
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_in_a_short_command_is_one_line(tutor, monkeypatch):
    def run(inputs):
        raise KeyboardInterrupt

    monkeypatch.setattr(experiments.load("tokenize"), "run", run)
    got = tutor("tokenize", "a")
    assert (got.status, got.err) == (130, "tutor: interrupted; nothing was finished by then\n")
