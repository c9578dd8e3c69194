"""The translation lab: a word and what it was written from, the tables of attention, the head that aligns best."""

import pytest
from canned_translation import aligned, translated
from fake_engine import FakeEngine, LabApp, settled

from tutor.app.labs.translation import TranslationLab
from tutor.experiments.cross_attention import Inputs as Aligned
from tutor.experiments.frame import command
from tutor.experiments.translate import Inputs as Translate

TEXT = "Where is the library?"
SIZES = [(80, 24), (120, 40)]


async def answer(pilot):
    """Answer what the lab asks now."""
    app = pilot.app
    await settled(pilot, lambda: bool(app.engine.asked) and app.engine.asked[-1][1] == app.lab.inputs)
    name, inputs, _ = app.engine.asked[-1]
    app.engine.say((translated if name == "translate" else aligned)(inputs))
    await settled(pilot, lambda: app.lab.asker.question is None)
    await pilot.pause()


async def opened(pilot, preset=None):
    """The lab with its first answer, the focus on the picture."""
    lab = pilot.app.lab
    await lab.load(preset or Translate(TEXT))
    await answer(pilot)
    lab.panes.focus()
    await settled(pilot, lambda: lab.panes.has_focus)
    return lab


@pytest.mark.parametrize("size", SIZES)
async def test_each_word_stands_over_what_it_reads_and_arrows_choose_one(size):
    """The translation, under each of its words the English word it reads most with the share; for the word that is
    pointed at, bars for the English, for the words before it, and for the likeliest tokens. Arrows go on, round at
    the ends, and the engine is not asked again."""
    app = LabApp("translate", FakeEngine())
    async with app.run_test(size=size) as pilot:
        lab = await opened(pilot)
        assert isinstance(lab, TranslationLab) and "▸biblioteca" in app.text and "masked: biblioteca ? <" in app.text
        (words,) = (line for line in app.text.split("\n") if "Dónde" in line and "▸" in line)
        (reads,) = (line for line in app.text.split("\n") if line.strip("▏ ").startswith("reads  "))
        assert words.index("biblioteca") == reads.rindex("library"), "the word stands over what it reads"
        assert "cross-attention" in app.text and "looks back" in app.text and "70.0 %" in app.text
        assert "then teca 70 %" in app.text and "becomes '¿Dónde está la biblioteca?'" in app.words
        asked = len(app.engine.asked)
        await pilot.press("left")
        await settled(pilot, lambda: "▸la" in app.text)
        assert "In the mean of all 4 heads, 'la' reads 'library' (" in app.words
        assert "and looks back most at 'está' (100 %)" in app.words
        await pilot.press("down", "down", "down", "right")
        await settled(pilot, lambda: "▸¿" in app.text)
        assert lab.inputs == Translate(TEXT, word="¿") and "(start) (100 %)" in app.words
        assert len(app.engine.asked) == asked and app.answered[-1].result.row.word == 0


async def test_enter_turns_to_the_three_tables_and_escape_comes_back():
    """First from the token to write to the English, then to what is written, where half is empty, then the
    encoder's, where nothing is; each says whose heads it shows and has the word marked."""
    app = LabApp("translate", FakeEngine())
    async with app.run_test(size=(80, 24)) as pilot:
        lab = await opened(pilot)
        await pilot.press("enter")
        await settled(pilot, lambda: "cross-attention · mean of all 4 heads" in lab.panes.text)
        assert not lab.check_action("zoom", (1,)), "a small table has nothing to be seen closer"
        assert any(line.strip("▏ ").startswith("▸") and "biblio" in line for line in lab.panes.text.split("\n"))
        await pilot.press("shift+left")
        await settled(pilot, lambda: "cross-attention · layer 1, head 1" in lab.panes.text)
        assert "0.94" in lab.panes.text and "'biblioteca' reads 'library' (94 %)" in app.words
        assert "layer ‹1›" in app.text and lab.form.highs == {"layer": 1, "head": 1}
        await pilot.press("enter")
        await settled(pilot, lambda: "masked self-attention · layer 1, head 1" in lab.panes.text)
        assert "'biblioteca' looks back most at 'la' (100 %). The mask hides 'biblioteca' and all" in app.words
        await pilot.press("enter")
        await settled(pilot, lambda: "encoder, no mask · mean of all 6 heads" in lab.panes.text)
        assert "Nothing is masked: 'library'" in app.words and "gives 29 % to what comes after it" in app.words
        await settled(pilot, lambda: lab.form.highs == {"layer": 2, "head": 1})
        await pilot.press("shift+right", "escape")
        await settled(pilot, lambda: "▸biblioteca" in lab.panes.text and "masked" in lab.panes.text)
        assert lab.inputs == Translate(TEXT), "a head of the encoder is none of the decoder"


