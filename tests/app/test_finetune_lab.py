"""The fine-tuning lab from the form to the report, and the time machine."""

import asyncio

import pytest
from canned import foretold, reported, seen_at, started, tuned, unfinished, update
from fake_engine import FakeEngine, LabApp, settled
from textual.widgets import Input

from tutor.app.labs import make_lab
from tutor.app.labs.controls import Setting
from tutor.app.labs.dials import Words


@pytest.fixture
def engine():
    return FakeEngine()


@pytest.fixture(autouse=True)
def mine(tmp_path, monkeypatch):
    """A folder with a text and a table of one's own."""
    (tmp_path / "mine.txt").write_text("Once there was a lighthouse.\n" * 9, encoding="utf-8")
    (tmp_path / "mail.csv").write_text("text,label\nsee you,ham\nwin money,spam\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tutor.app.labs.run_form.REST", 0.01)


async def test_a_form_is_shown_once_however_often_it_is_filled_at_the_same_time(engine):
    """A preset, the names that are found and a key may all fill it."""
    app = LabApp("finetune", engine)
    async with app.run_test(size=(80, 24)):
        controls = app.lab.entry.controls
        wanted = [[Setting(name, name, 1, Words((1, 2, place)), "") for name in "ab"] for place in range(3)]
        app.lab.run_worker(controls.show(wanted[1]))
        app.lab.run_worker(controls.show(wanted[0]))
        await controls.show(wanted[2])
        assert [each.setting.name for each in controls.controls] == ["a", "b"]


async def test_the_form_says_what_the_file_is_and_what_a_run_would_take(engine):
    """Format, task and first rows at once; the estimate when the form rests; an option more with LoRA."""
    app = LabApp("finetune", engine)
    async with app.run_test(size=(120, 40)) as pilot:
        app.lab.entry.prompt.line.value = "mail.csv"
        await settled(pilot, lambda: "classify: telling labels apart" in app.words)
        assert "file ‹mail.csv" in app.text and "see you → ham" in app.words and "seed" not in app.text
        long = engine.second
        await settled(pilot, lambda: bool(long.asked) and long.asked[-1][1].file == "mail.csv")
        assert long.asked[-1][1].estimate
        long.say(foretold(long.asked[-1][1]))
        await settled(pilot, lambda: "It would take 25 to 35 seconds" in app.words)
        app.lab.form.values["method"] = "lora"
        await app.lab.edited(typed=False)
        await settled(pilot, lambda: "lora rank ‹8›" in app.text)
        await settled(pilot, lambda: long.asked[-1][1].method == "lora")
        app.lab.entry.prompt.line.value = "nothing.txt"
        await settled(pilot, lambda: "nothing.txt: no such file" in app.words)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_run_draws_a_live_curve_goes_on_while_its_lab_is_closed_and_ends_in_its_report(engine, size):
    """The curve and the samples while it runs; the proof of change in the pane at the end."""
    app = LabApp("finetune", engine)
    async with app.run_test(size=size) as pilot:
        app.lab.entry.prompt.line.value = "mine.txt"
        await settled(pilot, lambda: "file ‹mine.txt" in app.text and "enter starts" in app.text)
        await pilot.press("enter")
        long = engine.second
        await settled(pilot, lambda: bool(long.asked) and not long.asked[-1][1].estimate)
        asked = len(long.asked)
        given_up = len(long.cancelled)
        assert not engine.asked and long.asked[-1][1].file == "mine.txt"
        long.say(started(), last=False)
        await settled(pilot, lambda: "Once a before sample" in app.text)
        for number in (5, 10):
            long.say(update(number, 4.0 - number / 10), last=False)
        await settled(pilot, lambda: "step 10/20" in app.text)
        assert "held-out loss" in app.lab.panes.text and "it is 3.000 now" in app.words
        await pilot.press("enter")
        assert len(long.asked) == asked and "a run is under way" in app.text
        await app.lab.remove()
        long.say(update(15, 2.5), last=False)
        app.lab = make_lab("finetune", engine)
        await app.mount(app.lab, before="Footer")
        await settled(pilot, lambda: "step 15/20" in app.text)
        assert len(long.cancelled) == given_up
        assert app.lab.entry.prompt.line.value == "mine.txt"
        app.lab.focus()
        await pilot.press("escape")
        assert long.cancelled[-1][1] > 10, "what was learned is kept, which takes a while"
        long.say(tuned(update(5, 3.5), update(15, 2.5)))
        await settled(pilot, lambda: bool(engine.asked) and engine.asked[-1][0] == "report")
        assert "Held-out loss fell from 4.000 to 3.000" in app.words and "f9 time machine" in app.text
        engine.say(reported(engine.asked[-1][1]))
        await settled(pilot, lambda: "mine, after" in app.lab.panes.text)
        await settled(pilot, lambda: long.state == "gone")


