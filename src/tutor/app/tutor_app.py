"""The app: which screens there are, the keys that work everywhere, and the theme."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.screen import Screen

from tutor.app import ascii_mode, preferences, theme
from tutor.app.ascii_mode import AsciiLines
from tutor.app.navigation import GoHome, OpenLab, OpenLesson
from tutor.app.screens.frame import TABS_BELOW
from tutor.app.screens.home import HomeScreen
from tutor.course import loader
from tutor.course.progress import Progress
from tutor.errors import LessonError

if TYPE_CHECKING:
    from tutor.app.engine_client import EngineClient


class TutorApp(App[None]):
    """`lessons` is a folder with lesson files that stands in for the bundled ones.

    `ascii_only` writes nothing but ASCII characters, as is also done where the terminal knows no others.
    """

    TITLE = "tutor"
    CSS_PATH = "tutor.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (TABS_BELOW, "-wide")]  # noqa: RUF012 - typed so by Textual
    VERTICAL_BREAKPOINTS = [(0, "-low"), (34, "-tall")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+t", "next_theme", "theme", show=False, priority=True),
        Binding("ctrl+p", "command_palette", "search", priority=True),
        Binding("question_mark,f1", "help", "help"),
    ]

    def __init__(self, lessons: Path | None = None, ascii_only: bool = False) -> None:
        super().__init__()
        self._ascii = [AsciiLines()] if ascii_only or ascii_mode.needed() else []
        self.outlines, self.broken = loader.outlines(lessons)
        self.progress = Progress()
        for each in theme.THEMES:
            self.register_theme(each)
        kept, trouble = preferences.read()
        chosen = kept.get("theme", theme.DARK.name)
        self.theme = chosen if chosen in self.available_themes else theme.DARK.name
        self.progress.trouble = self.progress.trouble or trouble

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own two variables, for themes that are not ours."""
        return {"faint": "#808080", "raised": "#80808040"}

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), *self._ascii]

    @cached_property
    def engine(self) -> EngineClient:
        """The one engine process that all labs share."""
        from tutor.app.engine_client import EngineClient

        return EngineClient()

    def get_default_screen(self) -> Screen[None]:
        return HomeScreen(self.outlines, self.broken, self.progress)

    def on_mount(self) -> None:
        self.call_after_refresh(self._after_first_paint)

    async def _after_first_paint(self) -> None:
        """What takes time and is not needed to see home."""
        await self.engine.start()

    async def on_unmount(self) -> None:
        if "engine" in self.__dict__:
            await self.engine.stop()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What the palette offers: every lesson, every lab, themes, home, help, quit."""
        from tutor.app.labs import LABS

        yield SystemCommand("Home", "The course and the labs", self.action_home)
        for lesson in self.outlines:
            title = f"Lesson {lesson.number}: {lesson.title}"
            yield SystemCommand(title, f"{len(lesson.steps)} steps", lambda n=lesson.name: self._to_lesson(n))
        for lab in LABS:
            yield SystemCommand(f"Lab: {lab.title}", lab.line, lambda n=lab.name: self._to_lab(n))
        for each in theme.THEMES:
            name = each.name.removeprefix("tutor-")
            yield SystemCommand(f"Theme: {name}", "Remembered", lambda n=each.name: self.choose_theme(n))
        yield SystemCommand("Help", "What the keys do here", self.action_help)
        yield SystemCommand("Quit", "Everything done so far is saved", self.action_quit)

    @on(OpenLesson)
    def _open_lesson(self, message: OpenLesson) -> None:
        self._to_lesson(message.name, message.step)

    @on(OpenLab)
    def _open_lab(self, message: OpenLab) -> None:
        self._to_lab(message.name)

    @on(GoHome)
    def _go_home(self) -> None:
        self.action_home()

    def _to_lesson(self, name: str, step: str = "") -> None:
        from tutor.app.screens.lesson import LessonScreen

        outline = next(each for each in self.outlines if each.name == name)
        try:
            lesson = loader.load(outline.path)
        except LessonError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self._show(LessonScreen(lesson, self.outlines, self.progress, self.engine, step))

    def _to_lab(self, name: str) -> None:
        from tutor.app.screens.playground import PlaygroundScreen

        self._show(PlaygroundScreen(name, self.engine))

    def _show(self, screen: Screen[None]) -> None:
        """Put a screen on home, in the place of the one that may be there."""
        while len(self.screen_stack) > 2:
            self.pop_screen()
        if len(self.screen_stack) > 1:
            self.switch_screen(screen)
        else:
            self.push_screen(screen)

    def action_command_palette(self) -> None:
        """Search lessons, labs and themes."""
        from tutor.app.parts.palette import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette())

    def action_home(self) -> None:
        """Close what is open."""
        while len(self.screen_stack) > 1:
            self.pop_screen()

    def action_help(self) -> None:
        """What the keys do here."""
        from tutor.app.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.screen))

    def action_next_theme(self) -> None:
        """Dark, light, high contrast."""
        self.choose_theme(theme.after(self.theme))

    def choose_theme(self, name: str) -> None:
        """Take a theme and remember it."""
        self.theme = name
        if trouble := preferences.remember(theme=name):
            self.notify(trouble, severity="warning", markup=False)
