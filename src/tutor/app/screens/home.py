"""Home: the course as a path, the labs beside it, and one key to go on where one left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tutor.app.labs import LABS
from tutor.app.navigation import OpenLab, OpenLesson, OpenLine, OpenReview
from tutor.app.parts.course_path import CoursePath, LabRows
from tutor.app.parts.rows import Rows
from tutor.app.parts.yours import Own, YourRows, found
from tutor.app.screens.frame import Frame
from tutor.course.lesson import Outline
from tutor.course.progress import Progress
from tutor.errors import LessonError, TutorError

STACKED_BELOW = 72
"""Columns below which the labs stand under the course."""


class HomeScreen(Frame):
    """What one sees first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "go_on", "open", id="home.open"),
        Binding("up,down", "wake", "choose", show=False),
        Binding("tab,left,right", "other(1)", "course / labs / yours", id="home.other"),
        Binding("shift+tab", "other(-1)", "back", show=False, id="home.before"),
        Binding("d,delete", "remove", "remove", id="home.remove", tooltip="Remove this model of yours; asks first"),
        Binding("q", "app.quit", "quit", id="home.quit"),
    ]
    AUTO_FOCUS = "#path"
    MORE_KEYS = (("1 to 9, 0", "the lesson of that number; 0 is the tenth"), ("a letter", "the lab with that key"))

    def __init__(self, lessons: Sequence[Outline], broken: Sequence[LessonError], progress: Progress) -> None:
        super().__init__()
        self.lessons, self.broken, self.progress = tuple(lessons), tuple(broken), progress
        self._doomed: Own | None = None
        """What is removed when the key is pressed once more."""
        # Held, not looked up: a resize or an answer can come before they are mounted and after they are taken down.
        self.path, self.labs, self.yours = CoursePath(self.lessons, self.progress.record), LabRows(LABS), YourRows()
        self.welcome = Static(id="welcome")
        self.column = VerticalScroll(can_focus=False, id="home-scroll")

    def body(self) -> ComposeResult:
        with self.column:
            yield self.welcome
            with Horizontal(id="columns"):
                with Vertical(id="course"):
                    yield Static("Course", classes="heading")
                    yield self.path
                with Vertical(id="side"):
                    yield Static("Labs", classes="heading")
                    yield self.labs
                    yield Static("Yours", classes="heading", id="yours-heading")
                    yield self.yours

    def on_mount(self) -> None:
        self.head("tutor", "transformers and language models, by doing")
        self._show_progress()
        self.call_after_refresh(self._show_yours)

    def on_screen_resume(self) -> None:
        """Back from a lesson: what was done there shows."""
        self._show_progress()
        self._show_yours()

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self.set_class(event.size.width < STACKED_BELOW, "-stacked")
        airy = event.size.height >= 34
        self.path.airy = airy
        self.labs.airy = airy and event.size.height >= 20 + 2 * len(LABS)

    def _show_progress(self) -> None:
        self.path.record = self.progress.record
        self.welcome.update(self._welcome())
        if self.next_lesson is not None:
            self.path.cursor = self.lessons.index(self.next_lesson)

    @property
    def next_lesson(self) -> Outline | None:
        """Where to go on: the lesson one was in, or the next one if that is done."""
        record = self.progress.record
        last = next((lesson for lesson in self.lessons if record.place and lesson.name == record.place.lesson), None)
        if last is not None and not record.is_done(last):
            return last
        return next((lesson for lesson in self.lessons if not record.is_done(lesson)), None)

    def _welcome(self) -> Content:
        """Three lines and one key at the first start; afterwards how far one is."""
        trouble = self.progress.trouble or next((str(error) for error in self.broken), "")
        warning = Content.assemble((f"\n! {trouble}", "$text-error")) if trouble else Content("")
        record, lesson = self.progress.record, self.next_lesson
        if not self.lessons:
            return Content.assemble("There are no lessons here; the labs work all the same.", warning)
        if lesson is None:
            return Content.assemble(("All lessons done. ", "bold"), "The labs stay open for play.", warning)
        if not record.done and record.place is None:
            return Content.assemble(self._first_words(), warning)
        return Content.assemble(self._go_on(lesson), warning)

    def _first_words(self) -> Content:
        minutes = sum(lesson.minutes for lesson in self.lessons)
        return Content.assemble(
            (f"{self._counted()} on how language models work, about {_hours(minutes)} in all.\n", "bold"),
            "Beside every text runs a real model: type, guess, take it apart.\n",
            ("enter", "$accent"),
            " begins the first lesson.",
        )

    def _counted(self) -> str:
        words = "No One Two Three Four Five Six Seven Eight Nine Ten".split()
        count = len(self.lessons)
        return f"{words[count] if count < len(words) else count} lesson{'s' if count != 1 else ''}"

    def _go_on(self, lesson: Outline) -> Content:
        record = self.progress.record
        here = record.place is not None and record.place.lesson == lesson.name
        steps = {step.key: number for number, step in enumerate(lesson.steps, 1)}
        at = steps.get(record.place.step, 1) if here and record.place else 1
        where = f"step {at} of {len(lesson.steps)}" if here else f"{lesson.minutes} minutes"
        minutes = sum(record.minutes_left(each) for each in self.lessons)
        return Content.assemble(
            ("enter", "$accent"),
            " continues  ",
            (f"{lesson.number}  {lesson.title}\n", "bold"),
            (f"{where}   ·   {_hours(minutes)} of the course left", "$text-muted"),
        )

    def _show_yours(self) -> None:
        """Guesses, models and runs of one's own. Read after the first paint."""
        had_focus = self.yours.has_focus
        self.yours.owns = found(len(self.progress.record.misses))
        if had_focus and not self.yours.owns:
            self.path.focus()

    @on(Rows.Chosen)
    def _chosen(self, event: Rows.Chosen) -> None:
        event.stop()
        if isinstance(event.rows, LabRows):
            self.post_message(OpenLab(event.rows.labs[event.index].name))
        elif isinstance(event.rows, YourRows):
            own = event.rows.owns[event.index]
            self.post_message(OpenLine(own.line) if own.line else OpenReview())
        else:
            self.post_message(OpenLesson(self.lessons[event.index].name))

    def on_key(self, event: events.Key) -> None:
        """A lesson's number or a lab's key opens it from anywhere on this screen."""
        self._spare(event)
        lesson = next((each for each in self.lessons if str(each.number) == _number(event.character)), None)
        lab = next((each for each in LABS if each.key and each.key == event.character), None)
        if lesson is not None:
            event.stop()
            self.post_message(OpenLesson(lesson.name))
        elif lab is not None:
            event.stop()
            self.post_message(OpenLab(lab.name))

    def action_go_on(self) -> None:
        """Enter while nothing has focus."""
        if self.next_lesson is not None:
            self.post_message(OpenLesson(self.next_lesson.name))

    def action_wake(self) -> None:
        """An arrow while nothing has focus."""
        self.path.focus()

    def action_other(self, by: int) -> None:
        """From the course to the labs, to what is one's own, and round again."""
        lists = [each for each in (self.path, self.labs, self.yours) if each.can_focus and each.count]
        if lists:
            here = next((index for index, each in enumerate(lists) if each.has_focus), -by)
            lists[(here + by) % len(lists)].focus()

    def _spare(self, event: events.Key) -> None:
        """Any key but the one that removes keeps what was about to be removed."""
        if self._doomed is not None and event.key not in ("d", "delete"):
            self._doomed = None
            self._show_progress()

    def action_remove(self) -> None:
        """Ask first; the same key again removes."""
        own = self.yours.chosen
        if own is None:
            return
        if own.kind == "run":
            self._say(f"The run {own.name} goes with its model; or delete its folder, which tutor doctor names.")
        elif own != self._doomed:
            self._doomed = own
            self._say(f"Remove the model {own.name} and its run for good? d removes, any other key keeps.")
        else:
            self._removed(own)

    def _removed(self, own: Own) -> None:
        from tutor.engine import own_models

        self._doomed = None
        try:
            own_models.remove(own.name, run=True)
        except (TutorError, OSError) as error:
            self._say(str(error))
        else:
            self._show_yours()
            self._say(f"{own.name} is removed.")

    def _say(self, line: str) -> None:
        """A line where the welcome stands, until the next key."""
        self.welcome.update(Content.assemble(("! ", "$accent"), line))
        self.column.scroll_home(animate=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing here are not offered."""
        if action != "remove":
            return True
        own = self.yours.chosen
        return own is not None and own.kind != "guesses"


def _number(character: str | None) -> str:
    """The lesson that a digit opens; 0 is the tenth."""
    return "10" if character == "0" else character or ""


def _hours(minutes: int) -> str:
    """A time as one says it: "45 min", "3 h", "4 h 30 min"."""
    whole, rest = divmod(minutes, 60)
    return " ".join([f"{whole} h"] * (whole > 0) + [f"{rest} min"] * (rest > 0 or not whole))
