"""The generation lab: token by token, back again, and two ways side by side."""

import re

import pytest
from canned import generated, step
from canned_labs import distribution, surprised
from fake_engine import FakeEngine, LabApp, settled

from tutor.experiments import generate
from tutor.experiments.next import Inputs as Next

SIZES = [(80, 24), (120, 40)]


async def answer(pilot, engine, make=distribution):
    """Answer the newest question of the lab once it is asked."""
    lab = pilot.app.lab
    wanted = lab.inputs
    await settled(pilot, lambda: any(asked[1] == wanted for asked in engine.asked))
    number = max(at for at, asked in enumerate(engine.asked, 1) if asked[1] == wanted)
    engine.say(make(wanted), request=number)
    await settled(pilot, lambda: lab.asker.question is None)
    await pilot.pause()


async def answer_both(pilot, engine):
    """Answer the newest two questions: the lab's own and, after it, the pinned one."""
    for number in (len(engine.asked) - 1, len(engine.asked)):
        engine.say(distribution(engine.asked[number - 1][1]), request=number)
    await settled(pilot, lambda: pilot.app.lab.asker.question is None and pilot.app.lab.compared.reply is not None)
    await pilot.pause()


async def opened(pilot, text="The cat sat"):
    """The lab with the bars of a text, and the focus on them."""
    engine, lab = pilot.app.engine, pilot.app.lab
    await lab.load(Next(text))
    await answer(pilot, engine)
    await pilot.press("pagedown")
    return engine, lab


@pytest.mark.parametrize("size", SIZES)
async def test_a_candidate_is_chosen_taken_and_taken_back(size):
    """A mark at the first bar; down moves it to the second; enter adds that token, coloured below by its chance;
    backspace takes it back and the line is as before."""
    app = LabApp("next", FakeEngine())
    async with app.run_test(size=size) as pilot:
        engine, lab = await opened(pilot)
        assert "▸·mat" in app.text and "30.0 %" in app.text
        await pilot.press("down")
        await settled(pilot, lambda: "▸·rug" in app.text)
        await pilot.press("enter")
        await settled(pilot, lambda: lab.form.line == "The cat sat rug")
        await answer(pilot, engine)
        assert "what was added so far" in app.text and lab.written.shares == [0.3]
        await pilot.press("backspace")
        await settled(pilot, lambda: lab.form.line == "The cat sat")
        await answer(pilot, engine)
        assert "what was added so far" not in app.text
        await pilot.press("backspace")
        await settled(pilot, lambda: "nothing was added yet" in app.text)


async def test_another_branch_is_one_click():
    """After going back, a click on another bar goes on from there instead."""
    app = LabApp("next", FakeEngine())
    async with app.run_test(size=(80, 24)) as pilot:
        engine, lab = await opened(pilot)
        await pilot.press("enter")
        await settled(pilot, lambda: lab.form.line == "The cat sat mat")
        await answer(pilot, engine)
        await pilot.press("backspace")
        await settled(pilot, lambda: lab.form.line == "The cat sat")
        await answer(pilot, engine)
        await pilot.click(lab.panes, offset=(6, 2))
        await settled(pilot, lambda: lab.form.line == "The cat sat bed")


async def test_space_adds_a_token_that_the_engine_draws_with_these_settings():
    """Each press asks for one token with the bars' own settings and another seed, and adds what comes."""
    app = LabApp("next", FakeEngine())
    async with app.run_test(size=(80, 24)) as pilot:
        engine, lab = await opened(pilot)
        seeds = []
        for text in ("The cat sat bed", "The cat sat bed bed"):
            count = len(engine.asked)
            await pilot.press("space")
            await settled(pilot, lambda count=count: len(engine.asked) > count)
            name, inputs, _ = engine.asked[-1]
            assert (name, inputs.tokens, inputs.temperature, inputs.text) == ("generate", 1, 1.0, lab.form.line)
            seeds.append(inputs.seed)
            result = generate.Result(
                "storyteller", "cpu", inputs.text, " bed", (step(0, " bed"),), 0, 0.1, 9.0, "budget"
            )
            engine.say(result)
            await settled(pilot, lambda text=text: lab.form.line == text)
            await answer(pilot, engine)
        assert len(set(seeds)) == 2 and lab.written.pieces == [" bed", " bed"]


