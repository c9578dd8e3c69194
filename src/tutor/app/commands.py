"""What the palette offers: what can be done here, steps, lessons, labs, review, themes, ASCII, home, help, quit."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from textual.app import SystemCommand
from textual.screen import Screen

from tutor.app import theme
from tutor.app.labs import LABS
from tutor.app.navigation import OpenLab, OpenLesson, OpenReview
from tutor.app.screens.help import offered, spelled

if TYPE_CHECKING:
    from tutor.app.tutor_app import TutorApp


def commands(app: TutorApp, screen: Screen[object]) -> Iterator[SystemCommand]:
    """All of them, what belongs to the screen first."""
    yield from _here(app, screen)
    yield SystemCommand("Home", "The course and the labs", app.action_home)
    for lesson in app.outlines:
        title = f"Lesson {lesson.number}: {lesson.title}"
        yield SystemCommand(title, f"{len(lesson.steps)} steps", partial(app.post_message, OpenLesson(lesson.name)))
    for lab in LABS:
        yield SystemCommand(f"Lab: {lab.title}", lab.line, partial(app.post_message, OpenLab(lab.name)))
    yield SystemCommand("Review", "Guesses to look at again", partial(app.post_message, OpenReview()))
    for each in theme.THEMES:
        name = each.name.removeprefix("tutor-")
        yield SystemCommand(f"Theme: {name}", "Remembered", partial(app.choose_theme, each.name))
    yield SystemCommand("ASCII characters only", "On or off; remembered", app.toggle_ascii)
    yield SystemCommand("Help", "What the keys do here", app.action_help)
    yield SystemCommand("Quit", "Everything done so far is saved", app.action_quit)
    for lesson in app.outlines:
        for number, step in enumerate(lesson.steps, 1):
            title = f"Step {lesson.number}.{number}: {step.title}"
            opening = OpenLesson(lesson.name, step.key)
            yield SystemCommand(title, lesson.title, partial(app.post_message, opening))


def _here(app: TutorApp, screen: Screen[object]) -> Iterator[SystemCommand]:
    """What the keys of the screen do, by name."""
    seen = set()
    for node, binding, described in offered(screen):
        if binding.action not in seen:
            seen.add(binding.action)
            title = f"Here: {described}"
            yield SystemCommand(title, spelled(binding.key), partial(app.run_action, binding.action, node))
