"""Every lab: its five parts, typing while nothing answers, the keys, and input that nobody expects."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from fake_engine import FakeEngine, LabApp, settled
from rich.text import Text
from textual import events
from textual.widgets import Input

from tutor import experiments
from tutor.app.engine_client import AT_ONCE, Lost
from tutor.app.labs import LABS, base, lab_for, make_lab
from tutor.app.labs.asking import Trouble
from tutor.app.labs.controls import Control
from tutor.app.labs.line import LIMIT
from tutor.experiments.frame.messages import Failed
from tutor.experiments.positions import Inputs as Positions
from tutor.experiments.tokenize import Inputs as Tokenize

FORTY = "the quick brown fox jumps over lazy dogs"
TYPED = [info.experiments[0] for info in LABS if info.name not in ("positions", "finetune", "runs", "build")]


def answered(app):
    return lambda: bool(app.answered)


def test_the_registry_names_real_experiments_and_each_key_once():
    shown = [name for info in LABS for name in info.experiments]
    assert set(shown) <= set(experiments.names()) and len(shown) == len(set(shown))
    assert len({info.key for info in LABS}) == len(LABS)
    assert lab_for("merges") == "tokens" and lab_for("surprise") == "generation"


def test_no_lab_imports_torch_and_the_list_of_labs_imports_nothing_heavy():
    code = """
import sys
import tutor.app.labs
light = {"textual", "rich", "numpy", "tokenizers", "torch"} & set(sys.modules)
assert not light, light
import pkgutil, importlib, tutor.experiments, tutor.engine.records, tutor.engine.tokenization
import tutor.app.engine_client, tutor.views.records
for package in (tutor.app.labs, tutor.views.records, tutor.experiments):
    for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
assert "torch" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("name", experiments.names())
async def test_every_experiment_has_a_lab_from_its_description(name):
    app = LabApp(name)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, lambda: app.lab.entry.controls.controls or not app.lab.form.options)
        labels = [control.setting.label for control in app.lab.entry.controls.controls]
        for field in app.lab.form.options:
            assert (field.label in labels) == (field.name not in app.lab.HIDDEN)
        assert app.lab.inputs is not None or app.lab.info.name == "runs", "it opens with an example, or the last run"


@pytest.mark.parametrize("name", TYPED)
async def test_forty_keys_are_on_screen_before_the_engine_answers(name):
    """The line shows all that was typed; the status says that the engine is starting, or waits for enter."""
    app = LabApp(name, FakeEngine("starting"))
    async with app.run_test(size=(80, 24)) as pilot:
        app.lab.entry.prompt.line.value = ""
        await pilot.pause()
        app.burst(FORTY)
        await settled(pilot, lambda: FORTY in app.text)
        assert app.lab.form.line == FORTY
        if experiments.load(name).NEEDS_TORCH and not experiments.is_long(name):
            await settled(pilot, lambda: "the engine is starting… (type on)" in app.text)


async def test_tokens_and_their_side_by_side_and_merges():
    """One text cut by one tokenizer, by all, and the merges of the word that is being typed."""
    app = LabApp("tokenize")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, answered(app))
        lines = app.text.split("\n")
        assert (
            lines[0] == "› Transformers are amazing!"
            and "view ‹tokens›" in lines[1]
            and "tokenizer ‹bpe›" in lines[1]
        )
        assert "·amazing" in app.text and "cpu · " in app.text
        await app.lab.entry.switch("compare")
        await settled(pilot, lambda: app.answered[-1].name == "compare")
        assert "wordpiece" in app.lab.panes.text and lines[0] == app.text.split("\n")[0]
        await app.lab.entry.switch("merges")
        await settled(pilot, lambda: app.answered[-1].name == "merges")
        assert app.text.split("\n")[0] == "› amazing"


async def test_arrows_change_the_focused_control_and_tab_moves_on():
    app = LabApp("positions")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("tab", "tab", "right")
        assert app.lab.inputs.length == 24
        await pilot.press("tab", "down", "pageup")
        assert app.lab.inputs.width == 64
        await pilot.press("shift+tab", "shift+tab", "up", "up")
        assert app.lab.inputs.kind == "rotary"
        await settled(pilot, lambda: bool(app.answered) and app.answered[-1].inputs == app.lab.inputs)


@pytest.mark.parametrize(("offset", "expected"), [(12, 24), (2, 8)])
async def test_a_click_right_of_a_value_raises_it_and_one_left_of_it_lowers_it(offset, expected):
    app = LabApp("positions")
    async with app.run_test(size=(80, 24)) as pilot:
        # Controls are made anew while the lab takes in its first inputs, so the one to click is asked for each time.
        await settled(pilot, lambda: app.lab.entry.controls.controls[2].region.width > 0)
        length = app.lab.entry.controls.controls[2]
        assert isinstance(length, Control)
        await pilot.click(length, offset=(offset, 0))
        assert app.lab.inputs.length == expected


