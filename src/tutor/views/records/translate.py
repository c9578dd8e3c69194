"""A translation: its beams, each token with its rivals, and where self-attention and cross-attention looked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from tutor.views.heatmap import Heatmap
from tutor.views.sentences import counted
from tutor.views.translated import WordPicture
from tutor.views.translated_table import TablePicture
from tutor.views.translated_tables import START, clearest, unmasked
from tutor.views.translated_words import doubts, told
from tutor.views.visible import bare, visible

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.translate import Result, Sentence, Written

_RIVALS = 2
"""Other candidates that are shown beside each token."""
_SEEN = 0.005
"""The smallest share of a rival that is told: a smaller one would be written as 0 %."""
_ROWS = 40
"""Tokens that the table has room for; sentences tell the others."""


def picture(result: Result) -> RenderableType:
    """The table or the word that was asked for; else the translation and, for its first sentence, the beams, the
    tokens and both kinds of attention of the decoder.
    """
    if result.table is not None:
        return TablePicture(result, result.row or clearest(result))
    if result.row is not None:
        return WordPicture(result, result.row)
    first = result.sentences[0]
    parts: list[RenderableType] = [_pairs(result), Text(), _beams(first), Text(), _tokens(first), Text()]
    if len(result.sentences) > 1:
        parts.insert(2, Text("the first sentence, in full", style="dim"))
    written, read = _labels(first), [bare(token.text) for token in first.tokens]
    parts += [
        Text("masked self-attention: from the token to choose to what was written before it", style="dim"),
        Heatmap(
            unmasked(first.self_mean), written, [START, *written[:-1]], numbers=True, unit="mean weight of all heads"
        ),
        Text("\ncross-attention: from the token to choose to what the encoder read", style="dim"),
        Heatmap(first.cross_mean, written, read, numbers=True, unit="mean weight of all heads"),
    ]
    return Group(*parts)


def _pairs(result: Result) -> Group:
    """Each sentence and its translation, and what was cut."""
    lines = []
    for one in result.sentences:
        lines += [Text(visible(one.source, spaces=False), style="dim"), Text(_translation(one), style="bold")]
    return Group(*lines, *(Text(said, style="dim italic") for said in [*doubts(result), *_cut(result)]))


def _beams(one: Sentence) -> Table:
    table = _table("beams", "log-probability", "a token")
    for beam in one.beams:
        table.add_row(visible(beam.text, spaces=False), _signed(beam.log_probability), _signed(beam.score))
    return table


def _tokens(one: Sentence) -> Table:
    table = _table("token", "probability", "instead of", "looks back at", "reads")
    for column in (2, 3, 4):
        table.columns[column].justify = "left"
    for place, output in enumerate(one.outputs[:_ROWS]):
        rivals = ", ".join(f"{text} {_percent(share)}" for text, share in _rivals(output) if share >= _SEEN)
        back, read = _looks(one, place)
        table.add_row(bare(output.text), _percent(output.probability), rivals, " ".join(back), " ".join(read))
    if len(one.outputs) > _ROWS:
        table.add_row(f"and {len(one.outputs) - _ROWS} more")
    return table


def _table(*headings: str) -> Table:
    """Columns without lines, all but the first aligned to the right."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="right" if place else "left")
    return table


def words(result: Result) -> list[str]:
    """The translation and how sure the model is; then beams, what the encoder gave, and token by token."""
    first = result.sentences[0]
    sentences = [*doubts(result), *told(result), _translated(first), *_doubt(first)]
    sentences += [_translated(one) for one in result.sentences[1:]]
    sentences += _cut(result)
    sentences += [
        f"Another beam: '{visible(beam.text, spaces=False)}', {_signed(beam.log_probability)} in all, "
        f"{_signed(beam.score)} a token."
        for beam in first.beams[1:]
    ]
    vectors, width = first.memory_shape
    sentences.append(
        f"The encoder gave {vectors} vectors of {width} numbers, one for each source token, not one for the whole "
        f"sentence; if the decoder could read only their mean, the log-probability would be "
        f"{_signed(first.one_vector_log_probability)}."
    )
    return sentences + [_choice(first, place) for place in range(len(first.outputs))]


def _translated(one: Sentence) -> str:
    best = one.beams[0]
    return (
        f"'{visible(one.source, spaces=False)}' becomes '{_translation(one)}', with a log-probability of "
        f"{_signed(best.log_probability)}: {_signed(best.score)} for each of {counted(best.tokens, 'token')}."
    )


def _doubt(one: Sentence) -> list[str]:
    """The token that was least sure, and what it won or lost against."""
    place = min(range(len(one.outputs)), key=lambda index: one.outputs[index].probability)
    output = one.outputs[place]
    rival, part = max(_rivals(output), key=lambda pair: pair[1])
    instead = f"; '{rival}' has {_percent(part)}" if part >= _SEEN else ""
    _, (read, weight) = _looks(one, place)
    return [
        f"It is least sure of '{bare(output.text)}' ({_percent(output.probability)}{instead}), and to choose it "
        f"reads '{read}' most ({weight} of the weight)."
    ]


def _cut(result: Result) -> list[str]:
    """What was too long."""
    said = [
        f"'{_translation(one)}' was not ended by the model: it ran into its limit."
        for one in result.sentences
        if not one.ended
    ]
    said += [
        f"Sentence {place} is longer than the model can read: its last {counted(one.left_out, 'character')} were "
        "left out."
        for place, one in enumerate(result.sentences, 1)
        if one.left_out
    ]
    if result.left_out:
        said.append(
            f"Only the first {counted(len(result.sentences), 'sentence')} were translated; "
            f"{counted(result.left_out, 'character')} after them were left out."
        )
    return said


def _choice(one: Sentence, place: int) -> str:
    output, ((back, weight), (read, share)) = one.outputs[place], _looks(one, place)
    near = [f"'{text}' {_percent(part)}" for text, part in _rivals(output) if part >= _SEEN]
    rivals = f" (beside it {', '.join(near)})" if near else ""
    seen = back if back == START else f"'{back}'"
    return (
        f"'{bare(output.text)}' has {_percent(output.probability)}{rivals}; it looks back at "
        f"{seen} ({weight}) and reads '{read}' ({share})."
    )


def _looks(one: Sentence, place: int) -> tuple[tuple[str, str], tuple[str, str]]:
    """What an output token looks back at most, and what it reads most, each with its weight."""
    back, read = one.self_mean[place], one.cross_mean[place]
    before, source = int(back.argmax()), int(read.argmax())
    label = START if before == 0 else bare(one.outputs[before - 1].text)
    return (label, _percent(back[before])), (bare(one.tokens[source].text), _percent(read[source]))


def _rivals(output: Written) -> list[tuple[str, float]]:
    """The likeliest other tokens and their shares; a space shows where only that tells one from the output."""
    others = [one for one in output.candidates if one.id != output.id][:_RIVALS]
    told = [visible(one.text) if bare(one.text) == bare(output.text) else bare(one.text) for one in others]
    return [(text, one.probability) for text, one in zip(told, others, strict=True)]


def _labels(one: Sentence) -> list[str]:
    return [bare(output.text) for output in one.outputs]


def _translation(one: Sentence) -> str:
    """The translation, or a word for one that has no text."""
    return visible(one.translation, spaces=False) or "(nothing)"


def _signed(number: float) -> str:
    return f"{number:.2f}".replace("-", "−")


def _percent(share: float) -> str:
    return f"{100 * float(share):.0f} %"
