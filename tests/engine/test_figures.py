"""The figures of a card: measured, written, measured again; what people wrote in the card stays."""

from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from tests.recipes import DECODER, GAP_FILLER, TRANSLATOR, write_data
from tutor import paths
from tutor.cli import models
from tutor.engine import figures, ngram, pretraining, registry, training_state
from tutor.engine import recipe as recipes
from tutor.engine.checkpoint import load_decoder, save_decoder
from tutor.engine.checkpoint_kinds import load_encoder
from tutor.engine.figures import Figure, card, decoders, measuring, naming, translators
from tutor.errors import InputError

CARD = """# tiny

For tests.

<!-- training -->
<!-- /training -->

Measured on held-out text:

<!-- figures -->
yesterday's
<!-- /figures -->

## Known failings
All.
"""


@pytest.fixture(autouse=True)
def shorter(monkeypatch):
    """Fewer samples and stories than a card has."""
    monkeypatch.setattr(decoders, "OPENINGS", decoders.OPENINGS[:4])
    monkeypatch.setattr(decoders, "FRESH", 12)
    monkeypatch.setattr(naming, "STORIES", 5)
    monkeypatch.setattr(translators, "SENTENCES", translators.SENTENCES[:2])


def trained(folder, text):
    """A folder with a model that has learned for a few steps by the recipe, which lies beside it with its data."""
    write_data(folder.parent)
    folder.mkdir()
    (folder / "recipe.toml").write_text(text, encoding="utf-8")
    (folder / "README.md").write_text(CARD, encoding="utf-8")
    recipe, run = recipes.read(folder / "recipe.toml"), folder.parent / "run"
    pretraining.prepare(recipe, folder.parent, run)
    task = pretraining.task_of(recipe, run, 1000)
    list(pretraining.follow(task, run))
    pretraining.export(run, folder)
    return folder


def test_what_is_exported_are_the_weights_of_the_checkpoint_in_half_precision(tmp_path):
    folder = trained(tmp_path / "tiny", GAP_FILLER)
    task = pretraining.task_of(recipes.read(folder / "recipe.toml"), tmp_path / "run")
    training_state.load(tmp_path / "run" / pretraining.CHECKPOINT, task.model, [])
    kept = load_encoder(folder).state_dict()
    for name, tensor in task.model.state_dict().items():
        assert torch.equal(kept[name], tensor.half().to(kept[name].dtype)), name
    with pytest.raises(InputError, match="no checkpoint"):
        pretraining.export(tmp_path, folder)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            DECODER,
            {"bits per byte on held-out story", "induction score of the best head", "repeated 8-grams per sample"},
        ),
        (TRANSLATOR, {"chrF, es, 12 held-out sentences of up to 12 words", "samples that come out again, of 4"}),
        (GAP_FILLER, {"share of hidden words right, held-out story, the most frequent words"}),
    ],
)
def test_every_kind_is_measured_twice_alike_and_its_card_is_filled(tmp_path, text, wanted):
    folder = trained(tmp_path / "tiny", text)
    made = card.make(folder, work=tmp_path / "run")
    names = [figure.name for figure in made.figures]
    assert wanted <= set(names) and len(set(names)) == len(names)
    assert all(math.isfinite(figure.value) for figure in made.figures)
    assert figures.read(folder) == made
    again = list(measuring.measure(folder, made.samples, data=tmp_path))
    assert {figure.name for figure in again} == set(names)
    assert figures.differences(made.figures, again) == []
    written = (folder / "README.md").read_text(encoding="utf-8")
    assert written.startswith("# tiny\n\nFor tests.\n") and "Measured on held-out text:" in written
    assert "yesterday's" not in written and "## Known failings\nAll.\n" in written
    assert written.count("<!-- samples -->") == 1 and written.count("````text") == 3
    assert registry.check(registry.Entry("tiny", folder, registry.kind_of(folder), "bundled")) == []


def test_quick_figures_only_leave_the_others_as_they_were(tmp_path):
    folder = trained(tmp_path / "tiny", DECODER)
    (tmp_path / "log.jsonl").write_text('{"t": 60, "tokens": 1000, "held": 5.0}\n', encoding="utf-8")
    whole = card.make(folder, data=tmp_path, logs=[tmp_path / "log.jsonl"])
    assert "| took | 1 minutes on" in (folder / "README.md").read_text(encoding="utf-8")
    assert card.make(folder) == dataclasses.replace(whole, training=json.loads(json.dumps(whole.training)))
    with pytest.raises(InputError, match="--data"):
        card.make(folder, work=tmp_path / "nowhere")