async def test_the_best_head_and_back():
    """h shows the head that aligns best, with `biblioteca` at `library`; arrows choose words, shift and arrow heads;
    h again, and the translation is as it was left. The command gives the same again."""
    app = LabApp("translate", FakeEngine())
    async with app.run_test(size=(120, 40)) as pilot:
        lab = await opened(pilot)
        await pilot.press("enter", "enter", "h")
        await answer(pilot)
        assert "layer 1, head 1, which aligns best (91 %)" in lab.panes.text and lab.inputs == Aligned(TEXT)
        assert "'biblioteca' reads in this head" in lab.panes.text and "less likely without it by" in lab.panes.text
        assert "tables" not in [one.description for _, one, on, _ in app.screen.active_bindings.values() if on]
        await pilot.press("left", "shift+left")
        await settled(pilot, lambda: "layer 1, head 0: from output" in lab.panes.text)
        assert "'la' reads none" in app.words or "In layer 1, head 0, 'la' reads" in app.words
        await pilot.press("y")
        assert command.parse(app.clipboard) == ("cross-attention", Aligned(TEXT, layer=1, head=0, word="la"))
        asked = len(app.engine.asked)
        await pilot.press("h")
        await settled(pilot, lambda: "masked self-attention · mean of all 4 heads" in lab.panes.text)
        assert lab.inputs == Translate(TEXT, table="decoder", word="la") and len(app.engine.asked) == asked


async def test_clicks_choose_words_and_heads():
    """A click on a word of the gloss, on a row of a table, on a small picture of a head."""
    app = LabApp("translate", FakeEngine())
    async with app.run_test(size=(120, 40)) as pilot:
        lab = await opened(pilot)

        async def click(text, on, further=4):
            rows = lab.panes.text.split("\n")
            row = next(at for at, line in enumerate(rows) if on in line)
            await pilot.click(lab.panes, offset=(rows[row].index(text) + further, row))

        await click("Dónde", "▸biblioteca")
        await settled(pilot, lambda: lab.inputs.word == "Dónde")
        await pilot.press("enter")
        await settled(pilot, lambda: "cross-attention ·" in lab.panes.text)
        await click("teca", "   teca")
        await settled(pilot, lambda: lab.inputs.word == "biblioteca")
        await click("layer 1", " layer 1", 12)
        await settled(pilot, lambda: "cross-attention · layer 1, head 0" in lab.panes.text)
        await pilot.press("h")
        await answer(pilot)
        await click("layer 0", " layer 0", 12)
        await settled(pilot, lambda: (lab.inputs.layer, lab.inputs.head) == (0, 0))


async def test_a_word_that_is_no_longer_there_is_let_go():
    """After another text the word of the preset is not in the translation: the lab asks once more without it."""
    app = LabApp("translate", FakeEngine())
    async with app.run_test(size=(80, 24)) as pilot:
        lab = await opened(pilot, Translate(TEXT, word="la"))
        assert "▸la" in app.text
        lab.focus()
        await settled(pilot, lambda: lab.entry.has_focus_within)
        assert "enter: to the words" in app.text
        await pilot.press("!")
        await settled(pilot, lambda: app.engine.asked[-1][1].text == f"{TEXT}!")
        app.engine.fail("--word la: it is not in the translation; choose another one: El, gato")
        await settled(pilot, lambda: app.engine.asked[-1][1] == Translate(f"{TEXT}!"))
        await answer(pilot)
        assert "▸biblioteca" in app.text and "!" not in lab.status.line
        await pilot.press("enter")
        await settled(pilot, lambda: lab.panes.has_focus)


async def test_without_colour_numbers_and_shades_say_it_and_ascii_is_ascii(monkeypatch):
    """No colour: per cent under each word and shades in the tables. ASCII: not one other character."""
    monkeypatch.setenv("NO_COLOR", "1")
    app = LabApp("translate", FakeEngine())
    async with app.run_test(size=(80, 24)) as pilot:
        lab = await opened(pilot, Translate(TEXT, word="la", layer=1, head=1))
        assert "90 %" in app.text and "library" in app.text
        await pilot.press("enter")
        await settled(pilot, lambda: "0.90" in lab.panes.text and "░▒" in lab.panes.text)
    from tutor.views.export import export

    for kind in (Translate(TEXT, word="la"), Translate(TEXT, table="encoder")):
        from tutor import views

        assert export(views.picture("translate", translated(kind)), ".txt", "x", ascii_only=True).isascii()
