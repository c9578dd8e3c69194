"""Several tokenizers' tokens of one text: counts in columns, the tokens as strips."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from tutor.views.sentences import counted, listed
from tutor.views.token_strip import TokenStrip
from tutor.views.visible import visible

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.compare import Result

_STRIP = 120
"""The most tokens of one strip: with more, the tokenizers would no longer stand on one screen."""


def picture(result: Result) -> RenderableType:
    """A row a tokenizer."""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim", expand=True)
    table.add_column("tokenizer", no_wrap=True, max_width=20)
    table.add_column("tokens", justify="right", no_wrap=True)
    table.add_column("char/tok", justify="right", no_wrap=True)
    table.add_column(f"{counted(result.character_count, 'character')}, {counted(result.byte_count, 'byte')}", ratio=1)
    for split in result.splits:
        share = split.characters_per_token
        strip = TokenStrip([token.text for token in split.tokens], limit=_STRIP)
        table.add_row(split.tokenizer, f"{split.token_count:,}", "-" if share is None else f"{share:.2f}", strip)
    return table


def words(result: Result) -> list[str]:
    """Who needs fewest tokens and most, what is lost, then each tokenizer."""
    sentences = [_extremes(result), _losses(result), *_each(result)]
    return [sentence for sentence in sentences if sentence]


def _extremes(result: Result) -> str:
    some = [split for split in result.splits if split.tokens]
    if not some:
        return "There are no tokens: the text is empty, or only spaces that these tokenizers drop."
    # Few tokens are no merit where they are unknown ones.
    complete = [split for split in some if not split.unknown_count] or some
    fewest = min(complete, key=lambda split: split.token_count)
    most = max(some, key=lambda split: split.token_count)
    sizes = f"{counted(result.character_count, 'character')} and {counted(result.byte_count, 'byte')}"
    if len({split.token_count for split in some}) == 1:
        who = "All" if len(some) == len(result.splits) else listed([split.tokenizer for split in some])
        return f"{who} split these {sizes} into {counted(fewest.token_count, 'token')}."
    if fewest.token_count == most.token_count:
        who = listed([split.tokenizer for split in complete])
        return f"For {sizes}, {who} needed {counted(fewest.token_count, 'token')}; the others have unknown ones."
    none_unknown = " without an unknown one" if len(complete) < len(some) else ""
    return (
        f"For {sizes}, {fewest.tokenizer} needs fewest tokens{none_unknown} "
        f"({fewest.token_count:,}) and {most.tokenizer} most ({most.token_count:,})."
    )


def _losses(result: Result) -> str:
    """A tokenizer that loses nothing may still be split badly; one that loses something cannot be put right."""
    if not result.text:
        return ""
    lossy = [split.tokenizer for split in result.splits if not split.lossless]
    unknown = [f"{split.tokenizer} ({split.unknown_count:,})" for split in result.splits if split.unknown_count]
    sentence = (
        f"The ids of {listed(lossy)} do not give the text back" if lossy else "The ids of all give the text back"
    )
    return sentence + (f"; unknown tokens: {listed(unknown)}." if unknown else ".")


def _each(result: Result) -> list[str]:
    sentences = []
    for split in result.splits:
        share = split.characters_per_token
        average = "" if share is None else f", {share:.2f} characters each"
        texts = listed([f"'{visible(token.text)}'" for token in split.tokens], limit=20)
        told = f"{split.tokenizer}: {counted(split.token_count, 'token')}{average}"
        sentences.append(f"{told}: {texts}." if texts else f"{told}.")
    return sentences