async def test_a_preset_fills_everything_is_marked_and_is_what_reset_comes_back_to():
    app = LabApp("tokenize")
    async with app.run_test(size=(80, 24)) as pilot:
        preset = Tokenize("Hi\nthere", tokenizer="char")
        await app.lab.load(preset)
        assert app.lab.entry.prompt.has_class("-loaded")
        await settled(pilot, lambda: bool(app.answered) and app.answered[-1].inputs == preset)
        assert app.text.startswith("› Hi⏎there") and app.lab.inputs == preset
        await pilot.press("x", "ctrl+r")
        await settled(pilot, lambda: app.lab.inputs == preset)


async def test_the_keys_of_every_lab(tmp_path, monkeypatch):
    """Copy as command, export, source, plain words; escape closes words and source and is then for the screen."""
    monkeypatch.chdir(tmp_path)
    app = LabApp("tokenize")
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot, answered(app))
        await pilot.press("ctrl+y")
        assert app.clipboard == "tutor tokenize 'Transformers are amazing!'"
        assert "copied: tutor tokenize" in app.text
        await pilot.press("ctrl+e", "ctrl+e")
        assert "wrote tutor-tokenize-2.svg, .html and .txt" in app.text
        assert (tmp_path / "tutor-tokenize-1.svg").read_text().startswith("<svg")
        assert "amazing" in (tmp_path / "tutor-tokenize-1.txt").read_text()
        await pilot.press("ctrl+s")
        assert "engine/tokenization.py:" in app.lab.panes.text and "def split(" in app.lab.panes.text
        await pilot.press("escape", "f2")
        assert "The bpe tokenizer makes 7 tokens" in app.lab.panes.text
        await pilot.press("escape")
        assert app.lab.panes.face == "picture" and "·amazing" in app.lab.panes.text
        assert app.lab.form.line == "Transformers are amazing!", "no key went into the line"


async def test_letters_are_commands_only_outside_the_line():
    app = LabApp("positions")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("s")
        assert "engine/positions.py" in app.lab.panes.text and "def sinusoidal(" in app.lab.panes.text
        await pilot.press("p")
        assert "cosine similarity" in app.lab.panes.text


async def test_an_export_that_cannot_be_written_is_one_line(monkeypatch):
    app = LabApp("positions")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, answered(app))

        def refuse(*_):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("tutor.app.labs.exporting.write_text", refuse)
        await pilot.press("ctrl+e")
        assert "! the picture cannot be written: Permission denied" in app.text


async def test_the_newest_input_wins_and_an_older_answer_is_dropped():
    engine = FakeEngine()
    app = LabApp("next", engine)
    from canned import next_result

    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, lambda: len(engine.asked) == 1)
        await pilot.press("!")
        await settled(pilot, lambda: len(engine.asked) == 2)
        assert engine.cancelled[0][0] == 1 and engine.cancelled[0][1] > 1, "typing never kills the engine"
        engine.say(next_result("stale"), request=1)
        engine.say(next_result("fresh"), request=2)
        await settled(pilot, answered(app))
        assert "fresh" in app.text and "stale" not in app.text and len(app.answered) == 1


async def first_answered_then_typed(pilot):
    """One answer stands on the screen, and the next question is asked."""
    from canned import next_result

    app = pilot.app
    await settled(pilot, lambda: len(app.engine.asked) == 1)
    app.engine.say(next_result("first"))
    await settled(pilot, answered(app))
    await pilot.press("!")
    await settled(pilot, lambda: app.lab.has_class("-stale"))


async def test_an_older_answer_stays_dimmed_until_the_newer_is_there():
    engine = FakeEngine()
    app = LabApp("next", engine)
    from canned import next_result

    async with app.run_test(size=(80, 24)) as pilot:
        await first_answered_then_typed(pilot)
        assert "first" in app.lab.panes.text and "computing… (type on)" in app.text
        engine.say(next_result("second"))
        await settled(pilot, lambda: "second" in app.lab.panes.text)
        assert not app.lab.has_class("-stale")


