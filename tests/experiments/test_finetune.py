"""`tutor finetune` from a file to a model that opens by name, on a small random decoder."""

from __future__ import annotations

import json

import pytest

from tests.fakes import checkpoint
from tutor import experiments, paths
from tutor.engine import registry
from tutor.errors import InputError
from tutor.experiments.finetune import Inputs, Result, Started, Update
from tutor.views import picture, words
from tutor.views.export import export

LINES = "the cat sat on it\nThe cat was hungry\n\n" * 60


@pytest.fixture
def base(tmp_path):
    return str(checkpoint(tmp_path / "base", context=512))


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "My Cats.txt"
    path.write_text(LINES, encoding="utf-8")
    return path


def run(inputs, cancelled=lambda: False):
    return list(experiments.execute("finetune", inputs, cancelled))


def test_a_run_starts_updates_and_ends_with_its_result(base, file):
    started, *updates, result = run(Inputs(str(file), steps=12, model=base))
    assert isinstance(started, Started) and isinstance(result, Result)
    assert [update.step for update in updates] == list(range(1, 13))
    assert all(isinstance(update, Update) for update in updates)
    assert result.loss_before == started.loss
    assert result.loss_after == pytest.approx(min(u.held_out_loss for u in updates if u.held_out_loss), rel=1e-4)
    assert result.succeeded and result.loss_after < result.loss_before
    assert result.fall_low <= result.loss_before - result.loss_after <= result.fall_high
    assert result.sample_before.startswith("the cat sat on")


def test_the_tuned_model_opens_by_name_and_remembers_how_it_was_made(base, file):
    result = run(Inputs(str(file), steps=3, model=base))[-1]
    assert result.name == "my-cats"
    entry = registry.find("my-cats")
    assert (entry.source, entry.kind) == ("yours", "decoder")
    made = experiments.result_of(
        "generate", experiments.load("generate").Inputs("the cat", tokens=5, model="my-cats")
    )
    assert made.model == "my-cats"
    report = json.loads((paths.runs() / "my-cats" / "report.json").read_text(encoding="utf-8"))
    assert report["schema"] == "tutor/finetune/1" and report["result"]["loss_after"] == result.loss_after
    assert not list(paths.user_models().glob(".*"))


def test_names_are_never_taken_twice(base, file):
    first = run(Inputs(str(file), steps=2, model=base))[-1]
    second = run(Inputs(str(file), steps=2, model=base))[-1]
    assert (first.name, second.name) == ("my-cats", "my-cats-2")
    with pytest.raises(InputError, match="a model has this name"):
        run(Inputs(str(file), steps=2, model=base, name="my-cats"))
    with pytest.raises(InputError, match="not a name"):
        run(Inputs(str(file), steps=2, model=base, name="../up"))


def test_the_same_seed_gives_the_same_model(base, file):
    losses = {run(Inputs(str(file), steps=4, model=base, seed=7))[-1].loss_after for _ in range(2)}
    assert len(losses) == 1


def test_a_stopped_run_keeps_what_it_has(base, file):
    calls = iter(range(1000))
    records = run(Inputs(str(file), steps=400, model=base), lambda: next(calls) > 5)
    assert records[-1].finished == "cancelled" and 0 < records[-1].steps < 400
    assert registry.find("my-cats").source == "yours"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "too few"),
        (b"short", "too few"),
        (b"\x00\x01", "binary"),
        (b"\xff\xfe", "not UTF-8"),
        (None, "no such file"),
    ],
)
def test_a_file_that_is_no_use_is_refused_in_one_line(base, tmp_path, content, says):
    path = tmp_path / "file.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=says) as refusal:
        run(Inputs(str(path), steps=2, model=base))
    assert "\n" not in str(refusal.value)
    assert not paths.user_models().exists()


def test_a_directory_is_refused(base, tmp_path):
    with pytest.raises(InputError, match="this is a directory"):
        run(Inputs(str(tmp_path), steps=2, model=base))


def test_picture_and_words_say_whether_it_helped(base, file):
    result = run(Inputs(str(file), steps=12, model=base))[-1]
    sentences = words("finetune", result)
    assert f"{result.loss_before:.3f} to {result.loss_after:.3f} nats per token" in sentences[0]
    assert "--model my-cats" in sentences[1]
    drawn = export(picture("finetune", result), ".txt", "run")
    assert "held-out loss" in drawn and "before" in drawn and "after 12 steps" in drawn
