"""Text from a decoder: whole characters, reasons to end, cache and seeds."""

from __future__ import annotations

import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from tests.fakes import KnownDecoder, tiny_config, tokenizer_json
from tutor.engine.decoder import Decoder
from tutor.engine.generation import generate
from tutor.engine.sampling import SamplingOptions

TOKENIZER = Tokenizer.from_str(tokenizer_json())
GREEDY = SamplingOptions(temperature=0)


def chain(*texts: str, end: bool = True, context: int = 64) -> tuple[KnownDecoder, list[int]]:
    """A decoder that says these texts token by token (no token twice), and the first token as its prompt."""
    ids = [i for text in texts for i in TOKENIZER.encode(text).ids]
    assert len(set(ids)) == len(ids)
    table = torch.zeros(TOKENIZER.get_vocab_size(), TOKENIZER.get_vocab_size())
    for before, after in itertools.pairwise([*ids, 0] if end else ids):
        table[before, after] = 9.0
    return KnownDecoder(table, context=context), ids[:1]


def run(model, ids, tokens=40, options=GREEDY, seed=0, **more):
    return list(generate(model, TOKENIZER, ids, tokens=tokens, options=options, seed=seed, **more))


def test_it_says_what_the_table_says_and_ends():
    model, prompt = chain("The", " cat", " sat", " on", " it")
    steps = run(model, prompt)
    assert [step.text for step in steps] == [" cat", " sat", " on", " it", ""]
    assert [step.index for step in steps] == [0, 1, 2, 3, 4]
    assert [step.finished for step in steps] == ["", "", "", "", "end"]
    assert steps[-1].id == 0


def test_a_character_is_never_split():
    """ñ, € and a face are 2, 3 and 4 bytes, each byte a token of its own here."""
    model, prompt = chain("The", "ñ€😀")
    steps = run(model, prompt)
    assert [step.text for step in steps] == ["", "ñ", "", "", "€", "", "", "", "😀", ""]


def test_an_unfinished_character_is_shown_as_such_at_the_end():
    model, prompt = chain("The", " cat", "€")
    steps = run(model, prompt, tokens=3)
    assert [step.text for step in steps] == [" cat", "", "\ufffd"]
    assert steps[-1].finished == "budget"


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000))
def test_pieces_put_together_are_the_whole_text(seed):
    """A random model says mostly broken bytes; pieces must still add up, and a whole character never be cut."""
    torch.manual_seed(seed)
    table = torch.randn(TOKENIZER.get_vocab_size(), TOKENIZER.get_vocab_size())
    table[:, 0] = -9
    prompt = TOKENIZER.encode("The cat").ids
    steps = run(KnownDecoder(table), prompt, tokens=30, options=SamplingOptions(temperature=1), seed=seed)
    whole = TOKENIZER.decode(prompt + [step.id for step in steps])
    assert "The cat" + "".join(step.text for step in steps) == whole


def test_a_stop_string_ends_even_across_tokens():
    model, prompt = chain("The", " cat", " sat", " on", " it")
    steps = run(model, prompt, stop=["t s", "never"])
    assert [step.text for step in steps] == [" cat", " sat"]
    assert steps[-1].finished == "stop"


def test_a_stop_string_may_begin_inside_a_token_and_stays_in_the_text():
    model, prompt = chain("The", " cat", " sat", " on", " it")
    steps = run(model, prompt, stop=["at sat"])
    assert "".join(step.text for step in steps) == " cat sat"
    assert steps[-1].finished == "stop"
    assert run(model, prompt, stop=[""])[-1].finished == "end"  # nothing at all stops nothing


def test_the_prompt_is_no_stop():
    model, prompt = chain("The", " cat", " sat")
    assert run(model, prompt, stop=["The"])[-1].finished == "end"


def test_the_context_ends_it():
    model, prompt = chain("The", " cat", " sat", " on", " it", end=False, context=4)
    steps = run(model, prompt)
    assert [step.text for step in steps] == [" cat", " sat", " on"]
    assert steps[-1].finished == "context"


def test_it_can_be_cancelled():
    model, prompt = chain("The", " cat", " sat", " on", " it")
    answers = iter([False, True])
    steps = run(model, prompt, cancelled=lambda: next(answers))
    assert [step.finished for step in steps] == ["", "cancelled"]


def test_no_budget_gives_nothing():
    model, prompt = chain("The", " cat")
    assert run(model, prompt, tokens=0) == []


@pytest.mark.parametrize("length", [0, 64, 65])
def test_a_prompt_that_leaves_no_room_is_refused(length):
    model, _ = chain("The", " cat")
    with pytest.raises(ValueError, match=f"a prompt of {length} tokens"):
        run(model, [5] * length)


def test_candidates_are_sorted_and_filtered():
    model, prompt = chain("The", " cat")
    (step, *_) = run(model, prompt, options=SamplingOptions(temperature=0.5, top_k=1), candidates=3)
    assert len(step.candidates_before) == 3
    first = step.candidates_before[0]
    assert (first.text, first.id) == (" cat", step.id)
    assert first.logit == pytest.approx(9.0)
    others = TOKENIZER.get_vocab_size() - 1
    assert first.probability == pytest.approx(torch.tensor([9.0] + [0.0] * others).softmax(0)[0].item())
    assert [c.probability for c in step.candidates_before] == sorted(
        (c.probability for c in step.candidates_before), reverse=True
    )
    assert [(c.id, c.probability) for c in step.candidates_after] == [(step.id, 1.0)]
    assert step.probability == 1.0


@pytest.fixture(scope="module")
def decoder() -> Decoder:
    torch.manual_seed(3)
    model = Decoder(tiny_config()).eval()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.4)
    return model


def test_the_cache_gives_the_text_of_recomputing(decoder):
    ids = TOKENIZER.encode("The cat sat").ids
    steps = run(decoder, ids, tokens=30)
    for step in steps:
        with torch.no_grad():
            assert int(decoder(torch.tensor([ids]))[0, -1].argmax()) == step.id
        ids = [*ids, step.id]


def test_a_seed_is_a_text(decoder):
    ids, options = TOKENIZER.encode("The cat").ids, SamplingOptions(temperature=1.5)
    texts = [[step.id for step in run(decoder, ids, options=options, seed=seed)] for seed in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]


def test_a_penalty_keeps_it_from_repeating():
    table = torch.zeros(TOKENIZER.get_vocab_size(), TOKENIZER.get_vocab_size())
    table[:, 7], table[:, 8] = 2.0, 1.5
    options = SamplingOptions(temperature=0, repetition_penalty=2.0)
    assert [step.id for step in run(KnownDecoder(table), [5], tokens=3, options=options)] == [7, 8, 7]