async def test_escape_gives_up_what_cannot_be_interrupted_and_keeps_the_picture():
    engine = FakeEngine()
    app = LabApp("next", engine)

    async with app.run_test(size=(80, 24)) as pilot:
        await first_answered_then_typed(pilot)
        await pilot.press("escape")
        assert engine.cancelled == [(2, AT_ONCE)]
        engine.change("starting", "the engine did not stop when asked")
        engine.obey(2)
        await settled(pilot, lambda: "the engine starts again in the background" in app.words)
        assert "first" in app.lab.panes.text and not app.lab.has_class("-stale")
        engine.change("ready")
        await pilot.press("?")
        await settled(pilot, lambda: len(engine.asked) == 3)


async def test_a_dead_engine_is_said_and_the_newest_input_is_sent_again_once():
    engine = FakeEngine()
    app = LabApp("next", engine)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, lambda: len(engine.asked) == 1)
        line = "the engine process ended (signal 9); a new one is starting, your input is kept"
        engine.asked[0][2](Lost(1, line, again=True))
        await settled(pilot, lambda: f"! {line}"[:70] in app.text)
        assert len(engine.asked) == 2 and engine.asked[1][:2] == engine.asked[0][:2]
        engine.asked[1][2](Lost(2, line, again=True))
        await settled(pilot, lambda: "ended the engine process twice" in app.text)
        assert len(engine.asked) == 2
        engine.state = "gone"
        await pilot.press("ctrl+r")
        assert engine.restarts == 1


async def test_an_engine_that_dies_while_nothing_is_asked_is_said_too():
    from canned import next_result

    engine = FakeEngine()
    app = LabApp("next", engine)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, lambda: len(engine.asked) == 1)
        engine.say(next_result("time"))
        await settled(pilot, answered(app))
        engine.change("starting", "the engine process ended (signal 9); a new one is starting")
        await settled(pilot, lambda: "! the engine process ended (signal 9)" in app.text)
        assert "time" in app.lab.panes.text
        engine.change("ready")
        await settled(pilot, lambda: len(engine.asked) == 2)


async def test_a_failure_is_one_line_and_markup_in_it_stays_text():
    engine = FakeEngine()
    app = LabApp("attention", engine)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, lambda: len(engine.asked) == 1)
        engine.asked[0][2](Failed(1, "--word [bold]x[/]: not in the text; choose another", True))
        await settled(pilot, lambda: "! --word [bold]x[/]: not in the text; choose another" in app.text)


NASTY = {
    "spaces": "     ",
    "joined emoji": "👩‍👩‍👧‍👦 and 🏳️‍🌈",
    "right to left": "שלום עולם مرحبا",
    "markup": "[red]x[/red] [/] [@click=app.quit]y[/]",
    "combining": "é" * 30 + "\u202e",
    "control": "a\x1b[31mb\x00c",
}


@pytest.mark.parametrize("name", ["tokenize", "compare", "merges", "neighbours", "map", "analogy", "distance"])
async def test_unusual_text_gives_a_result_or_one_line(name):
    app = LabApp(name)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, answered(app))
        for kind, text in NASTY.items():
            app.lab.entry.prompt.line.value = ""
            await settled(pilot, lambda: app.lab.status.line.startswith("type here"))
            app.lab.entry.prompt.line.replace(text, 0, 0)
            await settled(pilot, lambda: not app.lab.status.line.startswith(("type here", "computing")))
            said = app.lab.status.line
            assert "Error" not in said and "engine.log" not in said, kind
            assert said.startswith(("cpu ·", "! ", "words ·")), kind


async def test_the_control_of_files_at_hand_follows_the_line():
    async with (app := LabApp("caption")).run_test(size=(80, 24)) as pilot:
        await settled(pilot, lambda: "file ‹seven.txt›" in app.text)
        await pilot.press("x")
        await settled(pilot, lambda: "file ‹…›" in app.text)
        await pilot.press("backspace")
        await settled(pilot, lambda: "file ‹seven.txt›" in app.text)


async def test_a_family_typed_by_an_emoji_keyboard_stays_together():
    """Textual alone drops what is not printable: three people instead of one family, and another number of tokens."""
    async with (app := LabApp("tokenize")).run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+u")
        app.burst("👩\u200d👩\u200d👧!")
        await settled(pilot, lambda: app.lab.form.line.endswith("!"))
        assert app.lab.form.line == "👩\u200d👩\u200d👧!"


async def test_an_empty_line_asks_for_text():
    app = LabApp("tokenize")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, answered(app))
        await pilot.press("ctrl+u")
        await settled(pilot, lambda: "type here: The text to split." in app.text)


async def test_news_from_before_the_line_was_emptied_are_not_shown():
    """They lie in the lab's queue while the line is emptied; without that they are shown."""
    async with (app := LabApp("next", FakeEngine())).run_test(size=(80, 24)) as pilot:
        app.lab.asker.tell(Trouble("news of an hour ago"))
        app.lab.asker.close()
        await settled(pilot, lambda: not app.lab._message_queue.qsize())
        assert "news of" not in app.text
        app.lab.asker.tell(Trouble("news of today"))
        await settled(pilot, lambda: "news of today" in app.text)


