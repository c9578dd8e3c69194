"""Exercises: right solutions pass and write what ours writes, wrong ones fail with the case that shows it."""

from __future__ import annotations

import pytest

from tests import fakes
from tutor import views
from tutor.engine import exercises
from tutor.errors import InputError, UsageError
from tutor.experiments import exercise

SOLUTIONS = {
    each.name: (each.starter.parent / "solutions" / each.starter.name).read_text(encoding="utf-8")
    for each in exercises.EXERCISES
}


@pytest.fixture(scope="module")
def decoder(tmp_path_factory):
    return str(fakes.checkpoint(tmp_path_factory.mktemp("tiny")))


def saved(folder, text):
    (folder / "mine.py").write_text(text, encoding="utf-8")
    return str(folder / "mine.py")


def translator_in_its_place(monkeypatch, tmp_path_factory):
    """A random translator under the name of the bundled one."""
    from tutor.engine import loading_seq2seq

    folder, real = str(fakes.translator(tmp_path_factory.mktemp("translator"))), loading_seq2seq.seq2seq
    monkeypatch.setattr(loading_seq2seq, "seq2seq", lambda name, device: real(folder, device))


@pytest.mark.parametrize("name", exercises.NAMES)
def test_a_right_solution_passes_and_the_model_does_the_same(name, decoder, tmp_path, monkeypatch, tmp_path_factory):
    translator_in_its_place(monkeypatch, tmp_path_factory)
    inputs = exercise.Inputs(name, saved(tmp_path, SOLUTIONS[name]), prompt="the cat sat", model=decoder)
    result = exercise.run(inputs)
    assert [check.detail for check in result.checks] == [""] * len(result.checks)
    assert result.ours == result.theirs != ""
    assert result.succeeded


@pytest.mark.parametrize("name", exercises.NAMES)
def test_the_starting_point_can_be_run_and_passes_nothing(name, decoder):
    result = exercise.run(exercise.Inputs(name, str(exercises.find(name).starter), model=decoder))
    assert not result.succeeded
    assert not any(check.passed for check in result.checks)
    assert result.model is None


@pytest.mark.parametrize(
    ("name", "solution", "said"),
    [
        ("softmax", "def softmax(x):\n    return x.exp() / x.exp().sum(-1, keepdim=True)", "for 1000, 1001"),
        ("softmax", "def softmax(x):\n    return x.softmax(0)", "shape (2, 5): at (0, 0)"),
        ("softmax", "def softmax(x):\n    return [1.0]", "a list, not a tensor"),
        ("causal-mask", "import torch\ndef causal_mask(T, S):\n    return torch.ones(T, S).tril() > 0", "T=2, S=5"),
        ("attention", "def attention(q, k, v, mask):\n    return q @ k.mT @ v", "random q, k, v"),
        ("attention", "def attention(q, k, v, mask):\n    return 1 / 0", "line 2: ZeroDivisionError"),
        ("merges", "def merge_all(pieces, ranks):\n    return pieces", "'lower' becomes"),
        ("top-p", "def top_p(logits, p):\n    return logits", "likeliest"),
        (
            "cross-entropy",
            "def cross_entropy(l, t):\n    return -l.softmax(-1)[range(len(t)), t].log().mean()",
            "1000",
        ),
        ("lora", "def lora(x, W, A, B, scale):\n    return x @ W.T", "against W + scale"),
    ],
)
def test_a_wrong_solution_is_told_by_a_case(name, solution, said, decoder, tmp_path):
    result = exercise.run(exercise.Inputs(name, saved(tmp_path, solution), model=decoder))
    assert not result.succeeded
    assert any(said in check.detail for check in result.checks), [check.detail for check in result.checks]
    told = views.words("exercise", result)
    assert sum(sentence.startswith("Does not hold") for sentence in told) == sum(not c.passed for c in result.checks)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def softmax(x:\n", "line 1: "),
        ("import no_such_module\n", "line 1: ModuleNotFoundError"),
        ("raise SystemExit(3)\n", "SystemExit: 3"),
        ("def other(x): ...\n", "it has no function softmax"),
        ("softmax = 3\n", "it has no function softmax"),
    ],
)
def test_a_file_that_gives_no_function_is_one_line(text, said, tmp_path):
    with pytest.raises(InputError) as caught:
        exercise.run(exercise.Inputs("softmax", saved(tmp_path, text)))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_breaks_inside_the_model_is_one_line(decoder, tmp_path):
    only_on_small = SOLUTIONS["softmax"] + "plain = softmax\n"
    # The text grows to eleven tokens while the model writes.
    only_on_small += "def softmax(x):\n    if x.shape[-1] == 11: raise ValueError('eleven')\n    return plain(x)\n"
    prompt = "the cat sat on it"
    with pytest.raises(InputError, match=r"inside the model: line [0-9]+: ValueError: eleven"):
        exercise.run(exercise.Inputs("softmax", saved(tmp_path, only_on_small), prompt=prompt, model=decoder))


def test_what_their_program_prints_stays_out_of_the_answer(capsys, tmp_path, decoder):
    noisy = SOLUTIONS["softmax"].replace("    powers", "    print('called')\n    powers", 1) + "print('loaded')\n"
    exercise.run(exercise.Inputs("softmax", saved(tmp_path, noisy), prompt="the", model=decoder))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "loaded" in captured.err


def test_without_a_file_the_task_is_shown():
    result = exercise.run(exercise.Inputs("lora"))
    assert result.succeeded
    assert "def lora(" in result.starter
    assert views.words("exercise", result)[0].startswith("A LoRA layer: save the starting point")


def test_an_unknown_exercise_names_those_there_are():
    with pytest.raises(UsageError, match="softmax, causal-mask"):
        exercise.run(exercise.Inputs("backprop"))
