"""`tutor pretrain` from a recipe to a model that opens by name: the same bytes twice, and after a break."""

from __future__ import annotations

import errno
import json
import math

import pytest
import torch

from tests.recipes import DECODER, GAP_FILLER, TRANSLATOR, UNLEARNING, write_data
from tutor import experiments, paths
from tutor.engine import registry
from tutor.engine.checkpoint_kinds import load_encoder, load_seq2seq
from tutor.engine.only_writer import only_writer
from tutor.engine.run_folder import RunFolder
from tutor.engine.tuned import free_name, pretraining
from tutor.errors import InputError
from tutor.experiments.frame.record import plain
from tutor.experiments.pretrain import Inputs, Result, Sample, Started, Update
from tutor.views import picture, view, words
from tutor.views.export import export


@pytest.fixture
def recipe(tmp_path):
    """Writes a recipe and its data into one folder; gives the recipe's file."""
    write_data(tmp_path)

    def write(text):
        path = tmp_path / "recipe.toml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def run(inputs, cancelled=lambda: False):
    return list(experiments.execute("pretrain", inputs, cancelled))


def weights(name):
    return (paths.user_models() / name / "model.safetensors").read_bytes()


def test_a_run_starts_writes_samples_and_ends_with_a_model_that_opens_by_name(recipe):
    started, *records, result = run(Inputs(recipe(DECODER)))
    assert isinstance(started, Started) and isinstance(result, Result)
    updates = [record for record in records if isinstance(record, Update)]
    assert [update.step for update in updates] == list(range(1, 11)) and updates[-1].tokens == 2560
    samples = [record for record in records if isinstance(record, Sample)]
    assert [sample.step for sample in samples] == [0, 3, 5, 8, 10]
    assert all(sample.text.startswith("The cat") for sample in samples)
    assert result.samples == tuple(samples)
    assert result.loss_before == started.loss == pytest.approx(math.log(280), abs=0.1)
    assert result.succeeded and result.loss < 5
    assert [update.step for update in result.curve] == [0, 4, 8, 10]
    assert result.curve[-1].held_out_loss == result.loss
    entry = registry.find("tiny")
    assert (entry.source, entry.kind) == ("yours", "decoder")
    made = experiments.result_of("generate", experiments.load("generate").Inputs("The", tokens=3, model="tiny"))
    assert made.model == "tiny"
    report = json.loads((paths.runs() / "tiny" / "report.json").read_text(encoding="utf-8"))
    assert report["schema"] == "tutor/pretrain/1" and report["result"]["loss"] == result.loss
    assert [file.name for file in (paths.runs() / "tiny").iterdir()] == ["report.json"]


@pytest.mark.parametrize(
    ("text", "load"), [(DECODER, None), (UNLEARNING, None), (TRANSLATOR, load_seq2seq), (GAP_FILLER, load_encoder)]
)
def test_the_same_bytes_twice_and_after_a_break(recipe, text, load, tutor):
    """The break comes between two checkpoints; dropout goes on as if there had been none."""
    path = recipe(text)
    whole = run(Inputs(path, name="whole"))[-1]
    run(Inputs(path, name="again"))
    answers = iter(range(1000))
    stopped = run(Inputs(path, name="broken"), lambda: next(answers) >= 5)[-1]
    assert stopped.finished == "cancelled" and stopped.steps == 5
    assert not (paths.user_models() / "broken").exists()
    with (
        only_writer(paths.runs() / "broken"),
        pytest.raises(InputError, match="another process is training this run"),
    ):
        run(Inputs(path, name="broken"))
    resumed = json.loads(tutor("pretrain", path, "--name", "broken", "--json").out)["result"]
    assert resumed["finished"] == "budget" and resumed["succeeded"]
    assert weights("whole") == weights("again") == weights("broken")
    measured = {u["step"]: u["held_out_loss"] for u in resumed["curve"] if u["step"] != 5}  # and once at the break
    assert measured == {u.step: u.held_out_loss for u in whole.curve}
    assert resumed["samples"] == plain(whole.samples)
    if load is not None:
        assert load(paths.user_models() / "whole") is not None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (UNLEARNING.replace("= 64", "= 12"), "over 12 tokens, not 12; give a longer one"),
        (GAP_FILLER.replace("until = 1.0", "until = 1.0\nunlikelihood = 'story'"), "only a decoder can unlearn"),
        (UNLEARNING.replace('"story"\nwindow', '"tale"\nwindow'), "no source is called 'tale'"),
    ],
)
def test_who_cannot_unlearn_to_repeat_itself(recipe, text, says):
    with pytest.raises(InputError, match=says):
        run(Inputs(recipe(text)))


