"""What a lesson says of a lab whose inputs are no longer the step's own."""

from fake_engine import settled
from whole_app import Whole

LONG = "a sentence that is much longer than the line above the lab has columns for it, as most sentences are"
STEP = f'# Cutting\nGoal: x.\nMinutes: 20\n\n## One\n\nText.\n\n```tutor\ntutor tokenize "{LONG}"\n```\n'


async def test_that_a_long_preset_was_left_is_seen(tmp_path):
    """The command is cut with an ellipsis, also after the line between text and lab moved; the note behind it stays
    whole."""
    (tmp_path / "01-cutting.md").write_text(STEP, encoding="utf-8")
    app = Whole(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("enter")
        await settled(pilot, lambda: 'tutor tokenize "a sentence' in app.text)
        await pilot.press("l", "x")
        await settled(pilot, lambda: "…   changed; ^r: as in the step" in app.text)
        await pilot.press("f8", "f8")
        await settled(pilot, lambda: "…   changed; ^r: as in the step" in app.text)


async def test_back_to_a_step_without_inputs_shows_those_before_it(tmp_path):
    """From the third step back to the second, which has a text only: the lab is as when one came from the first; what
    one did with the first one's inputs stays on the way forward."""
    steps = [("One", "--length 8"), ("Two", ""), ("Three", "--length 16")]
    blocks = [f"## {t}\n\nText.\n" + (f"\n```tutor\ntutor positions {o}\n```\n" if o else "") for t, o in steps]
    (tmp_path / "01-steps.md").write_text("# Steps\nGoal: x.\nMinutes: 20\n\n" + "\n".join(blocks), encoding="utf-8")
    app = Whole(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("enter")
        await settled(pilot, lambda: "length ‹8›" in app.text)
        app.screen.lab_side.lab.form.set("length", 9)
        await pilot.press("n")
        await settled(pilot, lambda: "2 of 3" in app.text)
        assert app.screen.lab_side.lab.inputs.length == 9
        await pilot.press("n")
        await settled(pilot, lambda: "length ‹16›" in app.text)
        await pilot.press("b")
        await settled(pilot, lambda: "length ‹8›" in app.text)
