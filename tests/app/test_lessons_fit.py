"""Every step of the bundled lessons is one screenful."""

import pytest
from textual.containers import Vertical
from whole_app import Whole

from tutor.app.parts.page import StepPage
from tutor.app.screens.frame import Frame
from tutor.course import loader


class Pages(Frame):
    """Pages one after the other in the columns and rows that the text has beside a lab at 120×40."""

    def body(self):
        yield Vertical(id="text-side")

    async def turn_to(self, step):
        """Show a step."""
        side = self.query_one("#text-side")
        side.styles.width, side.styles.height = 55, 37
        await side.remove_children()
        await side.mount(StepPage(step, done=False))


@pytest.mark.parametrize("path", loader.files(), ids=lambda path: path.stem)
async def test_no_step_has_to_be_scrolled_at_120_by_40(path):
    """The text and what is asked about it can be seen at once."""
    app, hidden = Whole(), {}
    async with app.run_test(size=(120, 40)) as pilot:
        pages = Pages()
        await app.push_screen(pages)
        for step in loader.load(path).steps:
            await pages.turn_to(step)
            await pilot.pause()
            page = pages.query_one(StepPage)
            assert page.size.height == 36
            if page.max_scroll_y:
                hidden[step.key] = page.max_scroll_y
    assert hidden == {}
