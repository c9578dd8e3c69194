"""A second picture beside the first: where it stands, what it answers, and when it stays away."""

from canned_labs import distribution, surprised
from fake_engine import FakeEngine, LabApp, settled

from tutor.experiments import neighbours, tokenize
from tutor.experiments import next as next_word

LARGE, SMALL = (120, 40), (80, 24)


class Roomy(LabApp):
    """A lab that has the screen to itself, as in the playground."""

    def compose(self):
        for widget in super().compose():
            if widget is self.lab:
                self.lab.invite()
            yield widget


async def loaded(pilot, inputs, *records):
    """The lab with these inputs, and the engine's answers to the questions that come of them, one after the other."""
    lab, engine = pilot.app.lab, pilot.app.engine
    known = len(engine.asked)
    await lab.load(inputs)
    for number, record in enumerate(records, known + 1):
        await settled(pilot, lambda count=number: len(engine.asked) >= count)
        engine.say(record(engine.asked[-1][1]))
    await settled(pilot, lambda: lab.reply is not None and lab.reply.question.inputs == inputs)
    if len(records) != 1:
        await settled(pilot, lambda: lab.company.asker.question is None)
    await pilot.pause()
    return lab


async def test_a_word_s_neighbours_stand_beside_their_map_where_there_is_room():
    """Bars to the left, the same words as points to the right, and the map's own warning below it."""
    app = Roomy("neighbours")
    async with app.run_test(size=LARGE) as pilot:
        lab = await loaded(pilot, neighbours.Inputs("king"))
        bars = next(line for line in app.text.splitlines() if "nearest to king" in line)
        assert "the same words as places" in bars
        assert "● king" in app.text and "○ queen" in app.text and "The map shows 52 %" in app.text
        await pilot.press("f2")
        await settled(pilot, lambda: "The map shows 52 %" in app.text and "●" not in app.text)
        assert lab.reply.question.name == "neighbours"


async def test_without_room_a_picture_stands_alone_and_resizing_brings_company():
    """80×24: only bars. The window grows: the map comes. It shrinks again: the map goes."""
    app = Roomy("neighbours")
    async with app.run_test(size=SMALL) as pilot:
        await loaded(pilot, neighbours.Inputs("king"))
        assert "as places" not in app.text
        await pilot.resize_terminal(*LARGE)
        await settled(pilot, lambda: "● king" in app.text)
        await pilot.resize_terminal(*SMALL)
        await settled(pilot, lambda: "● king" not in app.text)


async def test_beside_a_lesson_a_lab_has_no_company():
    """A lab that was not told that the screen is its own shows what the step is about and nothing else."""
    app = LabApp("neighbours")
    async with app.run_test(size=LARGE) as pilot:
        await app.lab.load(neighbours.Inputs("king"))
        await settled(pilot, lambda: "prince" in app.text)
        await pilot.pause(0.1)
        assert "as places" not in app.text


async def test_a_text_stands_over_what_other_tokenizers_make_of_it():
    """The tokens by BPE, below them a row for each of the others; a text that is long has the room to itself."""
    app = Roomy("tokenize")
    async with app.run_test(size=LARGE) as pilot:
        await loaded(pilot, tokenize.Inputs("Transformers are amazing!"))
        rows = [line.split()[0] for line in app.text.splitlines() if "." in line and line.split()[1:2]]
        assert "the same text by other tokenizers" in app.text
        assert {"word", "wordpiece", "unigram", "char", "byte"} <= set(rows) and "bpe" not in rows
        await app.lab.load(tokenize.Inputs("word " * 100))
        await settled(pilot, lambda: "by other tokenizers" not in app.text)


async def test_below_the_next_word_stands_how_the_text_was_read():
    """Bars of the next word, then each token of the text by its surprise; two pinned ways have no company."""
    app = Roomy("next", FakeEngine())
    async with app.run_test(size=LARGE) as pilot:
        await loaded(pilot, next_word.Inputs("The cat sat"), distribution, surprised)
        assert "30.0 %" in app.text and "surprised it" in app.text and "9.00 bits" in app.text
        await pilot.press("f3")
        await settled(pilot, lambda: "surprised it" not in app.text)


async def test_an_older_second_picture_goes_when_the_new_one_takes_long():
    """The text changes and the engine is slow: after a blink the old colours are gone, and then the new ones come."""
    app = Roomy("next", FakeEngine())
    async with app.run_test(size=LARGE) as pilot:
        lab = await loaded(pilot, next_word.Inputs("The cat sat"), distribution, surprised)
        await pilot.press("x")
        await settled(pilot, lambda: app.engine.asked[-1][0] == "next" and app.engine.asked[-1][1] == lab.inputs)
        app.engine.say(distribution(lab.inputs))
        await settled(pilot, lambda: app.engine.asked[-1][0] == "surprise" and "surprised it" not in app.text)
        app.engine.say(surprised(app.engine.asked[-1][1]))
        await settled(pilot, lambda: "satx" in app.text and "surprised it" in app.text)


async def test_company_that_cannot_be_answered_stays_away_and_is_not_asked_again():
    """The second question is refused: the first picture stands alone, without a word about it in the status."""
    app = Roomy("next", FakeEngine())
    async with app.run_test(size=LARGE) as pilot:
        await loaded(pilot, next_word.Inputs("The cat sat"), distribution)
        await settled(pilot, lambda: app.engine.asked[-1][0] == "surprise")
        asked = len(app.engine.asked)
        app.engine.fail("surprise: no")
        await settled(pilot, lambda: app.lab.company.asker.question is None)
        await pilot.pause(0.3)
        assert len(app.engine.asked) == asked and "surprised it" not in app.text
        assert "no" not in app.lab.status.line.split()
