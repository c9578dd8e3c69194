"""The labs that walk, hide, cut, calculate and draw: what one sees in each, at two sizes."""

import pytest
from canned import attention_result
from canned_labs import drawn, filled, walked, without
from fake_engine import FakeEngine, LabApp, settled
from rich.console import Group
from rich.rule import Rule
from rich.text import Text
from textual.app import App

from tutor.app.labs import LABS, line
from tutor.app.labs.picture import Picture
from tutor.app.labs.walked_panes import Pointed
from tutor.app.labs.zoom import Window
from tutor.experiments import load, names
from tutor.experiments.attention import Inputs as Attention
from tutor.experiments.fill import Inputs as Fill
from tutor.experiments.frame.inputs import Argument, fields
from tutor.experiments.match import Inputs as Match
from tutor.experiments.walk import Inputs as Walk

SIZE = (80, 24)


async def answer(pilot, engine, make):
    """Answer what the lab asks now."""
    lab = pilot.app.lab
    await settled(pilot, lambda: bool(engine.asked) and engine.asked[-1][1] == lab.inputs)
    engine.say(make(lab.inputs))
    await settled(pilot, lambda: lab.asker.question is None)
    await pilot.pause()


async def test_inside_walks_stage_by_stage():
    """A list of stages with a mark, the stage with its meaning, shape and numbers, and what the model would say
    there; from 120 columns the lens after each layer beside it. Arrows step, shift and arrow go a layer further."""
    app = LabApp("walk", FakeEngine())
    async with app.run_test(size=SIZE) as pilot:
        await app.lab.load(Walk("The cat sat"))
        await answer(pilot, app.engine, walked)
        assert "▸embed" in app.text and "stage 1 of 11" in app.text and "3 x 8: tokens x channels" in app.text
        assert "-12.5" in app.text and "if it ended here: 'sat' 90 %" in app.text
        assert "enter: the next stage" in app.text and "arrows:" not in app.text, "arrows move within the line"
        await pilot.press("pagedown", "right", "right", "right")
        await settled(pilot, lambda: "▸0 pattern" in app.text and "arrows: stages" in app.text)
        assert "softmax of the scores" in app.text and "head 1" in app.text and "stage 4 of 11" in app.words
        await pilot.press("shift+down")
        await settled(pilot, lambda: "▸1 pattern" in app.text and "layer ‹1›" in app.text)
        await answer(pilot, app.engine, walked)
        await pilot.press("left", "left", "left")
        await settled(pilot, lambda: "▸0 resid_post" in app.text)


async def test_gaps_move_from_word_to_word():
    """Bars for the gap; enter hides the next word instead, the one before comes back, and the sentence says how the
    model rates the word that stood there."""
    app = LabApp("fill", FakeEngine())
    async with app.run_test(size=SIZE) as pilot:
        await app.lab.load(Fill("The [MASK] barked."))
        await answer(pilot, app.engine, filled)
        assert "dog" in app.lab.panes.text and "60.0 %" in app.text
        await pilot.press("pagedown", "left")
        await settled(pilot, lambda: app.lab.form.line == "[MASK] dog barked.")
        await answer(pilot, app.engine, filled)
        assert "'The' stood there; it is not among the likeliest 2." in app.words
        await pilot.press("enter")
        await settled(pilot, lambda: app.lab.form.line == "The [MASK] barked.")
        await answer(pilot, app.engine, filled)
        assert "'dog' stood there: number 1 with 60.0 %." in app.words


async def test_only_gaps_are_no_sentence():
    app = LabApp("fill", FakeEngine())
    async with app.run_test(size=(80, 24)) as pilot:
        await app.lab.load(Fill("[MASK] [MASK]"))
        await settled(pilot, lambda: bool(app.engine.asked) and app.engine.asked[-1][1].text == "[MASK] [MASK]")
        app.engine.fail("nothing to read")
        await settled(pilot, lambda: "! nothing to read" in app.text)
        await pilot.press("enter")
        await settled(pilot, lambda: "type a sentence of a few words" in app.text)


async def test_merges_come_one_key_at_a_time():
    """All merges first; enter goes back to single bytes and then shows one more each time, with the next pair."""
    app = LabApp("merges")
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot, lambda: bool(app.answered))
        count = len(app.lab.reply.result.merges)
        await pilot.press("enter", "enter")
        first = app.lab.reply.result.merges[0]
        await settled(pilot, lambda: f"1 of {count} merges; next are" in app.words)
        assert f"{first.left} + {first.right}" in app.lab.panes.text and app.lab.shown == 1
        await pilot.press("z")
        await settled(pilot, lambda: app.lab.shown is None)


