"""Every experiment of the registry, on a plain, a Unicode and an absurd input, in every form that it can be shown in.

Models are small random checkpoints: what is tested is that nothing breaks and that all forms tell the same.
"""

from __future__ import annotations

import dataclasses
import io
import json
import math
import re
import shlex
from pathlib import Path

import jsonschema
import pytest
from rich.cells import cell_len
from rich.console import Console

from tests import fakes
from tests.experiments.said import unsupported
from tutor import experiments, paths, views
from tutor.engine import registry
from tutor.errors import TutorError
from tutor.experiments.frame import command, schema
from tutor.experiments.frame.inputs import Argument, fields
from tutor.experiments.frame.record import document
from tutor.views.ascii import Ascii
from tutor.views.export import export

TEXTS = {
    "plain": "The cat sat on the mat, and it was hungry.",
    "unicode": "¿Mañana? שלום 👩‍👩‍👧 e\u0301 1987 \u202eabc",
    "absurd": "",
}
WORDS = {"plain": ("king", "queen", "man", "paris"), "unicode": ("naïve", "日本", "👍"), "absurd": ()}

OWN = {
    "ablate": lambda kind: {"heads": ("0.0", "1.3")},
    "analogy": lambda kind: dict(zip("abc", (*WORDS[kind], "", "", ""), strict=False)),
    "context": lambda kind: {
        "plain": {"word": "cat", "sentences": ("The cat sat.", "It was the cat on the mat.")},
        "unicode": {"word": "שלום", "sentences": ("שלום 👍", "👍 שלום")},
        "absurd": {"word": "", "sentences": ("", "")},
    }[kind],
    "fill": lambda kind: {"text": "" if kind == "absurd" else f"The [MASK] sat. {TEXTS[kind]} [MASK]"},
    "generate": lambda kind: {"tokens": 6},
    "merges": lambda kind: {"word": {"plain": "unbelievable", "unicode": "naïve👍", "absurd": ""}[kind]},
    "neighbours": lambda kind: {"word": {"plain": "king", "unicode": "naïve", "absurd": ""}[kind]},
    # A few examples do not fit the context of the small checkpoint.
    "prompt": lambda kind: {"model": "storyteller"},
    "positions": lambda kind: {
        "plain": {},
        "unicode": {"kind": "rotary", "length": 5, "width": 2},
        "absurd": {"length": 1, "width": 7},
    }[kind],
    "scale": lambda kind: {"models": {"plain": (), "unicode": ("gpt2", "gpt3"), "absurd": ("no-such",)}[kind]},
    "shuffle": lambda kind: {"first": TEXTS[kind], "second": TEXTS[kind][::-1]},
}
"""What an experiment needs beyond a text in its arguments."""

FILES = ("beyond", "finetune", "train-tokenizer")
"""Those that read a file, with a budget that makes them short."""

ELSEWHERE = {
    "pretrain": "its recipe and what it makes are tested in its own tests",
    "report": "it needs a run, which its own tests make",
    "timeline": "it needs a run, which the tests of report make",
}

ODD_CHARACTERS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\u202e]")
BOXES = set("│┃─━┼┤├╭╮╰╯█▓▒░")


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Models without training, by the names of those whose place they take."""
    made = {"storyteller": fakes.checkpoint, "translator": fakes.translator, "gapfiller": fakes.gapfiller}
    return {name: str(make(tmp_path_factory.mktemp(name))) for name, make in made.items()}


def filled(name: str, kind: str, models: dict[str, str], folder: Path):
    """The experiment's inputs of this kind: its first example, with other text in it for the two other kinds."""
    _, example = command.parse(experiments.load(name).EXAMPLES[0])
    values = {}
    for field in fields(type(example)):
        if isinstance(field.spec, Argument) and kind != "plain":
            values[field.name] = WORDS[kind] if field.kind == "words" else TEXTS[kind]
        elif field.name == "model" and example.model in models:
            values["model"] = models[example.model]
        elif field.name == "device":
            values["device"] = "cpu"
    values |= OWN.get(name, lambda kind: {})(kind)
    if name in FILES:
        file = folder / "text.txt"
        file.write_text(f"{TEXTS[kind]}\n" * 60, encoding="utf-8")
        values |= {"file": str(file)}
        budgets = {
            "finetune": {"steps": 2, "name": "tiny"},
            "train-tokenizer": {"out": str(folder / "out"), "vocab": 300},
        }
        values |= budgets.get(name, {})
    return dataclasses.replace(example, **values)


