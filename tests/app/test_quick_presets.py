"""A lesson's step that shows how a text is written: the model writes at once, unless one is to guess first."""

import pytest
from canned import generated
from fake_engine import settled
from whole_app import Whole

from tutor.experiments import generate

READ = "## One\n\nText one.\n\n"
GUESS = '## Predict: Two\n\nText.\n\n```predict\nask = "How many?"\nanswer = "len(result.steps)"\n```\n\n'
PRESET = '```tutor\ntutor generate "Once upon a time" --tokens 2\n```\n'


def asked(app):
    """What the engine was asked to write."""
    return [inputs for name, inputs, _ in app.engine.asked if name == "generate"]


@pytest.fixture
def lesson(tmp_path):
    def write(step):
        (tmp_path / "01-writing.md").write_text(
            f"# Writing\nGoal: x.\nMinutes: 20\n\n{step}{PRESET}", encoding="utf-8"
        )
        return tmp_path

    return write


async def test_a_step_to_read_shows_what_the_model_writes(lesson):
    """No key is pressed after the step is opened, and the text is there; r has it written again."""
    app = Whole(lesson(READ))
    inputs = generate.Inputs("Once upon a time", tokens=2)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("enter")
        await settled(pilot, lambda: asked(app) == [inputs])
        app.engine.say(generated(inputs, " there", " was"))
        await settled(pilot, lambda: "Once upon a time there was" in app.text and "30 tokens a second" in app.text)
        await pilot.press("r")
        await settled(pilot, lambda: asked(app) == [inputs, inputs])


async def test_what_is_to_be_guessed_is_not_written_before(lesson):
    """The lab is covered and nothing was asked of the engine; with the guess it writes."""
    app = Whole(lesson(GUESS))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("enter")
        await settled(pilot, lambda: "How many?" in app.text)
        await pilot.pause(0.2)
        assert asked(app) == []
        await pilot.press("7", "enter")
        await settled(pilot, lambda: "How sure?" in app.text)
        await pilot.press("enter")
        await settled(pilot, lambda: len(asked(app)) == 1)


async def test_the_status_names_keys_of_the_lab_only_while_they_are_the_lab_s(lesson):
    """Beside the text, where enter goes to the next step, nothing is said of it; in the lab it writes again."""
    app = Whole(lesson(READ))
    inputs = generate.Inputs("Once upon a time", tokens=2)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("enter")
        await settled(pilot, lambda: asked(app) == [inputs])
        app.engine.say(generated(inputs, " there", " was"))
        status = app.screen.lab_side.lab.status
        await settled(pilot, lambda: "30 tokens a second" in status.line)
        assert "enter" not in status.line
        await pilot.press("l")
        await settled(pilot, lambda: "enter writes it again" in status.line)
        await pilot.press("f6")
        await settled(pilot, lambda: "enter" not in status.line)


async def test_what_waits_for_enter_says_where(tmp_path):
    """The enter that goes to the next step starts no run; that of the lab does, and there the status says so."""
    text = "# Training\nGoal: x.\nMinutes: 20\n\n" + READ.replace("one.", "one, and nothing runs.")
    preset = "```tutor\ntutor pretrain lessons/practice/tiny.toml\n```\n"
    (tmp_path / "01-training.md").write_text(text + preset, encoding="utf-8")
    app = Whole(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("enter")
        await settled(pilot, lambda: "in the lab, enter runs this" in app.text)
        await pilot.press("l")
        await settled(pilot, lambda: "enter runs this" in app.text and "in the lab," not in app.text)
