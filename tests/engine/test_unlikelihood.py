"""What a text says once too often, and that a model which does so unlearns it."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tutor.engine import loading, stories, unlikelihood
from tutor.engine.config import DecoderConfig
from tutor.engine.corpus import write_tokens
from tutor.engine.decoder import Decoder
from tutor.engine.figures import repeating
from tutor.engine.overused import overused, rate
from tutor.engine.unlikelihood import TEMPERATURE, WEIGHT, Unlikelihood


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The dog talked to the dog.", ["dog"]),
        ("He liked the horses, the horse and the cow.", ["horse"]),
        ("A smart and smart cat saw Tom. Tom ran.", ["smart"]),
        ("Tom's dog bit Tom.", ["Tom"]),
        ("She said that she would, and she did. The end of the day.", []),
        ("He ran to the old mill. Then we ran to the old barn.", ["old"]),
        ('"Look, Mia!" said Mia.', ["Mia"]),
        ('"Look, Mia!" said Tom.', []),
        ("", []),
    ],
)
def test_known_texts(text, words):
    """A word in its sentence again, four words in a row again ("ran to the old"), a speaker who calls herself."""
    assert [text[a:b] for a, b in overused(text)] == words


def test_four_words_that_come_again_far_away_are_no_repetition():
    between = " ".join(f"{letter}{other}." for letter in "abcdefg" for other in "hijklm")
    assert not overused(f"We went to see them. {between} We went to see him.")
    assert overused("We went to see them. Oh. We went to see him.")


@given(st.text(alphabet="abc AB.,\"'\n!", max_size=80), st.integers(0, 80))
def test_words_are_found_in_their_order_and_from_the_start_on(text, start):
    found = overused(text, start)
    assert found == sorted(set(found)) == [span for span in overused(text) if span[0] >= start]
    assert all(text[a:b].replace("'", "").isalpha() for a, b in found)


def test_the_rate_counts_words_in_a_hundred():
    assert rate(["The dog saw the dog.", "We ran."], [0, 0]) == pytest.approx(100 / 7)
    assert rate(["The dog saw the dog."], [4]) == pytest.approx(100 / 4) and rate([""], [0]) == 0


@pytest.fixture
def tokenizer():
    return loading.decoder("storyteller", "cpu").tokenizer


@pytest.fixture
def model(tokenizer):
    torch.manual_seed(1)
    sizes = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 1, "num_attention_heads": 2}
    return Decoder(DecoderConfig(vocab_size=tokenizer.get_vocab_size(), max_position_embeddings=64, **sizes))


def chances(model, ids):
    """At the temperature that counts, of each token but the first, given those before it: a plain softmax."""
    scores = model(ids[:, :-1]).double() / TEMPERATURE
    return (scores.exp() / scores.exp().sum(-1, keepdim=True)).gather(-1, ids[:, 1:, None])[..., 0]


def test_the_term_is_that_of_the_words_said_too_often_and_they_get_rarer(tokenizer, model, monkeypatch):
    ids = torch.tensor([tokenizer.encode("The dog saw the dog. We ran.", add_special_tokens=False).ids])
    place = 4
    assert tokenizer.decode([ids[0, place].item()]) == " dog" and ids.shape[1] == 9
    monkeypatch.setattr(unlikelihood, "written", lambda model, start, tokens: ids)
    before = chances(model, ids)[0]
    usual = 14.0  # less than one of these seven words: the weight is a part of the whole one
    term, found = Unlikelihood(tokenizer, usual).unlearn(model, ids[:, :2])
    assert found == pytest.approx(100 / 5)  # five words are the model's own
    assert term == pytest.approx(-torch.log1p(-before[place - 1]).item() / 7, rel=1e-4)
    gradient = model.lm_head.weight.grad.clone()
    model.zero_grad()
    (-torch.log1p(-chances(model, ids)[0, place - 1]) / 7 * WEIGHT).backward()
    torch.testing.assert_close(gradient, model.lm_head.weight.grad, rtol=1e-3, atol=1e-7)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter -= 0.1 * parameter.grad
    assert chances(model, ids)[0, place - 1] < before[place - 1]


def test_nothing_is_unlearned_where_the_model_repeats_itself_no_more_than_the_text(tokenizer, model, monkeypatch):
    ids = torch.tensor([tokenizer.encode("The dog saw the dog.", add_special_tokens=False).ids])
    monkeypatch.setattr(unlikelihood, "written", lambda model, start, tokens: ids)
    assert Unlikelihood(tokenizer, usual=50.0).unlearn(model, ids[:, :1])[0] == 0
    assert all(parameter.grad is None for parameter in model.parameters())


def test_beginnings_are_those_of_documents_and_each_step_has_its_own(tokenizer, tmp_path):
    told = [story for story, _ in zip(stories.documents(3, 30), range(30), strict=False)]
    source = write_tokens(told, tokenizer, tmp_path / "told.bin")
    first = unlikelihood.beginnings(source, 1, 5)
    assert torch.equal(first, unlikelihood.beginnings(source, 1, 5))
    assert any(not torch.equal(first, unlikelihood.beginnings(source, 1, step)) for step in (6, 7))
    assert all(any(story.startswith(text) for story in told) for text in map(tokenizer.decode, first.tolist()))
    assert 0 < unlikelihood.usual_rate(source, tokenizer) < 20


def test_documents_that_are_long_enough(tokenizer, tmp_path):
    """By hand: "We ran." has three tokens."""
    source = write_tokens(["We ran.", "The dog saw the dog."], tokenizer, tmp_path / "told.bin")
    assert [len(unlikelihood.long_enough(source, length)) for length in (1, 3, 4, 6, 7)] == [2, 2, 1, 1, 0]


def test_what_is_written_goes_on_from_its_start(model):
    start = torch.randint(5, 4000, (3, 4), generator=torch.Generator().manual_seed(2))
    torch.manual_seed(7)
    ids = unlikelihood.written(model, start, 6)
    torch.manual_seed(7)
    assert ids.shape == (3, 10) and torch.equal(ids[:, :4], start)
    assert torch.equal(ids, unlikelihood.written(model, start, 6))


def test_the_figure_counts_what_was_written_up_to_its_end(tokenizer, monkeypatch):
    """ "dog" again is one of the five words behind the opening; what comes after the end is another text."""
    loaded = loading.decoder("storyteller", "cpu")
    ids = tokenizer.encode("The dog saw the dog. We ran.", add_special_tokens=False).ids
    row = torch.tensor([[*ids, min(loaded.model.config.end_ids), *ids]])
    monkeypatch.setattr(unlikelihood, "written", lambda model, start, tokens, random: row)
    (figure,) = repeating.figures(loaded, ["The dog"])
    assert figure.value == pytest.approx(100 / 5) and "1 texts from 1 openings" in figure.name
