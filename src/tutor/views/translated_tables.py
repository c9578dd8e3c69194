"""The attention of a translation as tables and as a gloss: across, back to what is written, the encoder's own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from tutor.views.beside import Beside
from tutor.views.gloss import Gloss, Said
from tutor.views.heatmap import Heatmap
from tutor.views.visible import bare, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tutor.experiments.translate import Result, Row, Sentence

SMALLEST = 8
"""Rows and columns that are left of the closest look."""
START = "(start)"
"""What the decoder has read before its first token."""
TITLES = {
    "cross": ("cross-attention", "↓ to write, → the English"),
    "decoder": ("masked self-attention", "↓ to write, → what is written"),
    "encoder": ("encoder, no mask", "↓ the English, → the English"),
}


@dataclass(frozen=True)
class Placed:
    """What a lab may ask of a picture of a translation."""

    result: Result
    row: Row
    height: int | None = None
    """Lines to keep within, as far as possible."""
    zoom: int = 0
    """How often the part of a table that is shown was halved."""

    @property
    def place(self) -> tuple[int, int | None]:
        """The sentence and the place of the word that is pointed at."""
        return self.row.sentence, self.row.word

    def line(self, width: int) -> int | None:
        """The line that should be seen, where the picture is longer than its pane; None if it does not matter."""
        return None

    def head_at(self, x: int, y: int, width: int) -> tuple[int, int] | None:
        """No head is chosen here with a click."""
        return None


@dataclass(frozen=True)
class Titled:
    """A heat map under a line that says what it shows; `first` is the number of its first row."""

    titles: tuple[str, ...]
    """The fullest first; the first one that fits is written."""
    drawn: Heatmap
    first: int = 0

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        title = next((each for each in self.titles if cell_len(each) <= options.max_width), self.titles[-1])
        yield Text(title, style="dim", no_wrap=True, overflow="ellipsis")
        yield self.drawn

    @property
    def mark(self) -> int:
        """The row that is pointed at."""
        return self.drawn.mark or 0

    def row_at(self, y: int, width: int) -> int | None:
        """The row that is drawn on line `y` in so many columns."""
        row = self.drawn.row_at(y - 1, width)
        return None if row is None else row + self.first


@dataclass(frozen=True)
class Tables:
    """What the decoder reads across and what it looks back at, side by side."""

    result: Result
    row: Row

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Beside(table(self.result, self.row, "cross"), table(self.result, self.row, "decoder"))


def table(result: Result, row: Row, kind: str, zoom: int = 0) -> Titled:
    """One kind of attention in the sentence of `row`; in the encoder's, the word that `row` reads most is marked.

    `zoom` halves what is shown so many times.
    """
    from tutor.experiments.translate import pattern

    one = result.sentences[row.sentence]
    values = pattern(result, row.sentence, kind)
    written, read = [bare(each.text) for each in one.outputs], [bare(each.text) for each in one.tokens]
    rows, columns, mark = written, read, row.token
    if kind == "decoder":
        values, columns = unmasked(values), [START, *written[:-1]]
    elif kind == "encoder":
        rows, mark = read, int(row.reads.argmax())
    unit = "weight, each row sums to 1"
    drawn = Heatmap(values, rows, columns, mark=mark, numbers=True, unit=unit, pooling="largest", square=True)
    called, sides = TITLES[kind]
    titles = f"{called} · {whose(result, kind).removeprefix('the ')} · {sides}", f"{called} · {sides}", called
    return Titled(titles, *part(drawn, zoom))


def every_head(result: Result, sentence: int) -> NDArray[Any]:
    """The patterns of all layers and heads of the table that was asked for."""
    from tutor.experiments.translate import patterns_of

    patterns = patterns_of(result.sentences[sentence], result.table)
    return unmasked(patterns) if result.table == "decoder" else patterns


def part(drawn: Heatmap, zoom: int) -> tuple[Heatmap, int]:
    """A part of a matrix, around its marked row and what that looks at most, and the number of its first row.

    Each zoom halves the sides, down to `SMALLEST`.
    """
    import numpy as np

    mark = drawn.mark or 0
    rows = _around(mark, len(drawn.values), zoom)
    columns = _around(int(np.nanargmax(drawn.values[mark])), drawn.values.shape[1], zoom)
    if (len(rows), len(columns)) == drawn.values.shape:
        return drawn, 0
    counts = drawn.values.shape
    sides = [f"{at.start + 1} to {at.stop} of {count}" for at, count in zip((rows, columns), counts, strict=True)]
    down, across = (slice(side.start, side.stop) for side in (rows, columns))
    shown = replace(
        drawn,
        values=drawn.values[down, across],
        rows=drawn.rows[down],
        columns=drawn.columns[across],
        mark=mark - rows.start,
        unit=f"weight; ↓ {sides[0]}, → {sides[1]}",
    )
    return shown, rows.start


def _around(place: int, count: int, zoom: int) -> range:
    size = min(max(count >> zoom, SMALLEST), count)
    first = min(max(place - size // 2, 0), count - size)
    return range(first, first + size)


def clearest(result: Result) -> Row:
    """The word of the first sentence that reads a word of the source most clearly, in its second half if it can be:
    there it has something to look back at.
    """
    from tutor.experiments.translate import row_of

    one, mean = result.sentences[0], replace(result, layer=None, head=None)  # another head, the same word
    sources = [list(word.tokens) for word in one.source_words if word.text.isalpha()]

    def clear(place: int) -> tuple[bool, bool, float]:
        weights, is_late = row_of(mean, 0, place).reads, 2 * (place + 1) >= len(one.words)
        best = max((float(weights[at].sum()) for at in sources), default=0.0)
        return one.words[place].text.isalpha(), is_late, best

    return row_of(result, 0, max(range(len(one.words)), key=clear))


def whose(result: Result, kind: str) -> str:
    """Which heads a table is the mean of."""
    from tutor.experiments.translate import patterns_of

    layer, head = (result.layer, result.head) if (kind == "encoder") == (result.table == "encoder") else (None, None)
    layers, heads = patterns_of(result.sentences[0], kind).shape[:2]
    if layers * heads == 1 or (layer is not None and head is not None):
        return f"layer {layer or 0}, head {head or 0}"
    if layer is not None:
        return f"the mean of the {heads} heads of layer {layer}"
    return (
        f"the mean of all {layers * heads} heads" if head is None else f"the mean of head {head} in {layers} layers"
    )


def unmasked(values: NDArray[Any]) -> NDArray[Any]:
    """The pattern with NaN, which is drawn as nothing, for what had not been written yet."""
    import numpy as np

    return np.where(np.tril(np.ones_like(values, dtype=bool)), values, np.nan)


def reads(one: Sentence, weights: NDArray[Any]) -> list[tuple[str, float]]:
    """Each word of the source with the weight of its tokens together."""
    return [(bare(word.text), float(weights[list(word.tokens)].sum())) for word in one.source_words]


def written_before(one: Sentence, weights: NDArray[Any]) -> list[tuple[str, float]]:
    """The start and each word that is written already, with the weight of its tokens together."""
    known = len(weights) - 1
    words = [(word, [token + 1 for token in word.tokens if token < known]) for word in one.words]
    return [(START, float(weights[0]))] + [
        (bare(word.text), float(weights[places].sum())) for word, places in words if places
    ]


def glossed(result: Result, row: Row, back: bool) -> Gloss:
    """Under each word of the sentence of `row` what it reads most, and with `back` what it looks back at most."""
    from tutor.experiments.translate import row_of

    one = result.sentences[row.sentence]
    rows = [row_of(result, row.sentence, place) for place in range(len(one.words))]
    said = [_most("reads", [reads(one, each.reads) for each in rows])]
    if back:
        said.append(_most("looks back", [written_before(one, each.looks_back) for each in rows]))
    return Gloss([bare(word.text) for word in one.words], said, row.word)


def _most(label: str, rows: Sequence[Sequence[tuple[str, float]]]) -> Said:
    best = [max(row, key=lambda pair: pair[1]) for row in rows]
    return Said(label, [text for text, _ in best], [share for _, share in best])


def pointed(result: Result, row: Row, width: int, most: int) -> list[Text]:
    """The translation in lines of that width, the word of `row` marked; only its sentence if that is over `most`."""
    parts = [_sentence(one, row if at == row.sentence else None) for at, one in enumerate(result.sentences)]
    console = Console(width=width)
    lines = Text(" ").join(parts).wrap(console, width)
    if len(lines) > most:
        here = Text.assemble((f"sentence {row.sentence + 1} of {len(parts)}: ", "dim"), parts[row.sentence])
        lines = here.wrap(console, width)[:most]  # type: ignore[assignment]
    return list(lines)


def _sentence(one: Sentence, row: Row | None) -> Text:
    if row is None:
        return Text(visible(one.translation, spaces=False), style="dim")
    word, text = one.words[row.word], one.translation
    cuts = (text[: word.start], text[word.start : word.end], text[word.end :])
    before, here, after = (visible(part, spaces=False) if part else "" for part in cuts)
    return Text.assemble((before, "bold"), (here, "bold reverse"), (after, "bold")) if text else Text("(nothing)")