async def test_scale_calculates():
    """A table of models by size; a number of layers adds one of chosen sizes, with its cost in a sentence."""
    app = LabApp("scale")
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot, lambda: bool(app.answered))
        assert "gpt3" in app.text and "175 G" in app.text and "your sizes" not in app.text
        app.lab.form.set("layers", 12)
        app.lab.schedule()
        await settled(pilot, lambda: "your sizes" in app.lab.panes.text)
        assert "your sizes: 124 M parameters in 12 layers 768 wide" in app.words
        app.lab.form.set("heads", 7)
        app.lab.schedule()
        await settled(pilot, lambda: "! --heads 7: a width of 768 cannot be shared among them" in app.text)


async def test_the_zoo_draws_again_with_another_seed():
    """A picture of grey levels with its caption; a key draws another one."""
    app = LabApp("draw", FakeEngine())
    async with app.run_test(size=SIZE) as pilot:
        await answer(pilot, app.engine, drawn)
        assert "drawn from: a seven" in app.text and " 10 " in app.text and "view ‹draw" in app.text
        await pilot.press("f5")
        await settled(pilot, lambda: app.engine.asked[-1][1].seed == 1)
        await answer(pilot, app.engine, drawn)
        assert " 11 " in app.text


async def test_the_zoo_offers_pictures_and_splits_captions_at_bars():
    """The file control turns to another practice picture; the captions behind the bars stay as they are."""
    app = LabApp("match", FakeEngine())
    async with app.run_test(size=(80, 24)) as pilot:
        preset = Match("lessons/practice/seven.txt", ("a seven", "the digit 4"))
        await app.lab.load(preset)
        assert (
            app.text.startswith("› lessons/practice/seven.txt | a seven | the digit 4") and app.lab.inputs == preset
        )
        await settled(pilot, lambda: "file ‹seven.txt›" in app.text)
        await pilot.press("tab", "tab", "right")
        await settled(pilot, lambda: app.lab.form.line == "lessons/practice/four.txt | a seven | the digit 4")
        assert app.lab.inputs.captions == preset.captions


async def test_the_style_of_a_tune_is_the_one_that_is_typed():
    """The control beside the line says what the line says, and no style where the line names none."""
    app = LabApp("compose", FakeEngine())
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, lambda: "style ‹jig›" in app.text)
        for typed, shown in (("reel", "reel"), ("waltz", "…")):
            await pilot.press("ctrl+u", *typed)
            await settled(pilot, lambda shown=shown: f"style ‹{shown}›" in app.text)
            assert app.lab.form.line == typed


async def test_a_lab_without_a_line_runs_on_enter_from_its_controls():
    app = LabApp("adapt", FakeEngine())
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, lambda: "enter runs this" in app.text)
        assert not app.engine.asked
        await pilot.press("enter")
        await settled(pilot, lambda: len(app.engine.asked) == 1)
        assert app.engine.asked[0][0] == "adapt"


async def test_a_head_is_switched_off_and_on():
    """x shows the next word with all heads and without this one; arrows go to other heads; x again, the patterns."""
    app = LabApp("attention", FakeEngine())
    async with app.run_test(size=SIZE) as pilot:
        await app.lab.load(Attention("The cat sat", layer=1, head=1))
        await answer(pilot, app.engine, attention_result)
        await pilot.press("pagedown", "x")
        await settled(
            pilot, lambda: app.engine.asked[-1][0] == "ablate" and app.engine.asked[-1][1].heads == ("1.1",)
        )
        await answer(pilot, app.engine, without)
        (headings,) = (row for row in app.text.split("\n") if "all heads on" in row)
        assert "head 1.1 off" in headings and "-25.0 points" in app.text
        assert "Without head 1.1 the probability of 'mat' goes from 50.0 % to 25.0 %." in app.words
        await pilot.press("left")
        await settled(pilot, lambda: app.engine.asked[-1][1].heads == ("1.0",))
        await answer(pilot, app.engine, without)
        await pilot.press("x")
        await settled(pilot, lambda: app.lab.inputs == Attention("The cat sat", layer=1, head=1))


async def test_a_click_on_a_small_picture_points_at_its_head_and_a_second_one_opens_it():
    app = LabApp("attention", FakeEngine())
    async with app.run_test(size=(80, 24)) as pilot:
        await app.lab.load(Attention("The cat sat"))
        await answer(pilot, app.engine, attention_result)
        await pilot.click(app.lab.panes, offset=middle_of_the_last(app.lab.panes.text))
        await settled(pilot, lambda: app.lab.place == (1, 1))
        await pilot.pause(0.7)  # a second click that comes at once is a double one
        await pilot.click(app.lab.panes, offset=middle_of_the_last(app.lab.panes.text))
        await settled(pilot, lambda: app.lab.inputs == Attention("The cat sat", layer=1, head=1))
        app.lab.post_message(Pointed(4, 4))  # on the small pictures, which stay until the answer is there
        await settled(pilot, lambda: not app.lab._message_queue.qsize())
        assert app.lab.inputs == Attention("The cat sat", layer=1, head=1)


