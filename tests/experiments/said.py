"""Sentences against the record that they tell: is every number and every quoted word of theirs in it?

The rule, the same for all experiments. A number in a sentence, with its decimals, must be a number of the document
when that is rounded in the same way; or such a number as per cent, counted from one instead of zero, or with its
sign or "… from 1" dropped; or a bound, as in "<0.1 %", of one that is smaller; or how many entries one of its lists
has, or characters and bytes one of its texts.
What an experiment's sentences work out beyond that is in `DERIVED`, with how. Numbers inside text of the record
(a token "1987", a model's name) are no claims.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

from tutor.views.visible import harmless, visible

NUMBER = re.compile(r"(?<![\w.,])[−-]?\d+(?:,\d{3})*(?:\.\d+)?(?:e[+-]?\d+)?")
QUOTED = re.compile(r"(?<!\w)'([^']+)'(?!\w)")


def leaves(value: Any) -> Iterator[Any]:
    """Every number and string of a JSON value, and how long each of its lists is."""
    if isinstance(value, dict):
        for one in value.values():
            yield from leaves(one)
    elif isinstance(value, list):
        yield len(value)
        for one in value:
            yield from leaves(one)
    elif value is not None and not isinstance(value, bool):
        yield value


def unsupported(document: dict[str, Any], sentences: list[str], derived: tuple[float, ...] = ()) -> list[str]:
    """The numbers and quoted words that the document does not bear out, each with its sentence."""
    found = list(leaves([document["inputs"], document["result"]]))
    texts = {one for one in found if isinstance(one, str)}
    numbers = {float(one) for one in found if not isinstance(one, str)} | set(derived)
    numbers |= {float(len(text)) for text in texts} | {float(len(text.encode("utf-8", "replace"))) for text in texts}
    shown = {form for text in texts for form in _forms(text)}
    wrong = []
    for sentence in sentences:
        wrong += [f"{word!r} in: {sentence}" for word in QUOTED.findall(sentence) if not _is_text(word, shown)]
        bare = _without(QUOTED.sub("", sentence), shown)
        for match in NUMBER.finditer(bare):
            per_cent = bare[match.end() :].lstrip().startswith("%")
            bounded = bare[: match.start()].endswith("<") and _is_bound(match.group(), per_cent, numbers)
            if not bounded and not _is_number(match.group(), per_cent, numbers):
                wrong.append(f"{match.group()} in: {sentence}")
    return wrong


def _is_bound(written: str, per_cent: bool, numbers: set[float]) -> bool:
    """Whether something of the record is as small as "<0.1 %" says."""
    bound = float(written) / (100 if per_cent else 1)
    return any(0 < number < bound for number in numbers)


def _forms(text: str) -> set[str]:
    """A text of the record in the ways in which sentences show it."""
    forms = {
        text,
        text.strip(),
        harmless(text),
        visible(text),
        visible(text.strip(), spaces=False),
        visible(text, spaces=False),
    }
    return {form for form in forms if form}


def _is_text(word: str, shown: set[str]) -> bool:
    """Whether it is text of the record, or a part of one that is marked as cut."""
    return word in shown or any(word.strip("… ") in text for text in shown)


def _without(sentence: str, shown: set[str]) -> str:
    """The sentence without the record's own text, where that has digits; the longest first."""
    for text in sorted((one for one in shown if re.search(r"\d", one)), key=len, reverse=True):
        # A short text, such as the token "2", is left out only where it stands by itself.
        edges = (r"(?<!\w)", r"(?!\w)") if len(text) < 8 else ("", "")
        sentence = re.sub(edges[0] + re.escape(text) + edges[1], "", sentence)
    return sentence


def _is_number(said: str, per_cent: bool, numbers: set[float]) -> bool:
    plain = said.replace(",", "").replace("−", "-")
    value = abs(float(plain))
    mantissa, _, exponent = plain.partition("e")
    decimals = len(mantissa.partition(".")[2]) - int(exponent or 0)
    # Half a unit of the last digit, and a little for the rounding of the float itself.
    reach = 0.5 * 10.0**-decimals * (1 + 1e-9) + 1e-12
    scale = 100.0 if per_cent else 1.0
    forms = ((lambda one: one), (lambda one: one + 1), (lambda one: 1 - one), (lambda one: one - 1))
    return any(
        math.isfinite(one) and abs(abs(scale * form(one)) - value) <= reach
        for one in numbers
        for form in (forms if not per_cent else (forms[0], forms[2]))
    )
