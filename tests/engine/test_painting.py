"""Painter and matcher: what they read and draw, that training teaches them, and how well the bundled ones do."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from torch import nn

from tutor.engine import (
    captions,
    digits,
    loading,
    loading_matcher,
    matcher,
    matcher_task,
    painter_task,
    painting,
    pretraining,
)
from tutor.engine import recipe as recipes
from tutor.engine.checkpoint import load_decoder
from tutor.engine.matcher import Matcher, MatcherConfig
from tutor.engine.sampling import SamplingOptions
from tutor.errors import InputError

MODELS = Path(__file__).parents[2] / "models"
TOKENS = painting.PaintersTokens(painting.new_tokenizer())
SEVEN = np.arange(64).reshape(8, 8) % 17


def test_a_picture_is_72_tokens_in_reading_order():
    text = [TOKENS.tokenizer.id_to_token(id) for id in TOKENS.picture(SEVEN)]
    assert text[:10] == ["row1", "p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "row2"]
    assert len(text) == 72 and text[-1] == "p12"  # 63 mod 17


def test_a_batch_learns_what_is_not_given():
    digit = digits.Digits(SEVEN[None], np.array([8]))
    batch = painter_task.batches(digit, TOKENS, rows=3, seed=0)(5)
    again = painter_task.batches(digit, TOKENS, rows=3, seed=0)(5)
    assert all(torch.equal(one, other) for one, other in zip(batch, again, strict=True))
    learned = batch.captioning_targets[0][batch.captioning_targets[0] >= 0].tolist()
    assert [TOKENS.tokenizer.id_to_token(id) for id in learned] == ["an", "eight", captions.END]
    for ids, targets in zip(batch.drawing.tolist(), batch.drawing_targets.tolist(), strict=True):
        learned = [target for target in targets if target >= 0]
        assert len(learned) == 73 and learned[0] == TOKENS.rows[0] and learned[-1] == TOKENS.end
        first = targets.index(learned[0])
        assert ids[first + 1] == learned[0]  # the target is what comes next


class Stripes(nn.Module):
    """A decoder that expects ink after paper and paper after ink, whatever it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.anchor = nn.Parameter(torch.zeros(1))

    def forward(self, ids, *, cache):
        cache.advance(ids.shape[1])
        logits = torch.full((*ids.shape, TOKENS.tokenizer.get_vocab_size()), 0.0)
        next_level = torch.where(ids[:, -1] == TOKENS.pixels[16], TOKENS.pixels[0], TOKENS.pixels[16])
        logits[torch.arange(len(ids)), -1, next_level] = 50.0
        logits[..., TOKENS.end] = 100.0  # never drawn: it is no grey
        return logits


def test_drawing_takes_greys_only_and_tells_how_open_each_was():
    drawn = painting.draw(Stripes(), TOKENS, ("a", "7"), SamplingOptions(1.0), seed=0, count=2)
    assert drawn.pictures.shape == (2, 8, 8)
    assert drawn.pictures[1].tolist() == [[16, 0] * 4] * 8  # a row's token is no ink, so each begins with ink
    assert drawn.entropies.max() < 1e-6 and drawn.surprises.max() < 1e-6
    flat = painting.draw(Stripes(), TOKENS, ("a", "7"), SamplingOptions(100.0), seed=0)
    assert flat.entropies == pytest.approx(math.log2(17), abs=0.1)


def test_a_model_without_pixels_is_no_painter():
    with pytest.raises(InputError, match="no tokens for pixels"):
        painting.PaintersTokens(captions.word_tokenizer(), "plain")


def follow(name, folder, tokens, *changes):
    """The bundled model's recipe, followed as `tutor pretrain` does it, and the model saved in `folder`."""
    recipe = recipes.read(MODELS / name / "recipe.toml", changes)
    pretraining.prepare(recipe, folder, folder)
    task = pretraining.task_of(recipe, folder, tokens)
    losses = [progress.loss for progress in pretraining.follow(task, folder)]
    pretraining.save(recipe, task, folder)
    return losses