def missing_model(inputs) -> str:
    """Why an experiment cannot run yet: its model is not bundled, or has no weights. Nothing if it can."""
    model = getattr(inputs, "model", None)
    models = {entry.name: entry.directory for entry in registry.entries()}
    folder = Path(models.get(model or "", model or ""))
    wanting = model is not None and not any(folder.glob("*.safetensors"))
    return f"the model {model} is not bundled" if wanting else ""


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    kind: str
    inputs: object
    result: object


@pytest.fixture(scope="module")
def case(request, models, tmp_path_factory):
    """One experiment, run once for all forms; a test that gets one that said no in a line is skipped."""
    name, kind = request.param
    if name in ELSEWHERE:
        pytest.skip(ELSEWHERE[name])
    folder = tmp_path_factory.mktemp("case")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TUTOR_STATE", str(folder / "state"))
        try:
            inputs = filled(name, kind, models, folder)
            if reason := missing_model(inputs):
                pytest.skip(reason)
            return Case(name, kind, inputs, experiments.result_of(name, inputs))
        except TutorError as error:
            return Case(name, kind, None, error)


CASES = [
    pytest.param((name, kind), id=f"{name}-{kind}", marks=pytest.mark.xdist_group(name))
    for name in experiments.names()
    for kind in TEXTS
]


@pytest.mark.parametrize("case", CASES, indirect=True)
def test_every_form_of_every_experiment(case):
    if isinstance(case.result, TutorError):
        line = str(case.result)
        assert case.kind != "plain", line
        assert "\n" not in line and not re.search(r"[\x00-\x1f\x7f]", line) and len(line) < 600
        return
    given = document(case.name, case.inputs, case.result)
    json.dumps(given, allow_nan=False)
    jsonschema.Draft202012Validator(schema.schema(case.name)).validate(given)
    sentences = views.words(case.name, case.result)
    check_sentences(case, given, sentences)
    for width in (40, 80, 120):
        check_picture(case, width)
    svg = export(views.picture(case.name, case.result), ".svg", case.name)
    assert svg.startswith("<svg") and "http://" not in svg.replace("http://www.w3.org", "")


def check_sentences(case: Case, given: dict, sentences: list[str]) -> None:
    assert sentences and all(sentence.strip() for sentence in sentences)
    for sentence in sentences:
        assert not ODD_CHARACTERS.search(sentence) and not set(sentence) & BOXES, sentence
    derived = DERIVED[case.name](case.result) if case.name in DERIVED else ()
    assert unsupported(given, sentences, tuple(map(float, derived))) == []


def check_picture(case: Case, width: int) -> None:
    for ascii_only in (False, True):
        picture = views.picture(case.name, case.result)
        console = Console(file=io.StringIO(), width=width, color_system=None, highlight=False)
        console.print(Ascii(picture) if ascii_only else picture)
        drawn = console.file.getvalue()
        assert drawn.strip()
        assert not ODD_CHARACTERS.search(drawn)
        assert max(cell_len(line) for line in drawn.splitlines()) <= width
        assert not ascii_only or drawn.isascii()


def ratios(values) -> list[float]:
    """Every value as a multiple of every other."""
    return [a / b for a in values for b in values if b]