def test_another_seed_gives_another_model_and_another_length_another_run(recipe):
    path = recipe(DECODER)
    first = run(Inputs(path, tokens=600))[-1]
    second = run(Inputs(path, tokens=600, seed=4))[-1]
    assert (first.name, second.name) == ("tiny", "tiny-2") and (first.steps, second.seed) == (2, 4)
    assert weights("tiny") != weights("tiny-2")
    with pytest.raises(InputError, match="a model has this name"):
        run(Inputs(path, name="tiny"))
    answers = iter(range(100))
    run(Inputs(path, name="half"), lambda: next(answers) >= 1)
    with pytest.raises(InputError, match="begun with another recipe, change, length or seed"):
        run(Inputs(path, name="half", tokens=600))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('name = "tiny"', 'kind = "oracle"'), "not a recipe"),
        (("story.txt", "nothing.txt"), "data is not there"),
        (("window = 32", "window = 60000"), "fewer than a window"),
        (("vocab_size = 280", "vocab_size = 281"), "280 tokens, the architecture 281"),
        (("licence = ", "sha256 = 'abc'\nlicence = "), "SHA-256"),
        (('name = "story"', 'name = "../story"'), "no name for a source"),
        (("weights = { story", "weights = { other"), "no source is called 'other'"),
    ],
)
def test_a_recipe_that_cannot_be_followed_is_refused_in_one_line(recipe, change, says):
    with pytest.raises(InputError, match=says) as refusal:
        run(Inputs(recipe(DECODER.replace(*change))))
    assert "\n" not in str(refusal.value)
    assert not paths.user_models().exists()


def test_a_folder_of_data_is_named_apart_from_the_recipe(recipe, tmp_path):
    path = recipe(DECODER)
    (tmp_path / "data").mkdir()
    (tmp_path / "story.txt").rename(tmp_path / "data" / "story.txt")
    with pytest.raises(InputError, match="--data"):
        run(Inputs(path))
    assert run(Inputs(path, tokens=256, data=str(tmp_path / "data")))[-1].steps == 1


@pytest.mark.parametrize(
    ("name", "tokens", "changes", "says"),
    [
        (
            "painter",
            2 * 4 * 78,
            ("stage.0.rows=4", "architecture.num_hidden_layers=1"),
            "nats per token of a drawing",
        ),
        ("matcher", 2 * 20, ("stage.0.rows=2", "architecture.num_hidden_layers=1"), "among 10 captions"),
    ],
)
def test_models_of_pictures_are_trained_by_their_own_recipes_and_open(name, tokens, changes, says):
    recipe = str(paths.bundled_models() / name / "recipe.toml")
    result = run(Inputs(recipe, tokens=tokens, change=changes))[-1]
    assert (result.name, result.kind, result.steps) == (f"{name}-2", name, 2)
    assert says in words("pretrain", result)[0]
    experiment = experiments.load({"painter": "draw", "matcher": "match"}[name])
    given = {"painter": ("a seven",), "matcher": ("lessons/practice/seven.txt", ("a seven", "a one"))}[name]
    assert experiments.result_of(experiment.__name__.split(".")[-1], experiment.Inputs(*given, model=result.name))


def test_picture_words_and_progress_say_how_it_went(recipe):
    *records, result = run(Inputs(recipe(DECODER)))
    sentences = words("pretrain", result)
    assert f"{result.loss_before:.3f} to {result.loss:.3f} nats per token" in sentences[0]
    assert f"{math.log(280):.3f}" in sentences[0]
    assert "--model tiny" in sentences[2]
    drawn = export(picture("pretrain", result), ".txt", "run")
    assert "held-out loss" in drawn and "after 2,560 tokens" in drawn
    lines = [view("pretrain").progress(record) for record in records]
    assert all(line and "\n" not in line for line in lines)


def test_runs_of_finetune_and_pretrain_leave_each_other_alone(recipe, tmp_path):
    """Both keep their runs on one shelf, by name."""
    tuned = RunFolder(paths.runs() / "tiny")
    tuned.begin({}, tmp_path / "tiny.txt")
    tuned.write_checkpoint(1, {"weight": torch.ones(2)}, most=9)
    before = {file: file.read_bytes() for file in tuned.path.rglob("*.*") if file.is_file()}
    *_, result = run(Inputs(recipe(DECODER), tokens=512))
    assert result.name == "tiny-2" and {file: file.read_bytes() for file in before} == before
    with pytest.raises(InputError, match="a run of this name was stopped"):
        run(Inputs(recipe(DECODER), name="tiny"))
    stopped = iter([False, True])
    run(Inputs(recipe(DECODER), name="young"), lambda: next(stopped, True))
    assert pretraining() == {"young"}
    assert free_name(None, tmp_path / "young.txt", pretraining()) == "young-2"
    assert free_name(None, tmp_path / "tiny.txt") == "tiny-3"
    with pytest.raises(InputError, match="a run of tutor pretrain has this name"):
        free_name("young", tmp_path / "x.txt", pretraining())


def test_a_file_system_without_locks_is_no_hindrance(monkeypatch, tmp_path):
    fcntl = pytest.importorskip("fcntl")

    def refuse(*arguments):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with only_writer(tmp_path / "run"):
        assert (tmp_path / ".run.lock").exists()
