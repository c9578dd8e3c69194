"""The lessons: list them, read one, check that they are right."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tutor.cli.command import reporting
from tutor.cli.completion import completer
from tutor.cli.documents import Ascii, Json, Plain, print_document, print_lines

if TYPE_CHECKING:
    from tutor.course.lesson import Lesson, Outline, Step
    from tutor.course.progress import Record
    from tutor.course.validation import Report

command = typer.Typer(help="The lessons: list, show, check.", no_args_is_help=True)


@command.command("list")
def list_lessons(json: Json = False, plain: Plain = False, ascii: Ascii = False) -> None:
    """All lessons: number, title, minutes, steps, and how many of them are done."""
    with reporting():
        from tutor.course import loader
        from tutor.course.progress import Progress

        outlines, broken = loader.outlines()
        progress = Progress()
        for trouble in [*map(str, broken), progress.trouble]:
            if trouble:
                print(f"tutor: {trouble}", file=sys.stderr)
        described = [_outlined(outline, progress.record) for outline in outlines]
        if json:
            print_document("lessons-list", {"lessons": described}, ascii)
        elif plain:
            print_lines([_sentence(lesson) for lesson in described], ascii)
        else:
            _print_table(described, ascii)
        if broken:
            raise typer.Exit(1)


@command.command("show")
def show_lesson(
    number: Annotated[
        int, typer.Argument(help="The lesson's number.", min=1, max=99, autocompletion=completer("lesson"))
    ],
    json: Json = False,
    plain: Plain = False,
    ascii: Ascii = False,
) -> None:
    """One lesson from beginning to end, as text."""
    with reporting():
        from tutor.course import loader

        lesson = loader.find(number)
        if json:
            print_document("lessons-show", {"lesson": _described(lesson)}, ascii)
        elif plain:
            print_lines([as_markdown(lesson)], ascii)
        else:
            from rich.markdown import Markdown

            from tutor.cli.show import Form, console

            console(Form(ascii=ascii)).print(Markdown(as_markdown(lesson)))


@command.command("check")
def check_lessons(
    folder: Annotated[
        str | None, typer.Argument(metavar="DIR", help="A folder with lessons; the bundled ones if left out.")
    ] = None,
    json: Json = False,
    ascii: Ascii = False,
) -> None:
    """Run every preset and hold the lessons' claims, checks and predictions against it; status 1 if one is wrong."""
    with reporting():
        from tutor import paths
        from tutor.course import loader, validation
        from tutor.errors import InputError

        chosen = paths.lessons() if folder is None else paths.typed(folder)
        if not loader.files(chosen):
            raise InputError(str(chosen), "no lesson files", "name a folder with files like 01-name.md")
        report = validation.check(chosen, _has_model, _say)
        _say("")
        if json:
            print_document("lessons-check", _reported(report), ascii)
        else:
            print_lines(_report_lines(report), ascii)
        if report.faults:
            raise typer.Exit(1)


def _has_model(name: str) -> bool:
    """Whether a model is here with its files, as far as can be seen without opening it."""
    from tutor.engine import registry
    from tutor.errors import InputError

    try:
        return registry.find(name).kind != "other"
    except InputError:
        return False


def _say(line: str) -> None:
    """Replace the line on standard error that says what runs; nothing where that is no terminal."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[2K{line[:78]}")
        sys.stderr.flush()


def _reported(report: Report) -> dict[str, Any]:
    return {
        "lessons": report.lessons,
        "presets": report.presets,
        "claims": report.claims,
        "faults": [{"where": fault.where, "what": fault.what} for fault in report.faults],
        "skipped": [{"where": fault.where, "what": fault.what} for fault in report.skipped],
    }


def _report_lines(report: Report) -> list[str]:
    lines = [f"{fault.where}: {fault.what}" for fault in report.faults]
    lines += [f"{fault.where}: skipped: {fault.what}" for fault in report.skipped]
    counted = f"{report.lessons} lessons, {report.presets} presets run, {report.claims} claims held against them"
    return [*lines, f"{counted}: {len(report.faults) or 'nothing'} wrong."]


def _outlined(outline: Outline, record: Record) -> dict[str, Any]:
    return {
        "number": outline.number,
        "name": outline.name,
        "title": outline.title,
        "minutes": outline.minutes,
        "steps": len(outline.steps),
        "done": record.steps_done(outline),
    }


def _sentence(lesson: dict[str, Any]) -> str:
    done = f"{lesson['done']} of {lesson['steps']} steps done"
    return f"Lesson {lesson['number']}, {lesson['title']}: {lesson['minutes']} minutes, {done}."


def _print_table(described: list[dict[str, Any]], ascii: bool) -> None:
    from rich.table import Table

    from tutor.cli.show import Form, console

    table = Table(box=None, pad_edge=False)
    for heading in ("", "lesson", "minutes", "steps", "done"):
        table.add_column(heading, justify="left" if heading == "lesson" else "right")
    for lesson in described:
        table.add_row(*(str(lesson[key]) for key in ("number", "title", "minutes", "steps", "done")))
    console(Form(ascii=ascii)).print(table)


def _described(lesson: Lesson) -> dict[str, Any]:
    outline = lesson.outline
    head = {"number": outline.number, "name": outline.name, "title": outline.title}
    return head | {"goal": lesson.goal, "minutes": outline.minutes, "steps": [_step(step) for step in lesson.steps]}


def _step(step: Step) -> dict[str, Any]:
    """A step as JSON. Predictions have no answer here: only the live model does."""
    return {
        "kind": step.kind,
        "title": step.title,
        "text": step.text,
        "after": step.after,
        "preset": step.preset.line if step.preset else None,
        "check": step.task.that.source if step.task else None,
        "hints": list(step.task.hints) if step.task else [],
        "ask": step.prediction.ask if step.prediction else None,
        "choices": list(step.prediction.choices if step.prediction else (choice.text for choice in step.choices)),
    }


def as_markdown(lesson: Lesson) -> str:
    """A lesson as Markdown to be read, without what is meant for the program."""
    outline = lesson.outline
    parts = [f"# {outline.number}  {outline.title}", f"*{lesson.goal}* ({outline.minutes} minutes)"]
    for step in lesson.steps:
        parts += _step_parts(step)
    return "\n\n".join(part for part in parts if part) + "\n"


def _step_parts(step: Step) -> list[str]:
    kind = "" if step.kind == "read" else f"{step.kind.capitalize()}: "
    parts = [f"## {kind}{step.title}", step.text]
    if step.preset:
        parts.append(f"    {step.preset.line}")
    if step.prediction:
        parts += [f"**{step.prediction.ask}**", "\n".join(f"- {choice}" for choice in step.prediction.choices)]
    if step.choices:
        parts.append("\n".join(f"- {choice.text}" for choice in step.choices))
        parts.append("\n".join(f"- {'Right' if each.right else 'Wrong'}: {each.why}" for each in step.choices))
    return [*parts, step.after]
