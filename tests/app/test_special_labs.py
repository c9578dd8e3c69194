"""The attention, generation and embeddings labs: what is particular to each."""

import pytest
from canned import attention_result, generated, next_result, step
from fake_engine import FakeEngine, LabApp, settled

from tutor.app.labs.attention import AttentionLab
from tutor.experiments.attention import Inputs as Attention


@pytest.fixture
def engine():
    return FakeEngine()


async def answer(pilot, engine, make, count):
    """Wait for the request of this number and answer it."""
    await settled(pilot, lambda: len(engine.asked) >= count)
    engine.say(make(engine.asked[-1][1]))
    await settled(pilot, lambda: pilot.app.lab.asker.question is None)
    await pilot.pause()


async def test_attention_goes_from_all_heads_to_one_to_a_word_and_back(engine):
    """Thumbnails with a mark, then a matrix with the words at both sides, then arrows with the numbers; enter and
    escape walk between them, arrows among heads and words."""
    app = LabApp("attention", engine)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.lab.load(Attention("The cat sat"))
        await settled(pilot, lambda: bool(engine.asked) and engine.asked[-1][1].text == "The cat sat")
        await answer(pilot, engine, attention_result, 1)
        assert isinstance(app.lab, AttentionLab) and app.lab.depth == 0
        assert "▸layer 0" in app.text and "layer 1" in app.text and "layer ‹–›" in app.text
        await pilot.press("pagedown")
        assert app.focused is app.lab.panes
        await pilot.press("right", "down")
        assert app.lab.place == (1, 1) and "▸layer 1" in app.text
        count = len(engine.asked)
        await pilot.press("enter")
        await answer(pilot, engine, attention_result, count + 1)
        assert engine.asked[-1][1] == Attention("The cat sat", layer=1, head=1)
        assert "layer ‹1›" in app.text and "head ‹1›" in app.text
        assert "In layer 1, head 1, a word looks on average 100 % at the word before" in app.words
        await pilot.press("left")
        await answer(pilot, engine, attention_result, count + 2)
        assert engine.asked[-1][1].head == 0
        await pilot.press("right")
        await answer(pilot, engine, attention_result, count + 3)
        await pilot.press("enter")
        await answer(pilot, engine, attention_result, count + 4)
        assert engine.asked[-1][1].word == "sat" and "softmax" not in app.lab.panes.text
        assert "In layer 1, head 1, 'sat' looks 100 % at 'cat'" in app.words
        await pilot.press("enter")
        await settled(pilot, lambda: "softmax" in app.lab.panes.text)
        assert app.lab.depth == 3 and len(engine.asked) == count + 4, "the numbers were there already"
        await pilot.press("up")
        await answer(pilot, engine, attention_result, count + 5)
        assert engine.asked[-1][1].word == "cat"
        for depth in (2, 1, 0):
            await pilot.press("escape")
            await settled(pilot, lambda depth=depth: app.lab.depth == depth)
        assert app.lab.inputs == Attention("The cat sat")


async def test_with_a_layer_chosen_the_mark_is_in_that_layer_and_moves_with_it(engine):
    """Only the heads of layer 1, the first one marked; enter would open it; up shows those of layer 0 instead; a
    click on the second head of a row marks that one, and another opens it."""
    app = LabApp("attention", engine)
    async with app.run_test(size=(120, 40)) as pilot:
        await app.lab.load(Attention("The cat sat", layer=1))
        await answer(pilot, engine, attention_result, 1)
        assert "▸layer 1" in app.text and "layer 0" not in app.text and "▸head 0" in app.text
        assert "enter opens head 1.0" in app.text
        await pilot.press("pagedown", "up")
        await settled(pilot, lambda: engine.asked[-1][1] == Attention("The cat sat", layer=0))
        await answer(pilot, engine, attention_result, 1)
        assert "▸layer 0" in app.text and "layer 1" not in app.text
        row = next(at for at, line in enumerate(app.lab.panes.text.splitlines()) if "layer 0" in line)
        column = app.lab.panes.text.splitlines()[row - 1].index("head 1")
        await pilot.click(app.lab.panes, offset=(column + 2, row))
        await settled(pilot, lambda: "▸head 1" in app.text and "enter opens head 0.1" in app.text)
        await pilot.click(app.lab.panes, offset=(column + 2, row))
        await settled(pilot, lambda: engine.asked[-1][1] == Attention("The cat sat", layer=0, head=1))


