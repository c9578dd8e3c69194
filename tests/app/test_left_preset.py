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