def test_check_says_which_figure_no_longer_comes_out(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "bundled_models", lambda: tmp_path / "shelf")
    (tmp_path / "shelf").mkdir()
    folder = trained(tmp_path / "shelf" / "tiny", DECODER)
    card.make(folder, data=tmp_path / "shelf")
    result = CliRunner().invoke(models.command, ["check", "tiny"])
    assert result.exit_code == 0 and "as it should be; " in result.output and ", not measured: " in result.output
    assert "figures" not in CliRunner().invoke(models.command, ["check", "tiny", "--files"]).output
    model = load_decoder(folder)
    with torch.no_grad():
        model.lm_head.weight.add_(torch.randn(model.lm_head.weight.shape, generator=torch.Generator().manual_seed(0)))
    save_decoder(model, folder, torch.float16)
    registry.write_sums(folder)
    result = CliRunner().invoke(models.command, ["check", "tiny", "--json"])
    (found,) = json.loads(result.output)["models"]
    assert result.exit_code == 1 and any("loss of its samples" in problem for problem in found["problems"])


def test_a_difference_is_one_beyond_the_tolerance():
    kept = [Figure("a", 1.0, 0.1), Figure("b", 2.0, 0.1), Figure("c", 3.0, 0.1), Figure("d", 4.0, 0.1)]
    again = [Figure("a", 1.09, 0), Figure("b", 2.2, 0), Figure("c", float("nan"), 0)]
    assert [text.split()[0] for text in figures.differences(kept, again)] == ["b", "c"]


@given(st.lists(st.integers(0, 4), min_size=4, max_size=60), st.lists(st.integers(0, 4), min_size=2, max_size=2))
def test_what_may_follow_two_tokens_sums_to_one(tokens, context):
    model = ngram.Trigram(np.array(tokens), 5)
    probabilities = [math.exp(-model.losses(np.array([*context, token]))[0]) for token in range(5)]
    assert sum(probabilities) == pytest.approx(1)


def test_a_trigram_worked_out_by_hand():
    """In 0 1 0 1 2: after 0 1 came 0 and 2, once each; after 1 the same; and three kinds of tokens in five."""
    unigram = (1 + 3 / 4) / (5 + 3)  # of 2, in a vocabulary of four
    bigram = (1 + 2 * unigram) / (2 + 2)
    trigram = (1 + 2 * bigram) / (2 + 2)
    assert ngram.Trigram(np.array([0, 1, 0, 1, 2]), 4).losses(np.array([0, 1, 2]))[0] == pytest.approx(
        -math.log(trigram)
    )


def test_repeated_runs_are_counted_beyond_the_first():
    assert decoders.repeated_runs("one two three four", 2) == 0
    assert decoders.repeated_runs("a b a b a b", 2) == 3  # "a b" three times, "b a" twice


def test_the_time_of_a_run_with_breaks_and_of_reports(tmp_path):
    lines = [(10, 100, None), (20, 200, 5.0), (5, 300, None), (9, 400, 4.0)]  # it was begun again after 20 seconds
    text = "".join(json.dumps({"t": t, "tokens": n, "held": held}) + "\n" for t, n, held in lines)
    (tmp_path / "log").write_text(text, encoding="utf-8")
    curve = [{"tokens": 0, "held_out_loss": 6.0}, {"tokens": 500, "held_out_loss": 3.0}]
    report = {"result": {"tokens": 500, "seconds": 7.0, "curve": curve}}
    (tmp_path / "report.json").write_text(json.dumps(report, indent=1), encoding="utf-8")
    found = card.history([tmp_path / "log", tmp_path / "report.json"])
    assert (found["tokens"], found["seconds"]) == (500, 36)
    assert found["curve"] == [(0, 6.0), (200, 5.0), (400, 4.0), (500, 3.0)]
    (tmp_path / "log").write_text("no log\n")
    with pytest.raises(InputError, match="not a run's log"):
        card.history([tmp_path / "log"])