@pytest.mark.parametrize("size", SIZES)
async def test_two_settings_side_by_side(size):
    """c keeps these settings at the left; a filter turned afterwards acts at the right only, on the same scale, and
    the sentence says what it did; c again, and one is left."""
    app = LabApp("next", FakeEngine())
    async with app.run_test(size=size) as pilot:
        engine, lab = await opened(pilot)
        await pilot.press("c")
        await settled(pilot, lambda: lab.compared.asker.question is not None)
        await answer_both(pilot, engine)
        lab.form.set("top_k", 1)
        await lab.entry.refill()
        lab.schedule()
        await settled(pilot, lambda: engine.asked[-2][1].top_k == 1)
        assert engine.asked[-1][1].top_k == 0, "the pinned settings are asked for the same text"
        await answer_both(pilot, engine)
        await settled(pilot, lambda: "now: top k 1" in app.text)
        (headings,) = (row for row in app.text.split("\n") if "pinned: top k 0" in row)
        assert "now: top k 1" in headings, "side by side"
        (row,) = (row for row in app.text.split("\n") if row.count("·mat") == 2)
        assert "50.0 %" in row and "100.0 %" in row
        half, whole = (len(bar) for bar in re.findall("█+", row))
        assert abs(2 * half - whole) <= 1, "a bar of half the probability is half as long"
        assert "'mat' has 100.0 % instead of 50.0 %" in app.words
        await pilot.press("c")
        await settled(pilot, lambda: "pinned" not in app.lab.panes.text)


async def test_two_models_side_by_side():
    """The pinned model keeps answering beside the other one."""
    app = LabApp("next", FakeEngine())
    async with app.run_test(size=(120, 40)) as pilot:
        engine, lab = await opened(pilot)
        await pilot.press("c")
        await pilot.pause(0.1)
        lab.form.set("model", "coder")
        lab.schedule()
        await settled(pilot, lambda: {"coder", "storyteller"} == {one[1].model for one in engine.asked[-2:]})
        await answer_both(pilot, engine)
        await settled(pilot, lambda: "pinned: model storyteller" in app.text and "now: model coder" in app.text)
        assert "·def" in app.text and "·mat" in app.text


async def test_what_was_written_is_coloured_by_surprise_and_gone_on_from():
    """The surprise view takes over the prompt with the text; enter after a text makes it the line and shows bars."""
    app = LabApp("next", FakeEngine())
    async with app.run_test(size=(80, 24)) as pilot:
        engine, lab = await opened(pilot)
        for view, line in (("surprise", "The cat sat down"), ("next", "The cat sat down down")):
            await pilot.press("w")
            await settled(pilot, lambda: engine.asked[-1][0] == "generate")
            inputs = engine.asked[-1][1]
            engine.say(
                generate.Result("storyteller", "cpu", inputs.text, " down", (step(0, " down"),), 0, 0.1, 9.0, "end")
            )
            await settled(pilot, lambda: app.answered[-1].name == "generate")
            if view == "surprise":
                await lab.entry.switch("surprise")
            else:
                await pilot.press("enter")
            await settled(pilot, lambda line=line: lab.form.line == line)
            await answer(pilot, engine, surprised if view == "surprise" else distribution)
            assert lab.form.experiment == view
        assert "▸·mat" in app.text


async def test_with_another_seed_enter_on_its_control_writes_anew():
    """The line stays as it was and the engine is asked with the new seed; enter after that goes on from the end."""
    app = LabApp("generate", FakeEngine())
    async with app.run_test(size=(120, 40)) as pilot:
        engine, lab = app.engine, app.lab
        await lab.load(generate.Inputs("The cat sat"))
        await pilot.press("enter")
        for seed in (0, 1):
            await settled(pilot, lambda seed=seed: engine.asked and engine.asked[-1][1].seed == seed)
            engine.say(generated(engine.asked[-1][1], " down"))
            await settled(pilot, lambda: app.lab.asker.question is None and app.answered)
            if seed == 0:
                await settled(pilot, lambda: "enter writes it again" in app.text)  # the focus is in the line
                next(each for each in lab.entry.controls.controls if each.setting.name == "seed").focus()
                await pilot.press("right", "enter")
        assert lab.form.line == "The cat sat"
        await settled(pilot, lambda: "enter goes on from here" in app.text)
        await pilot.press("enter")
        await settled(pilot, lambda: lab.form.line == "The cat sat down")


async def test_a_part_of_a_character_is_not_added():
    app = LabApp("next", FakeEngine())
    async with app.run_test(size=(80, 24)) as pilot:
        _, lab = await opened(pilot)
        await lab._add("\ufffd", 0.5)
        await settled(pilot, lambda: "only a part of a character" in app.text)
        assert lab.form.line == "The cat sat"