DERIVED = {
    # How many times less likely a word is, up to a thousand times.
    "cross-attention": lambda r: (1000, *(math.exp(min(pair.loss, 100)) for pair in r.pairs)),
    # How many pixels there are and how many of them were all but certain (below 0.1 bits).
    "draw": lambda r: (r.openness.size, (r.openness < 0.1).sum()),
    # A distribution of e bits is as open as a choice among 2^e.
    "fill": lambda r: [2**gap.entropy_bits for gap in r.gaps],
    # How much lower or higher the perplexity is; the 95 % of the interval; memory in its unit.
    "finetune": lambda r: (abs(1 - r.perplexity_after / r.perplexity_before), 0.95, (r.estimate.bytes or 0) / 1e6),
    # A distribution of e bits is as open as a choice among 2^e.
    "next": lambda r: (2**r.entropy_bits, 2**r.filtered_entropy_bits),
    # Milliseconds, and one way as a multiple of the other.
    "parallel": lambda r: [
        one
        for t in r.timings
        for one in (1000 * t.at_once_seconds, 1000 * t.one_by_one_seconds, t.one_by_one_seconds / t.at_once_seconds)
    ],
    # The distances at which similarity is told, and where it is lowest.
    "positions": lambda r: range(len(r.similarity)),
    # How many times as large, and sizes in the units that fit them.
    "scale": lambda r: [
        *ratios([m.parameters for m in r.models]),
        *ratios([m.operations_per_token for m in r.models]),
        *(
            x / 10**e
            for m in r.models
            for x in (
                m.parameters,
                m.bytes,
                m.cache_bytes,
                m.operations_per_token,
                m.training_tokens or 0,
                m.training_operations or 0,
            )
            for e in (3, 6, 9, 12, 15, 18, 21, 24)
        ),
    ],
    # "One in 1,500": the inverse of a probability, in two digits.
    "surprise": lambda r: [float(f"{1 / t.probability:.2g}") for t in r.tokens if t.probability > 0],
    # "Token 9": its place, from one.
    "tokenize": lambda r: range(len(r.tokens) + 1),
    # "Sentence 2": its place, from one.
    "translate": lambda r: range(len(r.sentences) + 1),
    # How many fewer tokens, and those that it did not have to learn.
    "train-tokenizer": lambda r: (
        abs(1 - r.trained.token_count / max(r.bundled.token_count, 1)),
        r.vocabulary_size - r.learned,
    ),
}
"""Numbers that an experiment's sentences work out from its record, and how."""


def budgeted(line: str) -> str:
    """An example with less to do, where it would take long."""
    line = re.sub(r"--minutes \S+", "--steps 2", line)
    return re.sub(r"--steps \d+", "--steps 2", line)


def shorten(folder: Path, name: str) -> None:
    """The beginning of a practice file under the same name: one in the current directory comes first."""
    text = paths.named(name).read_text(encoding="utf-8")
    (folder / name).parent.mkdir(parents=True)
    (folder / name).write_text(text[:5000], encoding="utf-8")


README = (Path(__file__).parent.parent.parent / "README.md").read_text(encoding="utf-8").splitlines()
EXAMPLES = [(name, line) for name in experiments.names() for line in experiments.load(name).EXAMPLES]


@pytest.mark.parametrize(("name", "line"), EXAMPLES, ids=[line for _, line in EXAMPLES])
def test_the_examples_run(tutor, name, line, tmp_path, monkeypatch):
    if name in ELSEWHERE:
        pytest.skip(ELSEWHERE[name])
    if line in README:
        pytest.skip("README has it, whose test runs it whole")
    monkeypatch.chdir(tmp_path)
    if reason := missing_model(command.parse(re.sub(r" --(plain|json|ascii)\b", "", line))[1]):
        pytest.skip(reason)
    if name == "finetune":
        shorten(tmp_path, "lessons/practice/story.txt")
    got = tutor(*shlex.split(budgeted(line))[1:])
    # Two steps of training may well be too few: then the answer is no.
    assert got.status in ((0, 1) if name == "finetune" else (0,)), got.err
    assert got.out.strip()


def test_every_experiment_has_two_examples_that_are_its_own():
    for name in experiments.names():
        lines = experiments.load(name).EXAMPLES
        assert len(lines) >= 2 and all(shlex.split(line)[:2] == ["tutor", name] for line in lines)
    assert paths.lessons().is_dir()
