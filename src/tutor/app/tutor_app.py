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

from tutor.app import ascii_mode, keymap, preferences, theme
from tutor.app.ascii_mode import AsciiLines
from tutor.app.freed_memory import forget_drawn
from tutor.app.navigation import GoHome, OpenLab, OpenLesson, OpenLine, OpenReview
from tutor.app.screens.frame import TABS_BELOW
from tutor.app.screens.home import HomeScreen
from tutor.course import loader
from tutor.course.progress import Progress
from tutor.errors import LessonError, TutorError

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
        Binding("ctrl+t", "next_theme", "theme", show=False, priority=True, id="app.theme"),
        Binding("ctrl+p", "command_palette", "search", priority=True, id="app.search"),
        Binding("question_mark,f1", "help", "help", id="app.help"),
    ]

    def __init__(self, lessons: Path | None = None, ascii_only: bool = False) -> None:
        super().__init__()
        self.outlines, self.broken = loader.outlines(lessons)
        self.progress = Progress()
        for each in theme.THEMES:
            self.register_theme(each)
        kept, trouble = preferences.read()
        chosen = kept.get("theme", theme.DARK.name)
        self.theme = chosen if chosen in self.available_themes else theme.DARK.name
        asked = ascii_only or ascii_mode.needed() or kept.get("ascii") == "on"
        self._ascii = [AsciiLines()] if asked else []
        self._left: dict[str, object] = {}
        keys, clash = keymap.read()
        self.set_keymap(keys)
        self.progress.trouble = self.progress.trouble or trouble or clash

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own two variables, for themes that are not ours."""
        return {"faint": "#808080", "raised": "#80808040"}

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), *self._ascii]

    def get_key_display(self, binding: Binding) -> str:
        shown = super().get_key_display(binding)
        return ascii_mode.key_named(shown) if self._ascii else shown

    @property
    def _background_screens(self) -> list[Screen[object]]:
        """The screens below, for as long as something is drawn.

        Textual leaves this list in the context of whatever runs just then, and tasks that begin there inherit it: a
        screen that is gone would keep the one before it in memory, which keeps the one before that.
        """
        screens = super()._background_screens
        if self._loop is not None:
            self._loop.call_soon(screens.clear)
        return screens

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
        """What the palette offers."""
        from tutor.app.commands import commands

        yield from commands(self, screen)

    @on(OpenLesson)
    def _open_lesson(self, message: OpenLesson) -> None:
        self._to_lesson(message.name, message.step)

    @on(OpenLab)
    def _open_lab(self, message: OpenLab) -> None:
        self._to_lab(message.name)

    @on(OpenLine)
    def _open_line(self, message: OpenLine) -> None:
        from tutor.experiments.frame import command

        try:
            name, inputs = command.parse(message.line)
        except TutorError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self._to_experiment(name, inputs)

    @on(OpenReview)
    def _open_review(self) -> None:
        from tutor.app.screens.review import ReviewScreen

        self._show(ReviewScreen(self.outlines, self.progress))

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
        from tutor.app.labs import LABS

        self._to_experiment(next(info.experiments[0] for info in LABS if info.name == name))

    def _to_experiment(self, experiment: str, inputs: object = None) -> None:
        from tutor.app.screens.playground import PlaygroundScreen

        self._show(PlaygroundScreen(experiment, self.engine, inputs, self._left))

    def _show(self, screen: Screen[None]) -> None:
        """Put a screen on home, in the place of the one that may be there."""
        forget_drawn()
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
        forget_drawn()
        while len(self.screen_stack) > 1:
            self.pop_screen()

    def action_help(self) -> None:
        """What the keys do here."""
        from tutor.app.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.screen))

    def action_next_theme(self) -> None:
        """Dark, light, high contrast, colour-blind safe."""
        self.choose_theme(theme.after(self.theme))

    def choose_theme(self, name: str) -> None:
        """Take a theme and remember it."""
        self.theme = name
        self._remember(theme=name)

    def toggle_ascii(self) -> None:
        """ASCII characters only, or all that there are; remembered."""
        self._ascii = [] if self._ascii else [AsciiLines()]
        self._remember(ascii="on" if self._ascii else "off")
        self.refresh_css(animate=False)
        self.refresh(layout=True)

    def _remember(self, **values: str) -> None:
        if trouble := preferences.remember(**values):
            self.notify(trouble, severity="warning", markup=False)
