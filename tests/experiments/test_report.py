"""`tutor report` and `tutor timeline` on a run of a small random decoder, and the measures that they take."""

from __future__ import annotations

import json

import jsonschema
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.experiments.said import unsupported
from tests.fakes import checkpoint
from tutor import experiments
from tutor.engine import memorisation, movement
from tutor.errors import InputError, UsageError
from tutor.experiments import report, timeline
from tutor.experiments.finetune import Inputs
from tutor.experiments.frame import schema
from tutor.experiments.frame.record import document
from tutor.views import picture, words
from tutor.views.export import export


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """The state of a learner who has tuned a model until it recites, and made that one worse with an adapter."""
    folder = tmp_path_factory.mktemp("ran")
    text = folder / "cats.txt"
    text.write_text("the cat sat on it\nThe cat was hungry\n" * 60, encoding="utf-8")
    base = checkpoint(folder / "base", context=512)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TUTOR_STATE", str(folder / "state"))
        patch.setattr("tutor.engine.estimate.MEASURED_SECONDS", 0.02)
        inputs = Inputs(str(text), steps=24, model=str(base), name="full", method="full", learning_rate=2e-2)
        experiments.result_of("finetune", inputs)
        worse = Inputs(str(text), steps=4, model="full", name="lora", method="lora", learning_rate=0.1)
        experiments.result_of("finetune", worse)
    return folder / "state"


@pytest.fixture(autouse=True)
def there(ran, state, monkeypatch):
    monkeypatch.setenv("TUTOR_STATE", str(ran))


def held_against_itself(name, inputs, result):
    """The record fits its schema, and every number in its sentences follows from it."""
    given = json.loads(json.dumps(document(name, inputs, result)))
    jsonschema.Draft202012Validator(schema.schema(name)).validate(given)
    return given, words(name, result)


def test_a_report_proves_what_has_changed():
    inputs = report.Inputs("full", samples=2)
    result = report.run(inputs)
    given, said = held_against_itself("report", inputs, result)
    derived = (
        1 - result.perplexity_after / result.perplexity_before,
        result.loss_after - result.loss_before,
        result.forgetting.loss_after - result.forgetting.loss_before,
        0.95,
        *(100 * one.change for one in result.movements),
        *((size or 0) / 10**power for size in (result.bytes, result.bytes_estimated) for power in (6, 9)),
    )
    assert unsupported(given, said, derived) == []
    assert result.succeeded and "has learned from the file" in said[0]
    assert [pair.seed for pair in result.samples] == [0, 1]
    assert all(pair.before.startswith(result.prompt) and pair.before != pair.after for pair in result.samples)
    assert result.forgetting.rise_low > 0 and any("has forgotten" in sentence for sentence in said)
    assert result.recital.tokens > result.recital.tokens_before
    assert {one.matrix for one in result.movements} >= {"q", "down", "embedding", "norm 1"}
    assert all(one.change > 0 for one in result.movements if one.matrix == "q")
    for suffix in (".html", ".txt"):
        assert "how far the weights have moved" in export(picture("report", result), suffix, "report")


def test_a_run_that_changed_nothing_says_so_and_ends_with_status_1(tutor):
    got = tutor("report", "lora", "--plain", "--samples", "1")
    assert got.status == 1 and got.out.startswith("Nothing has got better")
    assert "on everyday English" in got.out


def test_a_run_that_is_not_there_is_said_in_one_line():
    with pytest.raises(InputError, match="choose one of: full, lora"):
        report.run(report.Inputs("no-such"))


def test_a_run_whose_model_was_removed_says_so_in_one_line(ran):
    (ran / "models" / "lora").rename(ran / "gone")
    with pytest.raises(InputError, match=r"its model has been removed.*run tutor finetune .* again") as refusal:
        report.run(report.Inputs("lora"))
    (ran / "gone").rename(ran / "models" / "lora")
    assert "\n" not in str(refusal.value)


def test_the_time_machine_shows_every_checkpoint():
    seen = {}
    for place in (0, 3, None):
        inputs = timeline.Inputs("full", "the cat", checkpoint=place, word="cat", layer=1, head=3, k=4)
        result = timeline.run(inputs)
        held_against_itself("timeline", inputs, result)
        seen[result.checkpoint] = result
    first, last = seen[0], seen[max(seen)]
    assert max(seen) == len(first.checkpoints) - 1 and first.checkpoints[0].step == 0
    assert last.checkpoints[-1].held_out_loss < first.checkpoints[0].held_out_loss
    assert last.candidates != first.candidates and last.sample != first.sample
    assert first.word == " cat" and first.neighbours != last.neighbours and len(first.neighbours) == 4
    assert np.allclose(last.pattern.sum(-1), 1) and not np.allclose(first.pattern, last.pattern)
    assert "Before training" in words("timeline", first)[0]
    assert "[0]" in export(picture("timeline", first), ".txt", "run")


def test_going_back_to_a_checkpoint_shows_the_same_again():
    ways = [timeline.run(timeline.Inputs("lora", "the", checkpoint=place)).candidates for place in (0, 2, 0)]
    assert ways[0] == ways[2]
    with pytest.raises(UsageError, match="give a number from 0 to"):
        timeline.run(timeline.Inputs("lora", checkpoint=99))
    with pytest.raises(InputError, match="there are 2"):
        timeline.run(timeline.Inputs("lora", layer=2))


tokens = st.lists(st.integers(0, 3), max_size=30)


@given(tokens, tokens)
def test_the_longest_stretch_is_the_one_that_trying_all_of_them_finds(written, training):
    stretches = [
        written[start:end]
        for start in range(len(written))
        for end in range(start + 1, len(written) + 1)
        if any(training[at : at + end - start] == written[start:end] for at in range(len(training)))
    ]
    found = memorisation.longest(written, np.array(training, dtype=np.uint32))
    assert found.length == max(map(len, stretches), default=0)
    same = written[found.start : found.start + found.length]
    assert training[found.place : found.place + found.length] == same


def test_a_matrix_that_doubled_has_moved_by_its_own_length():
    before = {"model.layers.1.self_attn.q_proj.weight": torch.ones(2, 2), "lm_head.weight": torch.ones(3)}
    after = {name: 2 * tensor for name, tensor in before.items()}
    moved = movement.movements(before, after)
    assert [(one.layer, one.matrix) for one in moved] == [(1, "q"), (-1, "output")]
    assert all(one.change == pytest.approx(1) for one in moved)
