"""`tutor finetune` from a file to a model that opens by name, on a small random decoder."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from contextlib import contextmanager

import pytest

from tests.fakes import checkpoint
from tutor import experiments, paths
from tutor.engine import registry, run_folder
from tutor.errors import InputError, UsageError
from tutor.experiments.finetune import Inputs, Result, Sampled, Started, Update
from tutor.storage import write_json
from tutor.views import picture, words
from tutor.views.export import export

LINES = "the cat sat on it\nThe cat was hungry\n\n" * 60


@pytest.fixture(autouse=True)
def brief(monkeypatch):
    """The pace is measured for a moment only."""
    monkeypatch.setattr("tutor.engine.estimate.MEASURED_SECONDS", 0.02)


@pytest.fixture
def base(tmp_path):
    return str(checkpoint(tmp_path / "base", context=512))


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "My Cats.txt"
    path.write_text(LINES, encoding="utf-8")
    return path


@pytest.fixture
def pairs(tmp_path):
    rows = [{"prompt": f"the cat {word}", "completion": "sat on it"} for word in "abcdefghijklmnop"]
    path = tmp_path / "pairs.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


@pytest.fixture
def labels(tmp_path):
    rows = [f"the cat {word * 3} {word},it" for word in "abcdefghij"]
    rows += [f"The hungry {word * 4} {word * 2},was" for word in "abcdefghij"]
    path = tmp_path / "labels.csv"
    path.write_text("\n".join(["text,label", *rows]), encoding="utf-8")
    return path


def run(inputs, cancelled=lambda: False):
    return list(experiments.execute("finetune", inputs, cancelled))


def stopped_after(step, inputs):
    """The result of a run that is told to stop when it has done so many steps."""
    seen = []
    for record in experiments.execute("finetune", inputs, lambda: step in seen):
        seen.append(getattr(record, "step", None))
    return record


@contextmanager
def writing(folder):
    """Another process that trains the run in this folder."""
    line = "import pathlib, sys; from tutor.engine.only_writer import only_writer\n"
    line += "with only_writer(pathlib.Path(sys.argv[1])): print('writes', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", line, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"writes\n"
        yield other


def test_a_run_starts_updates_samples_and_ends_with_its_result(base, file):
    started, *rest, result = run(Inputs(str(file), steps=24, model=base))
    updates = [record for record in rest if isinstance(record, Update)]
    samples = [record for record in rest if isinstance(record, Sampled)]
    assert isinstance(started, Started) and isinstance(result, Result)
    assert [update.step for update in updates] == list(range(1, 25))
    assert [sample.step for sample in samples] == [u.step for u in updates if u.held_out_loss is not None]
    assert result.loss_before == started.loss
    assert result.loss_after == pytest.approx(min(u.held_out_loss for u in updates if u.held_out_loss), rel=1e-4)
    assert result.succeeded and result.loss_after < result.loss_before
    assert result.fall_low <= result.loss_before - result.loss_after <= result.fall_high
    assert result.sample_before.startswith("the cat sat on")
    assert [sample.text for sample in result.samples] == [started.sample, *(sample.text for sample in samples)]
    assert not list((paths.runs() / result.name).glob("*state*")), "what only training needs is removed"


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
    assert report["schema"] == "tutor/finetune/2" and report["result"]["loss_after"] == result.loss_after
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


def test_a_stopped_run_keeps_what_it_has_and_goes_on(base, file):
    stopped = stopped_after(7, Inputs(str(file), steps=40, model=base))
    assert stopped.finished == "cancelled" and stopped.steps == 7
    assert registry.find("my-cats").source == "yours"
    assert "--resume my-cats" in " ".join(words("finetune", stopped))
    with pytest.raises(InputError, match="go on with --resume my-cats"):
        run(Inputs(str(file), steps=2, model=base, name="my-cats"))
    with writing(paths.runs() / "my-cats") as other:
        with pytest.raises(InputError, match="my-cats: another process is training this run"):
            run(Inputs(resume="my-cats"))
        other.kill()
        other.wait()
        started, *_, result = run(Inputs(resume="my-cats"))
    assert started.step == stopped.steps and result.steps == 40 and result.finished == "budget"
    with pytest.raises(InputError, match="this run is finished"):
        run(Inputs(resume="my-cats"))


@pytest.mark.parametrize("kind", ["lm", "lora", "prompt", "classify"])
def test_a_run_with_a_break_ends_as_one_without(base, file, labels, pairs, kind):
    files = {"prompt": pairs, "classify": labels}
    method = "lora" if kind == "lora" else "full"
    inputs = Inputs(str(files.get(kind, file)), steps=8, model=base, method=method, learning_rate=1e-2)
    assert stopped_after(5, dataclasses.replace(inputs, name="broken")).steps == 5
    result, whole = run(Inputs(resume="broken"))[-1], run(dataclasses.replace(inputs, name="whole"))[-1]
    assert result.steps == whole.steps
    assert (result.loss_after, result.sample_after) == (whole.loss_after, whole.sample_after)
    assert [one.loss for one in result.curve] == [one.loss for one in whole.curve]


def test_an_estimate_of_a_run_to_go_on_with_is_that_of_how_it_was_begun(base, file, monkeypatch):
    monkeypatch.chdir(file.parent)
    inputs = Inputs(file.name, steps=30, model=base, name="half")
    assert stopped_after(5, inputs).steps == 5
    monkeypatch.chdir("/")
    (result,) = run(Inputs(resume="half", estimate=True))
    monkeypatch.chdir(file.parent)
    (same,) = run(dataclasses.replace(inputs, estimate=True, name=None))
    assert result.finished == "estimate" and result.estimate.steps == same.estimate.steps == 30
    with pytest.raises(InputError, match="nowhere"):
        run(Inputs(resume="nowhere", estimate=True))


def test_an_estimate_tells_what_it_would_take_and_keeps_nothing(base, file):
    (result,) = run(Inputs(str(file), steps=50, model=base, estimate=True))
    assert result.finished == "estimate" and result.succeeded and result.loss_after is None
    expected = result.estimate
    assert 0 < expected.seconds_low < expected.seconds_high and expected.steps == 50
    assert expected.tokens == 50 * 8 * 128 and expected.passes == pytest.approx(
        expected.tokens / result.training_tokens
    )
    assert any("Repetitive" in warning for warning in expected.warnings)
    assert not paths.runs().exists() and not paths.user_models().exists()
    assert "It would take" in words("finetune", result)[0]


def test_an_adapter_is_kept_beside_the_name_of_its_base_and_opens_like_any_model(base, file):
    result = run(Inputs(str(file), steps=12, model=base, method="lora", lora_rank=2, lora_targets=("q", "up")))[-1]
    assert result.succeeded and result.estimate.trained == 2 * (2 * (16 + 16) + 2 * (16 + 32))
    kept = {path.name for path in registry.find("my-cats").directory.iterdir()}
    assert kept == {"adapter_config.json", "adapter_model.safetensors", "tokenizer.json"}
    made = experiments.result_of("generate", experiments.load("generate").Inputs("the", tokens=4, model="my-cats"))
    assert made.model == "my-cats"


def test_a_tuned_adapter_is_exported_merged_or_alone(base, file, tmp_path):
    from tutor.engine import own_models
    from tutor.engine.checkpoint import load_decoder

    run(Inputs(str(file), steps=2, model=base, method="lora", name="small"))
    entry = registry.find("small")
    merged = {path.name for path in own_models.export(entry, tmp_path / "merged")}
    assert merged == {"config.json", "model.safetensors", "tokenizer.json"}
    alone = {path.name for path in own_models.export(entry, tmp_path / "alone", adapter=True)}
    assert alone == {"adapter_config.json", "adapter_model.safetensors", "tokenizer.json"}
    whole, ours = load_decoder(tmp_path / "merged").state_dict(), load_decoder(entry.directory).state_dict()
    assert all(whole[name].equal(ours[name]) for name in whole)
    with pytest.raises(InputError, match="not an adapter"):
        own_models.export(registry.find(base), tmp_path / "none", adapter=True)


def test_prompts_are_completed_and_the_loss_is_that_of_the_completions(base, pairs):
    result = run(Inputs(str(pairs), steps=24, model=base, learning_rate=1e-2))[-1]
    assert (result.task, result.method) == ("prompt", "full") and result.succeeded
    assert result.held_out_tokens == 2 * 6, "'s', 'a', 't', two words and the end, of two held-out rows"
    assert result.prompt == "the cat a\n"
    assert (registry.find("pairs").directory / "prompt_template.json").is_file()


@pytest.mark.parametrize("method", ["auto", "full"])
def test_labels_are_told_apart_and_the_classifier_is_found_by_name(base, labels, method):
    from tutor.engine import classifier

    result = run(Inputs(str(labels), steps=6, model=base, method=method))[-1]
    assert result.task == "classify" and result.method == ("head" if method == "auto" else "full")
    assert result.steps <= 6, "as many as were asked for, also of a head, which would take more"
    assert result.scores_before.macro_f1 < 0.5 < result.scores_after.macro_f1 and result.succeeded
    assert sum(label.support for label in result.scores_after.labels) == result.held_out_tokens
    assert "Macro-F1" in words("finetune", result)[0]
    assert list(classifier.load(classifier.find("labels"), "cpu").labels) == ["it", "was"]


def test_only_the_output_layer_moves_with_the_head(base, file):
    from tutor.engine.checkpoint import load_decoder

    run(Inputs(str(file), steps=3, model=base, method="head"))
    before = load_decoder(registry.find(base).directory).state_dict()
    after = load_decoder(registry.find("my-cats").directory).state_dict()
    assert {name for name in before if not before[name].equal(after[name])} == {"lm_head.weight"}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "it is empty"),
        (b"short", "too few"),
        (bytes(range(256)) * 9, "binary"),
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
    assert not paths.user_models().exists() and not run_folder.names(), "the name is free for the next try"


def test_a_file_or_a_run_has_to_be_named(base):
    with pytest.raises(UsageError, match="FILE is missing"):
        run(Inputs(model=base))
    with pytest.raises(InputError, match="no fine-tuning run"):
        run(Inputs(resume="nothing"))


def test_picture_and_words_say_whether_it_helped(base, file):
    result = run(Inputs(str(file), steps=12, model=base))[-1]
    sentences = words("finetune", result)
    assert f"{result.loss_before:.3f} to {result.loss_after:.3f} nats per token" in sentences[0]
    assert "--model my-cats" in sentences[1]
    drawn = export(picture("finetune", result), ".txt", "run")
    assert "held-out loss" in drawn and "before" in drawn and "after 12 steps" in drawn


def test_the_step_whose_weights_are_kept_is_named_where_the_loss_rose_after_it(base, file):
    """The curve ends at 3.0, the model does not: without a word of it the two numbers contradict each other."""
    result = run(Inputs(str(file), steps=2, model=base))[-1]
    (update, *_) = result.curve
    course = tuple(dataclasses.replace(update, step=step, held_out_loss=loss) for step, loss in ((6, 2.5), (12, 3.0)))
    said = words("finetune", dataclasses.replace(result, curve=course, loss_after=2.5))
    assert (
        "The weights that are kept are those of step 6: the held-out loss was 2.500 there, and 3.000 at the end."
        in said
    )
    fell = words("finetune", dataclasses.replace(result, curve=course[:1], loss_after=2.5))
    assert not any("weights that are kept" in sentence for sentence in fell)


@pytest.mark.parametrize(
    ("kept", "says"),
    [({"inputs": {"gone": 1}, "file": "x"}, "by another version"), ({}, "not the beginning of a run")],
)
def test_a_run_that_nobody_can_go_on_with_is_told_in_one_line(kept, says):
    write_json(paths.runs() / "old" / "run.json", {"kind": "finetune", **kept})
    with pytest.raises(InputError, match=says):
        run(Inputs(resume="old"))
