"""A tokenizer that was just trained: what it learned first and last, and what it costs beside the bundled one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from tutor.views.sentences import counted, listed
from tutor.views.token_strip import TokenStrip
from tutor.views.visible import visible

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.train_tokenizer import Cost, Piece, Result, Working


def picture(result: Result) -> RenderableType:
    """The pieces as strips, the costs as a table."""
    costs = (result.trained, result.bundled)
    table = Table(box=None, pad_edge=False)
    columns = {
        "held-out\ntext by": [visible(cost.tokenizer, spaces=False) for cost in costs],
        "vocabulary": [f"{cost.vocabulary_size:,}" for cost in costs],
        "tokens": [f"{cost.token_count:,}" for cost in costs],
        "characters\neach": [f"{cost.characters_per_token:.2f}" for cost in costs],
        "bytes\neach": [f"{cost.bytes_per_token:.2f}" for cost in costs],
        "unknown": [f"{cost.unknown_count:,}" for cost in costs],
    }
    if all(cost.bytes_per_token == cost.characters_per_token for cost in costs):
        del columns["bytes\neach"]  # every character is one byte
    if not any(cost.unknown_count for cost in costs):
        del columns["unknown"]
    for heading in columns:
        left = heading.startswith("held")
        table.add_column(heading, justify="left" if left else "right", vertical="bottom", header_style="dim")
    for row in zip(*columns.values(), strict=True):
        table.add_row(*row)
    strips: list[RenderableType] = []
    for called, pieces in (("learned first", result.first), ("learned last", result.last)):
        if pieces:
            strips += [Text(called, style="dim"), TokenStrip([piece.text for piece in pieces]), Text()]
    return Group(*strips, table)


def words(result: Result) -> list[str]:
    """How much shorter the held-out text became, what was learned, and where it is."""
    sentences = [_saving(result), _learned(result)]
    if result.vocabulary_size < result.vocabulary_asked:
        sentences.append(
            f"{result.vocabulary_asked:,} tokens were asked for; the file is too small for more than these: "
            "give a longer one, or expect whole words of it as tokens."
        )
    sentences += [_cost(result.trained), _cost(result.bundled)]
    for called, pieces in (("First", result.first), ("Last", result.last)):
        if pieces:
            sentences.append(f"{called} learned: {listed([_told(piece) for piece in pieces])}.")
    sentences.append(
        f"Trained on {result.training_characters:,} characters in {result.seconds:.1f} seconds; "
        f"{result.held_out_characters:,} were held out."
    )
    sentences.append(f"It is kept in {visible(result.out, spaces=False)}: --tokenizer opens that.")
    return sentences


def _saving(result: Result) -> str:
    trained, bundled = result.trained, result.bundled
    change = 1 - trained.token_count / max(bundled.token_count, 1)
    more = "fewer" if change >= 0 else "more"
    compared = f"{100 * abs(change):.0f} % {more} than the bundled bpe's {bundled.token_count:,}"
    return (
        f"The held-out text takes {trained.token_count:,} tokens, {compared}: "
        f"{trained.characters_per_token:.2f} characters a token instead of {bundled.characters_per_token:.2f}."
    )


def _learned(result: Result) -> str:
    began = result.vocabulary_size - result.learned
    return (
        f"It has {result.vocabulary_size:,} tokens: {began:,} single characters or bytes to begin with and "
        f"{counted(result.learned, 'longer piece')} that it learned."
    )


def _cost(cost: Cost) -> str:
    return (
        f"{visible(cost.tokenizer, spaces=False)}: {counted(cost.vocabulary_size, 'token')} to choose from, "
        f"{cost.characters_per_token:.2f} characters and {cost.bytes_per_token:.2f} bytes a token, "
        f"{cost.unknown_count:,} unknown."
    )


def _told(piece: Piece) -> str:
    """A piece in quotes, with what it was joined from where that is known."""
    text = f"'{visible(piece.text)}'"
    if piece.left is None or piece.right is None:
        return text
    return f"{text} from '{visible(piece.left)}' and '{visible(piece.right)}'"


def progress(record: Working) -> str:
    """How long it has been at it."""
    return f"learning from {record.training_characters:,} characters, {record.seconds:.0f} s"
