"""The whole app on a pack of lessons, with an engine that answers only when a test says so."""

from pathlib import Path

from fake_engine import FakeEngine

from tutor.app.tutor_app import TutorApp
from tutor.course import loader

PACK = Path(__file__).parent.parent / "course" / "pack"


class StillEngine(FakeEngine):
    """Starts no process; `started` counts how often it was told to."""

    started = 0

    async def start(self):
        self.started += 1


class Whole(TutorApp):
    """The app as it is, but for its engine."""

    CSS_PATH = TutorApp.CSS_PATH and str(Path(loader.__file__).parent.parent / "app" / "tutor.tcss")

    def __init__(self, lessons=PACK):
        super().__init__(lessons)
        self.engine = StillEngine()

    @property
    def lines(self):
        """What is on the screen, line by line."""
        strips = self.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip).rstrip() for strip in strips]

    @property
    def text(self):
        """What is on the screen."""
        return "\n".join(self.lines)

    @property
    def keys(self):
        """The last line."""
        return self.lines[-1]


def course(folder, count):
    """So many small lessons of two steps."""
    for number in range(1, count + 1):
        (folder / f"{number:02d}-lesson.md").write_text(
            f"# Lesson {number} of some\nGoal: to learn.\nMinutes: 20\n\n## One\n\nText one.\n\n"
            "```tutor\ntutor positions --length 8\n```\n\n## Two\n\nText two.\n",
            encoding="utf-8",
        )
    return folder
