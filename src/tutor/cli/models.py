"""The models there are: list them, show one, check their files against their hashes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from tutor.cli.cards import write_card
from tutor.cli.command import reporting
from tutor.cli.documents import Ascii, Json, Plain, print_document, print_lines
from tutor.cli.own_models import add_model, export_model, remove_model
from tutor.errors import InputError
from tutor.views.magnitude import rounded
from tutor.views.sentences import counted

if TYPE_CHECKING:
    from tutor.engine.registry import Entry

command = typer.Typer(
    help="The models there are: list, show, check; your own: add, export, remove.", no_args_is_help=True
)

command.command("card")(write_card)
command.command("add")(add_model)
command.command("export")(export_model)
command.command("remove")(remove_model)

_CONFIG = {
    "num_hidden_layers": "layers",
    "num_attention_heads": "heads",
    "hidden_size": "width",
    "vocab_size": "vocabulary",
    "max_position_embeddings": "context",
}
"""What a reader wants to know first of a config.json, by the field's own names."""


@command.command("list")
def list_models(json: Json = False, plain: Plain = False, ascii: Ascii = False) -> None:
    """All models by name: what they are, how large, and where they come from."""
    with reporting():
        from tutor.engine import registry

        described = [_described(entry) for entry in registry.entries()]
        if json:
            print_document("models-list", {"models": described}, ascii)
        elif plain or not described:
            print_lines([_sentence(model) for model in described] or ["There are no models yet."], ascii)
        else:
            _print_table(described, ascii)


@command.command("show")
def show_model(
    name: Annotated[str, typer.Argument(help="A model's name, or the path of its folder.")],
    json: Json = False,
    plain: Plain = False,
    ascii: Ascii = False,
) -> None:
    """One model: its kind, its sizes, its files, and its model card."""
    with reporting():
        from tutor.engine import registry

        entry = registry.find(name)
        described = _described(entry) | {"path": str(entry.directory), "config": _config(entry), "card": _card(entry)}
        if json:
            print_document("models-show", {"model": described}, ascii)
        else:
            place = f"{'File' if entry.directory.is_file() else 'Folder'}: {described['path']}"
            lines = [_sentence(described), *_config_lines(described["config"]), place]
            print_lines(lines, ascii)
            if described["card"] and not plain:
                _print_card(described["card"], ascii)


@command.command("check")
def check_models(
    names: Annotated[list[str] | None, typer.Argument(help="Models to check; all of them if none is named.")] = None,
    data: Annotated[
        str | None, typer.Option(metavar="DIR", help="A folder with the recipes' texts: all figures are checked.")
    ] = None,
    files: Annotated[
        bool, typer.Option("--files", help="The files only; their figures are not measured.", metavar="")
    ] = False,
    json: Json = False,
) -> None:
    """Hold each model's files against their SHA-256 sums, and what its card says against what is measured now.

    Figures that need the recipe's text, or minutes, are measured with --data only. Status 1 if something is wrong.
    """
    with reporting():
        from tutor import paths
        from tutor.cli.cards import checked
        from tutor.engine import registry

        found, texts = [], paths.typed(data) if data else None
        for entry in [registry.find(name) for name in names] if names else registry.entries():
            found.append(checked(entry, texts, files))
            if not json:  # as each is done: measuring all takes a while
                print_lines([_checked_line(found[-1])])
        if json:
            print_document("models-check", {"models": found})
        if any(one["problems"] for one in found):
            raise typer.Exit(1)


def _checked_line(one: dict[str, Any]) -> str:
    ending = f"; measured again: {counted(one['measured'], 'figure')}" if one["measured"] else ""
    waiting = f", not measured: {one['not_measured']}" if one["not_measured"] else ""
    return f"{one['name']}: {'; '.join(one['problems']) or 'as it should be'}{ending}{waiting}"


def _described(entry: Entry) -> dict[str, Any]:
    from tutor.engine import registry

    try:
        parameters = registry.parameters(entry.directory)
    except InputError:
        parameters = None  # `check` says what is wrong with it; a list has to show the others all the same
    return {
        "name": entry.name,
        "kind": entry.kind,
        "source": entry.source,
        "parameters": parameters,
        "bytes": registry.size(entry.directory),
    }


def _config(entry: Entry) -> dict[str, Any]:
    from tutor.engine import registry

    has_one = entry.directory.is_file() or (entry.directory / "config.json").is_file()
    return registry.config(entry.directory) if has_one else {}


def _config_lines(config: dict[str, Any]) -> list[str]:
    known = [f"{config[field]:,} {word}" for field, word in _CONFIG.items() if isinstance(config.get(field), int)]
    return [f"Configuration: {', '.join(known)}."] if known else []


def _card(entry: Entry) -> str:
    """The model card without the header that model hubs read."""
    path = entry.directory / "README.md"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    return text.split("\n---\n", 1)[-1].lstrip() if text.startswith("---\n") else text


def _kind(model: dict[str, Any]) -> str:
    from tutor.engine.kinds import called

    return called(model["kind"])


def _sentence(model: dict[str, Any]) -> str:
    held = f"{rounded(model['parameters'])} parameters, " if model["parameters"] else ""
    return f"{model['name']}: {_kind(model)}, {model['source']}, {held}{rounded(model['bytes'])}B."


def _print_table(described: list[dict[str, Any]], ascii: bool) -> None:
    from rich.table import Table

    from tutor.cli.show import Form, console

    table = Table(box=None, pad_edge=False)
    for heading in ("model", "kind", "parameters", "size", "from"):
        table.add_column(heading, justify="right" if heading in ("parameters", "size") else "left")
    for model in described:
        held = rounded(model["parameters"]).strip() if model["parameters"] else ""
        table.add_row(model["name"], _kind(model), held, f"{rounded(model['bytes'])}B", model["source"])
    console(Form(ascii=ascii)).print(table)


def _print_card(card: str, ascii: bool) -> None:
    from rich.markdown import Markdown

    from tutor.cli.show import Form, console

    console(Form(ascii=ascii)).print()
    console(Form(ascii=ascii)).print(Markdown(card))