async def test_beside_all_heads_stands_the_one_that_is_pointed_at_where_there_is_room(engine):
    """200×60: all heads to the left and the marked one as numbers to the right, another as the mark moves; a click
    to the left still means what is drawn there. At 120×40 all heads have the width."""
    app = LabApp("attention", engine)
    async with app.run_test(size=(200, 60)) as pilot:
        await app.lab.load(Attention("The cat sat"))
        await answer(pilot, engine, attention_result, 1)
        assert "layer 0, head 0" in app.lab.panes.text and "1.00" in app.lab.panes.text
        lines = app.lab.panes.text.splitlines()
        row = next(at for at, line in enumerate(lines) if "layer 1" in line)
        await pilot.click(app.lab.panes, offset=(lines[0].index("head 1") + 2, row))
        await settled(pilot, lambda: "layer 1, head 1" in app.lab.panes.text and app.lab.place == (1, 1))
        await pilot.resize_terminal(120, 40)
        await settled(pilot, lambda: "layer 1, head 1" not in app.lab.panes.text)
        assert "1.00" not in app.lab.panes.text


async def test_controls_of_attention_end_where_the_model_ends(engine):
    app = LabApp("attention", engine)
    async with app.run_test(size=(80, 24)) as pilot:
        app.lab.entry.prompt.line.value = "The cat sat"
        await answer(pilot, engine, attention_result, 1)
        await settled(pilot, lambda: app.lab.form.highs == {"layer": 1, "head": 1})
        await pilot.press("tab", "tab", "right", "right", "right", "right")
        assert app.lab.inputs.layer == 1
        await pilot.press("left", "left", "left")
        assert app.lab.inputs.layer is None


async def test_generation_shows_bars_while_typing_and_text_on_enter(engine):
    """Bars with per cent for the next word; after enter the prompt, the text so far and what could have come."""
    app = LabApp("next", engine)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, lambda: len(engine.asked) == 1)
        engine.say(next_result("time", "day"))
        await settled(pilot, lambda: "50.0 %" in app.text)
        assert "storyteller expects 'time' most: 50.0 %" in app.text and "11 ms · 3 tokens" in app.text
        await pilot.press("enter")
        await settled(pilot, lambda: engine.asked[-1][0] == "generate")
        inputs, request = engine.asked[-1][1], len(engine.asked)
        assert inputs.text == "The cat sat on the" and "tokens ‹100›" in app.text
        engine.say(type("Prompt", (), {"text": "The cat sat on the", "tokens": 3}), last=False)
        for index, word in enumerate([" time", " there", " was"]):
            engine.say(step(index, word), last=False)
        await settled(pilot, lambda: "The cat sat on the time there was" in app.text)
        assert "3 of 100 tokens · at most " in app.text and " s left · escape stops" in app.text
        await pilot.press("escape")
        assert engine.cancelled[-1] == (request, 0.2), "stops within 200 ms"
        engine.say(generated(inputs, " time", " there", " was"))
        await settled(pilot, lambda: app.answered[-1].name == "generate")
        assert "The cat sat on the time there was" in app.text
        await pilot.press("!")
        await settled(pilot, lambda: engine.asked[-1][0] == "next")
        assert engine.asked[-1][1].text == "The cat sat on the!"


async def test_the_settings_of_the_bars_are_those_of_the_text(engine):
    app = LabApp("next", engine)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("tab", "tab", "tab", "left", "left")
        await settled(pilot, lambda: bool(engine.asked) and engine.asked[-1][1].temperature == 0.8)
        await pilot.press("ctrl+g")
        await settled(pilot, lambda: engine.asked[-1][0] == "generate")
        assert engine.asked[-1][1].temperature == 0.8


async def test_embeddings_share_nothing_but_the_pane():
    """Neighbours as bars, the map, the analogy with both lists, the distances; each with words of its own."""
    app = LabApp("neighbours")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, lambda: bool(app.answered))
        await settled(
            pilot, lambda: app.text.startswith("› king") and "view ‹neighbours›" in app.text and "prince" in app.text
        )
        for name, seen in (("map", "queen"), ("analogy", "queen"), ("distance", "tokyo")):
            await app.lab.entry.switch(name)
            await settled(pilot, lambda name=name: app.answered[-1].name == name)
            await pilot.pause()
            assert seen in app.lab.panes.text and app.lab.status.line.startswith(("cpu", "words"))
        await app.lab.entry.switch("neighbours")
        assert app.lab.form.line == "king"
