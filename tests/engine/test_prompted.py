"""Prompts and completions: what is learned, against sums by hand; the file of both sides."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from tests.fakes import END, tiny_config, tokenizer_json
from tutor.engine import losses, prompt_file, prompted
from tutor.engine.decoder import Decoder
from tutor.engine.examples import PromptRow, Turn
from tutor.engine.losses import IGNORED
from tutor.engine.prompted import Conversation
from tutor.errors import InputError

TOKENIZER = Tokenizer.from_str(tokenizer_json())
ASKED = (Turn("user", "The cat"), Turn("assistant", "sat on it"))
TALK = (
    Turn("system", "Be brief."),
    Turn("user", "Where?"),
    Turn("assistant", "On it."),
    Turn("user", "Who?"),
    Turn("assistant", "The cat."),
)


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    made = Decoder(tiny_config())
    for parameter in made.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return made


def text_of(ids) -> str:
    return TOKENIZER.decode(list(ids), skip_special_tokens=False)


def learned_text(conversation: Conversation) -> str:
    return text_of(id for id, learned in zip(conversation.ids, conversation.is_learned, strict=True) if learned)


def test_a_prompt_is_read_and_a_completion_with_its_end_is_learned():
    conversation = prompted.encode(ASKED, TOKENIZER, prompted.plain(END))
    assert text_of(conversation.ids) == f"The cat\nsat on it{END}"
    assert learned_text(conversation) == f"sat on it{END}"
    assert conversation.ids[-1] == 0  # the end token, not its letters


def test_of_a_conversation_every_answer_is_learned():
    conversation = prompted.encode(TALK, TOKENIZER, prompted.chat(END))
    text = f"System: Be brief.\nUser: Where?\nAssistant:On it.{END}\nUser: Who?\nAssistant:The cat.{END}\n"
    assert text_of(conversation.ids) == text
    assert learned_text(conversation) == f"On it.{END}\nThe cat.{END}\n"


@pytest.mark.parametrize("template", [prompted.plain(END), prompted.chat(END), prompted.chatml()])
def test_what_is_asked_later_has_the_tokens_that_were_learned_from(template):
    conversation = prompted.encode(TALK, TOKENIZER, template)
    opening = prompted.opening(TALK[:-1], TOKENIZER, template)
    assert conversation.ids[: len(opening)] == opening
    assert all(conversation.is_learned[len(opening) :])
    assert text_of(opening) == template.opening(TALK[:-1])


def test_a_model_with_tokens_for_it_gets_chatml():
    assert prompted.template_for(TOKENIZER, frozenset({0}), is_chat=False) == prompted.plain(END)
    assert prompted.template_for(TOKENIZER, frozenset({0}), is_chat=True) == prompted.chat(END)
    assert prompted.template_for(TOKENIZER, frozenset(), is_chat=False) == prompted.plain("\n")
    other = Tokenizer.from_str(tokenizer_json())
    other.add_special_tokens(["<|im_start|>", "<|im_end|>"])
    assert prompted.template_for(other, frozenset({0}), is_chat=False).name == "chatml"


def test_a_template_is_kept_beside_the_model(tmp_path):
    assert prompted.read_template(tmp_path) is None
    for template in (prompted.plain(END), prompted.chatml()):
        prompted.save_template(template, tmp_path)
        assert prompted.read_template(tmp_path) == template
    for damaged in ("", "[]", '{"name": "x", "before": {}, "after": {}}', '{"name": 1, "before": 2, "after": 3}'):
        (tmp_path / prompted.TEMPLATE).write_text(damaged)
        with pytest.raises(InputError, match="not a template"):
            prompted.read_template(tmp_path)


CONVERSATIONS = [
    Conversation([3, 7, 2, 9, 4], [False, False, True, True, True]),
    Conversation([5, 6, 8], [False, True, True]),
]


def test_a_batch_is_padded_on_the_right_and_prompts_are_no_targets():
    ids, targets = prompted.side_by_side(CONVERSATIONS)
    assert ids.tolist() == [[3, 7, 2, 9], [5, 6, 0, 0]]
    assert targets.tolist() == [[IGNORED, 2, 9, 4], [6, 8, IGNORED, IGNORED]]


def by_hand(model: Decoder) -> float:
    """The mean of −ln p over the five learned tokens, each conversation read by itself and without padding."""
    total, count = 0.0, 0
    for ids, is_learned in CONVERSATIONS:
        with torch.no_grad():
            scores = model(torch.tensor([ids])).double()[0]
        for place in range(1, len(ids)):
            if is_learned[place]:
                row = scores[place - 1].tolist()
                highest = max(row)
                total += highest + math.log(sum(math.exp(s - highest) for s in row)) - row[ids[place]]
                count += 1
    return total / count


def test_the_loss_is_the_mean_over_the_completions(model):
    model.zero_grad()
    loss, read = prompted.learn(model, prompted.side_by_side(CONVERSATIONS))
    assert loss == pytest.approx(by_hand(model), rel=1e-5)
    assert read == 8
    found = prompted.completion_losses(model, CONVERSATIONS)
    assert [len(part) for part in found] == [3, 2]
    assert np.concatenate(found).mean() == pytest.approx(by_hand(model), rel=1e-5)


def test_targets_of_the_prompt_have_a_gradient_of_exactly_zero():
    torch.manual_seed(1)
    batch = prompted.side_by_side(CONVERSATIONS)
    table = torch.randn(30, 6, requires_grad=True)
    hidden = torch.randn(*batch.ids.shape, 6, requires_grad=True)
    losses.backward(hidden, batch.targets, lambda part: part @ table.T)
    is_learned = batch.targets != IGNORED
    assert (hidden.grad[~is_learned] == 0).all()  # the scores after a prompt's token, or after padding, say nothing
    assert (hidden.grad[is_learned].abs().sum(-1) > 0).all()


def test_what_follows_a_completion_does_not_change_the_gradient(model):
    def gradient(padding: int) -> torch.Tensor:
        model.zero_grad()
        ids, targets = prompted.side_by_side(CONVERSATIONS)
        ids = torch.nn.functional.pad(ids, (0, padding), value=11)
        prompted.learn(model, prompted.Batch(ids, torch.nn.functional.pad(targets, (0, padding), value=IGNORED)))
        return torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None])

    torch.testing.assert_close(gradient(0), gradient(5), rtol=1e-4, atol=1e-6)


def rows_of(count: int, different: int | None = None) -> list[PromptRow]:
    different = different or count
    return [
        PromptRow(i + 1, (Turn("user", f"Question {i % different}"), Turn("assistant", f"Answer {i}")))
        for i in range(count)
    ]


def written(folder, rows, context=64) -> prompt_file.PromptSides:
    prompt_file.write(rows, TOKENIZER, prompted.plain(END), context, folder, "file")
    return prompt_file.read(folder)


@given(st.integers(4, 90), st.integers(4, 30))
def test_both_sides_hold_all_and_no_prompt_is_on_both(tmp_path_factory, count, different):
    rows = rows_of(count, min(different, count))
    sides = written(tmp_path_factory.mktemp("prompts"), rows)
    assert sorted([*sides.training, *sides.held_out]) == list(range(count))
    prompts = [{rows[i].prompt for i in side} for side in (sides.training, sides.held_out)]
    assert prompts[0] and prompts[1] and not prompts[0] & prompts[1]
    for i in (0, count // 2, count - 1):
        assert sides.conversation(i) == prompted.encode(rows[i].turns, TOKENIZER, prompted.plain(END))


def test_too_few_prompts_and_too_long_ones_are_told(tmp_path):
    with pytest.raises(InputError, match=r"file: 3 different prompts are too few .*; give at least 4"):
        written(tmp_path, rows_of(9, different=3))
    rows = [*rows_of(5), PromptRow(6, (Turn("user", "word " * 90), Turn("assistant", "the cat")))]
    assert prompt_file.write(rows, TOKENIZER, prompted.plain(END), 40, tmp_path, "file") == 1
    cut = prompt_file.read(tmp_path).conversation(5)
    assert len(cut.ids) == 41 and learned_text(cut) == f"the cat{END}"


def test_a_damaged_file_is_refused_in_a_line(tmp_path):
    written(tmp_path, rows_of(8))
    (tmp_path / "prompts.bin").write_bytes(b"")
    with pytest.raises(InputError, match="cannot be read"):
        prompt_file.read(tmp_path)


def test_each_conversation_comes_once_in_a_pass_and_a_batch_follows_from_its_step(tmp_path):
    sides = written(tmp_path, rows_of(40))
    count = len(sides.training)
    batch = prompt_file.batches(sides, seed=1, rows=5)
    again = prompt_file.batches(sides, seed=1, rows=5)
    seen = [tuple(row.tolist()) for step in range(count // 5) for row in batch(step).ids[:, :12]]
    assert len(set(seen)) == len(seen) == count // 5 * 5
    for step in (9, 2, 30):
        assert torch.equal(batch(step).ids, again(step).ids) and torch.equal(batch(step).targets, again(step).targets)
    assert not torch.equal(batch(0).ids[:, :12], prompt_file.batches(sides, seed=2, rows=5)(0).ids[:, :12])


def test_training_on_prompts_lowers_the_loss_on_held_out_completions(tmp_path):
    torch.manual_seed(0)
    model = Decoder(tiny_config())
    sides = written(tmp_path, [PromptRow(i, (Turn("user", f"it {i}"), ASKED[1])) for i in range(30)])
    held_out = [sides.conversation(int(number)) for number in sides.held_out]
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    before = np.concatenate(prompted.completion_losses(model, held_out)).mean()
    batch = prompt_file.batches(sides, seed=0)
    for step in range(20):
        prompted.learn(model, batch(step))
        optimizer.step()
        optimizer.zero_grad()
    assert np.concatenate(prompted.completion_losses(model, held_out)).mean() < 0.3 * before