async def test_a_megabyte_is_cut_and_said_so():
    app = LabApp("tokenize")
    async with app.run_test(size=(80, 24)) as pilot:
        from textual import events

        app.lab.entry.prompt.line.value = ""
        app.lab.entry.prompt.line.post_message(events.Paste("many words\n" * 100_000))
        await settled(pilot, lambda: "only the first 10,000 of 1,100,000 characters are used" in app.text, 20)
        assert len(app.lab.form.line) == LIMIT
        await pilot.press("backspace", "z")
        await settled(pilot, lambda: app.lab.form.line.endswith("z"))


@pytest.mark.parametrize("name", ["positions", "tokenize"])
async def test_tiny_terminals_and_resizing_in_the_middle(name):
    app = LabApp(name)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, answered(app))
        for size in [(20, 5), (200, 60), (1, 1), (40, 12), (80, 24)]:
            await pilot.resize_terminal(*size)
            await pilot.pause()
        await pilot.pause()
        assert app.lab.status.line.startswith("cpu")
        assert app.focused is not None


async def test_a_lab_without_an_engine_starts_its_own_and_stops_it(monkeypatch):
    started = []

    class Client(FakeEngine):
        def __init__(self):
            super().__init__()
            started.append(self)

    monkeypatch.setattr("tutor.app.engine_client.EngineClient", Client)
    app = LabApp("next")
    app.engine = None
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, lambda: bool(started and started[0].asked))
    assert started[0].state == "gone" and len(started) == 1


def test_make_lab_refuses_what_is_no_experiment():
    from tutor.errors import UsageError

    with pytest.raises(UsageError, match="no such experiment"):
        make_lab("nonsense")


async def test_presets_may_come_one_after_the_other():
    """The last one wins, whatever was still being computed."""
    app = LabApp("positions")
    async with app.run_test(size=(80, 24)) as pilot:
        for length in (4, 8, 12):
            await app.lab.load(Positions(length=length))
        await settled(pilot, lambda: bool(app.answered) and app.answered[-1].inputs.length == 12)
        assert not [one for one in app.query(Input) if one.value != app.lab.form.line and one.has_focus]


def test_paths_of_sources_exist():
    """`s` finds something to show for every experiment, in files of the package."""
    from tutor.app.labs.source import passages
    from tutor.paths import PACKAGE

    for name in experiments.names():
        found = passages(name)
        assert any(passage.name in ("run", "stream") for passage in found), name
        for passage in found:
            file = Path(PACKAGE / passage.file).read_text(encoding="utf-8").split("\n")
            assert file[passage.line - 1] == passage.text.split("\n")[0]


def test_the_source_begins_with_what_a_lab_is_about():
    """Not with how a model is opened or what its answer is kept in."""
    from tutor.app.labs.source import passages

    first = {name: passages(name)[0] for name in experiments.names()}
    opening = ("engine/loading", "engine/records", "engine/registry", "engine/run_folder")
    assert not [name for name, passage in first.items() if passage.file.startswith(opening)]
    assert "scores = q @ k.transpose(-2, -1)  # (B, H, T, S)" in first["attention"].text
    assert first["finetune"].file == "engine/lora.py" and first["positions"].name == "sinusoidal"


async def test_a_question_that_waits_for_next_to_nothing_is_asked(monkeypatch):
    """The pause between two questions may be over but for a billionth of a second."""
    engine = FakeEngine()
    async with (app := LabApp("surprise", engine)).run_test(size=(80, 24)) as pilot:
        await settled(pilot, lambda: engine.asked)
        monkeypatch.setattr(base, "time", SimpleNamespace(monotonic=lambda: base.DEBOUNCE))
        app.lab._asked_at, app.lab._soon = 1e-9, None
        app.lab.schedule()
        assert len(engine.asked) == 1
        await settled(pilot, lambda: len(engine.asked) == 2)


async def test_an_answer_that_comes_after_a_resize_stays():
    """What a new size has drawn again, once it is laid out, is the newest answer and not the one of that moment."""
    async with (app := LabApp("tokenize")).run_test(size=(80, 24)) as pilot:
        await settled(pilot, answered(app))
        lab = app.lab
        lab.on_resize(events.Resize(lab.size, lab.size))
        lab.on_reply(replace(lab.reply, picture=Text("the newer picture"), words=["newer words"]))
        await pilot.pause()
        assert "the newer picture" in app.text and "newer words" in app.text