async def test_keys_for_an_older_picture_change_no_settings_of_another_view():
    """The patterns are still shown when the view is already another one, which has no layer to open."""
    app = LabApp("attention", FakeEngine())
    async with app.run_test(size=(80, 24)) as pilot:
        await app.lab.load(Attention("The cat sat"))
        await answer(pilot, app.engine, attention_result)
        await app.lab.entry.switch("heads")
        before = dict(app.lab.form.values)
        await app.lab.action_deeper()
        await app.lab.go(layer=1, head=1)
        assert app.lab.form.values == before and app.lab.form.inputs()


def middle_of_the_last(text):
    """A place well inside the small picture of layer 1, head 1; marks move the pictures by a column."""
    rows = text.split("\n")
    below = next(at for at, row in enumerate(rows) if "layer 1" in row)
    return rows[0].index("head 1") + 4, below + 1


def test_a_window_goes_closer_moves_and_goes_back():
    """From 512 tokens by halves to 8, never over the edge, and back to all."""
    window = Window.all_of(512).closer(500, 3)
    assert (window.size, window.row, window.column) == (256, 256, 0)
    for _ in range(9):
        window = window.closer(0, 0)
    assert window.size == 8 and 256 <= window.row <= 504
    assert window.moved(-1, 0).column == max(window.column - 2, 0)
    for _ in range(9):
        window = window.farther()
    assert window == Window.all_of(512)


@pytest.mark.parametrize("name", names())
def test_a_line_gives_the_inputs_it_was_written_from(name):
    """What a preset puts into the line is read back as the same arguments."""
    from tutor.app.labs.form import example

    inputs = example(name)
    arguments = tuple(field for field in fields(load(name).Inputs) if isinstance(field.spec, Argument))
    if arguments:
        values = {field.name: getattr(inputs, field.name) for field in arguments}
        read = line.parsed(line.written(inputs, arguments), arguments)
        assert {**{field.name: field.default for field in arguments}, **read} == values


def test_every_experiment_stands_in_a_lab():
    """All but what belongs to fine-tuning runs."""
    shown = {name for info in LABS for name in info.experiments}
    assert set(names()) - shown <= {"report", "timeline"}


class OnePicture(App):
    """A picture and nothing else."""

    def compose(self):
        yield Picture()


async def test_a_picture_that_gets_a_scroll_bar_is_drawn_for_the_width_that_is_left():
    """No line is wider than what can be seen, so nothing is cut off at the right."""
    async with OnePicture().run_test(size=(40, 10)) as pilot:
        pane = pilot.app.query_one(Picture)
        await pilot.pause()
        pane.show(Group(*(Rule() for _ in range(30))))
        await settled(pilot, lambda: len(pane.text.splitlines()[0]) == pane.scrollable_content_region.width)


async def test_a_picture_that_fits_without_a_scroll_bar_is_drawn_without_the_one_of_an_older_picture():
    """A line of the whole width would be two beside the bar, and they would be one line too many."""
    async with OnePicture().run_test(size=(40, 10)) as pilot:
        pane = pilot.app.query_one(Picture)
        await settled(pilot, lambda: pane.scrollable_content_region.width > 0)
        wide, high = pane.scrollable_content_region.size
        pane.show(Text("\n".join("more" for _ in range(30))))
        await settled(pilot, lambda: pane.scrollable_content_region.width < wide)
        pane.show(Text("\n".join(["x" * wide, *("short" for _ in range(high - 1))])))
        await settled(pilot, lambda: pane.scrollable_content_region.width == wide)
        assert pane.text.splitlines()[0] == "x" * wide and len(pane.text.splitlines()) == high


async def test_controls_of_the_same_names_stay_with_the_focus_when_their_values_change():
    async with (app := LabApp("positions", FakeEngine())).run_test(size=(80, 24)) as pilot:
        await settled(pilot, lambda: app.lab.has_focus_within and app.lab.entry.controls.controls)
        before = app.lab.entry.controls.controls
        before[-1].focus()
        await settled(pilot, lambda: before[-1].has_focus_within)
        app.lab.form.values["length"] = 12
        await app.lab.entry.refill_controls()
        after = app.lab.entry.controls.controls
        assert [id(one) for one in after] == [id(one) for one in before] and after[-1].has_focus_within
        assert "12" in app.text