async def test_a_run_that_was_stopped_goes_on_with_one_key_and_is_paused_with_another(engine):
    """The newest unfinished run is offered above the file; paused, its process ends and the form is back."""
    unfinished("lamp", 12)
    app = LabApp("finetune", engine)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, lambda: "Unfinished: lamp, step 12 of 40. f3 goes on with it" in app.words)
        await pilot.press("f3")
        long = engine.second
        await settled(pilot, lambda: bool(long.asked) and long.asked[-1][1].resume == "lamp")
        long.say(started(), last=False)
        await settled(pilot, lambda: "f4 pauses it" in app.text)
        await pilot.press("tab")
        long.say(started(), last=False)
        await settled(pilot, lambda: "z pauses it" in app.text)
        await pilot.press("f4")
        await settled(pilot, lambda: "paused; o goes on with it" in app.text)
        assert long.state == "gone" and not app.lab.job.runs


async def test_the_time_machine_moves_over_checkpoints_that_it_has_asked_for_before(engine):
    """Arrows over the picture move the slider; what is shown then was there already."""
    unfinished("lamp", 12)
    app = LabApp("timeline", engine)
    async with app.run_test(size=(80, 24)) as pilot:
        for count in range(1, 4):
            await settled(pilot, lambda count=count: len(engine.asked) == count)
            engine.say(seen_at(engine.asked[-1][1]))
        await settled(pilot, lambda: len(app.lab._kept) == 4, 2)
        assert "step     0" in app.text and "[10]" in app.text and "75.0 %" in app.text
        assert app.lab.check_action("slide", (1,))
        app.lab.focus()
        await pilot.press("left", "left")
        await settled(pilot, lambda: "Once sample 0" in app.text)
        assert len(engine.asked) == 3 and "checkpoint ‹0›" in app.text and "[0]" in app.text
        await pilot.press("f9")
        await settled(pilot, lambda: engine.asked[-1][0] == "report")
        assert engine.asked[-1][1].run == "lamp"
        engine.say(reported(engine.asked[-1][1]))
        await settled(pilot, lambda: "lamp has learned from the file" in app.words)
        await app.lab.action_slide(1)  # a report has no slider
        assert not app.lab.check_action("slide", (1,)) and engine.asked[-1][0] == "report"


async def test_without_a_run_the_time_machine_offers_no_slider(engine):
    async with (app := LabApp("timeline", engine)).run_test(size=(80, 24)) as pilot:
        await settled(pilot, lambda: "there is no run yet" in app.text)
        assert not app.lab.check_action("slide", (1,)) and not app.lab.check_action("use", ())


async def test_enter_that_repeats_starts_one_run(engine):
    async with (app := LabApp("finetune", engine)).run_test(size=(80, 24)) as pilot:
        for _ in range(3):
            app.lab.action_train()
        await settled(pilot, lambda: not app.lab._message_queue.qsize() and engine.second.asked)
        assert [inputs.estimate for _, inputs, _ in engine.second.asked].count(False) == 1


async def test_a_lab_that_is_left_while_its_run_begins_or_pauses(engine, monkeypatch):
    """The process of the estimate is still ending; the run begins in the next one all the same. No action waits."""
    ended = asyncio.Event()

    async def stop(grace=0.5):
        await ended.wait()

    async with (app := LabApp("finetune", engine)).run_test(size=(80, 24)) as pilot:
        long = engine.second
        await settled(pilot, lambda: long.asked)
        monkeypatch.setattr(long, "stop", stop)
        job = app.lab.job
        app.lab.form.values["minutes"] = 3.0
        app.lab.action_train()
        await app.lab.remove()
        ended.set()
        await settled(pilot, lambda: job.asker.question is not None)
        assert [inputs.estimate for _, inputs, _ in long.asked] == [True, False]
        ended.clear()
        await app.mount(lab := make_lab("finetune", engine))
        await lab.action_pause()
        assert job.runs
        await lab.remove()
        ended.set()
        await settled(pilot, lambda: not job.runs)


async def test_several_words_are_typed_one_after_the_other(engine):
    """The form says "q" as soon as "q |" is typed, and the control must not say so, too."""
    async with (app := LabApp("finetune", engine)).run_test(size=(120, 40)) as pilot:
        app.lab.form.values |= {"method": "lora", "lora_targets": ()}
        app.lab._more = True
        await app.lab._refill()
        (control,) = (each for each in app.lab.entry.controls.controls if each.setting.name == "lora_targets")
        line = control.query_one(Input)
        line.focus()
        await settled(pilot, lambda: line.has_focus)
        for typed, means in (("q", ("q",)), (" | ", ("q",)), ("k", ("q", "k"))):
            app.burst(typed)
            await settled(pilot, lambda means=means: app.lab.form.values["lora_targets"] == means)
            await settled(pilot, lambda: not app.lab._message_queue.qsize())
        assert line.value == "q | k"
