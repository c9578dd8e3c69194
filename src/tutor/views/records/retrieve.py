"""Passages that were found, the best first, with the words that speak for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from tutor.views import palette
from tutor.views.sentences import counted, listed
from tutor.views.visible import visible

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.retrieve import Match, Result

_BAR = 12  # cells of the best score


def picture(result: Result) -> RenderableType:
    """A line a passage with its score as a bar, beneath it the snippet with the words set apart."""
    parts: list[RenderableType] = [Text(sentence) for sentence in words(result)[:1] if not result.matches]
    for match in result.matches:
        parts += [_heading(match, result.matches[0].score), Padding(_snippet(match), (0, 0, 1, 2))]
    return Group(*parts)


def _heading(match: Match, best: float) -> Text:
    share = match.score / best
    cells = max(round(share * _BAR), 1)
    return Text.assemble(
        ("█" * cells, palette.hexadecimal(0.45 + 0.35 * share)),
        " " * (_BAR - cells),
        f" {match.score:.2f}  ",
        (match.step_title, "bold"),
        (f"  lesson {match.lesson}: {', '.join(match.words)}", "dim"),
        no_wrap=True,
        overflow="ellipsis",
    )


def _snippet(match: Match) -> Text:
    text = Text(match.snippet)
    text.highlight_words(match.words, "underline", case_sensitive=False)
    return text


def words(result: Result) -> list[str]:
    """The best passage and why, what the words weigh, then passage by passage."""
    if not result.matches:
        asked = listed([f"'{visible(term.word)}'" for term in result.terms])
        return [f"None of the {result.searched:,} passages of the lessons holds {asked}."]
    best = result.matches[0]
    sentences = [
        f"'{best.step_title}' in lesson {best.lesson} fits best (score {best.score:.2f}): "
        f"it holds {_quoted(best.words)}.",
        f"{counted(result.found, 'passage')} of {result.searched:,} {'holds' if result.found == 1 else 'hold'} "
        f"one of the words; {_weights(result)}.",
    ]
    sentences += [
        f"{place}. '{match.step_title}', lesson {match.lesson} ({match.lesson_title}), score {match.score:.2f}, "
        f"for {_quoted(match.words)}: {match.snippet}"
        for place, match in enumerate(result.matches, 1)
    ]
    return sentences


def _weights(result: Result) -> str:
    known = sorted((term for term in result.terms if term.passages), key=lambda term: -term.weight)
    missing = [f"'{visible(term.word)}'" for term in result.terms if not term.passages]
    told = f"'{known[0].word}' counts most ({known[0].weight:.2f}, in {counted(known[0].passages, 'passage')})"
    if len(known) > 1:
        told += f", '{known[-1].word}' least ({known[-1].weight:.2f}, in {known[-1].passages:,})"
    return told + (f"; {listed(missing)} {'is' if len(missing) == 1 else 'are'} in none" if missing else "")


def _quoted(found: tuple[str, ...]) -> str:
    return listed([f"'{word}'" for word in found])