def test_a_painter_is_trained_and_opens_as_a_decoder(tmp_path):
    smaller = ("hidden_size=32", "intermediate_size=64", "num_hidden_layers=1")
    losses = follow("painter", tmp_path, 6 * 8 * 78, *(f"architecture.{c}" for c in smaller), "stage.0.rows=8")
    assert len(losses) == 6 and losses[-1] < losses[0] - 0.1
    model = load_decoder(tmp_path)
    tokens = painting.PaintersTokens(Tokenizer.from_file(str(tmp_path / "tokenizer.json")))
    first, second = (painting.draw(model, tokens, ("a", "one"), SamplingOptions(1.0), seed=3) for _ in range(2))
    assert (first.pictures == second.pictures).all() and 0 <= first.pictures.min() <= first.pictures.max() <= 16
    reading = painting.read(model, tokens, SEVEN)
    assert reading.probabilities.sum() == pytest.approx(1) and 0 < reading.share <= 1


def test_a_matcher_is_trained_saved_and_opened(tmp_path):
    losses = follow("matcher", tmp_path, 8 * 120)
    assert len(losses) == 8 and losses[-1] < losses[0]
    loaded = loading_matcher.load(str(tmp_path))
    ids = [loaded.token_ids(text) for text in ("a seven", "the digit 3", "one")]
    found = matcher.match(loaded.model, SEVEN, ids)
    assert sum(found.probabilities) == pytest.approx(1) and all(-1 <= c <= 1 for c in found.similarities)
    odds = math.exp(found.scale * (found.similarities[0] - found.similarities[1]))
    assert found.probabilities[0] / found.probabilities[1] == pytest.approx(odds, rel=1e-4)


def test_the_contrastive_loss_is_that_of_the_paper():
    logits = torch.randn(3, 4, 4, generator=torch.Generator().manual_seed(0)).double()
    rows = np.log(np.exp(logits.numpy()).sum(2)) - np.diagonal(logits.numpy(), axis1=1, axis2=2)
    columns = np.log(np.exp(logits.numpy()).sum(1)) - np.diagonal(logits.numpy(), axis1=1, axis2=2)
    assert float(matcher_task.contrastive(logits)) == pytest.approx((rows.mean() + columns.mean()) / 2)


def test_padding_changes_no_caption():
    torch.manual_seed(0)
    model = Matcher(MatcherConfig(vocab_size=40)).eval()
    alone = model.captions(*matcher.padded([[5, 6]]))
    beside = model.captions(*matcher.padded([[5, 6], [7, 8, 9, 10, 11]]))
    assert torch.allclose(alone[0], beside[0], atol=1e-6)
    assert beside.detach().norm(dim=-1).tolist() == pytest.approx([1.0, 1.0])


@pytest.mark.parametrize("change", [{"hidden_size": 0}, {"hidden_size": "x"}, {"num_attention_heads": 7}])
def test_sizes_that_make_no_sense_are_refused(change):
    with pytest.raises(InputError):
        MatcherConfig.from_dict({"model_type": "tutor-matcher", "vocab_size": 40, **change})


def test_another_kind_of_model_is_no_matcher():
    with pytest.raises(InputError, match="not a matcher"):
        loading_matcher.load("painter")


def test_the_bundled_painter_keeps_what_its_card_says():
    loaded = loading.decoder("painter", "cpu")
    assert sum(p.numel() for p in loaded.model.parameters()) < 1_000_000
    tokens = painting.PaintersTokens(loaded.tokenizer)
    training, held_out = digits.load()
    some = digits.Digits(held_out.pictures[::8], held_out.labels[::8])
    assert painter_task.captions_right(loaded.model, some, tokens) >= 0.9
    assert judged(loaded.model, tokens, training, count=4) >= 0.8


def judged(model, tokens, training, count):
    """The share of drawings, `count` of each digit, that a nearest-neighbour vote takes for what was asked for."""
    from sklearn.neighbors import KNeighborsClassifier

    judge = KNeighborsClassifier(3).fit(training.pictures.reshape(-1, 64), training.labels)
    right = 0
    for digit in range(10):
        words = captions.words_of(captions.wordings(digit)[0])
        drawn = painting.draw(model, tokens, words, SamplingOptions(0.8), seed=digit, count=count)
        right += int((judge.predict(drawn.pictures.reshape(-1, 64)) == digit).sum())
    return right / (10 * count)


def test_the_bundled_matcher_keeps_what_its_card_says():
    loaded = loading_matcher.load("matcher")
    assert sum(p.numel() for p in loaded.model.parameters()) < 500_000
    assert matcher_task.share_right(loaded.model, digits.load()[1], loaded.tokenizer) >= 0.9
