"""Text whose every character can be seen, for pictures of tokens."""

from __future__ import annotations

import unicodedata

from rich.cells import cell_len

_SIGNS = {" ": "·", "\n": "⏎", "\r": "⏎", "\t": "⇥"}
_JOINERS = "\u200c\u200d\ufe0e\ufe0f"
"""Characters that shape their neighbours: left alone inside a token, spelled out when one stands by itself."""


def visible(text: str, spaces: bool = True) -> str:
    """`text` with spaces as `·` (unless `spaces` is false), line ends as `⏎` and nothing that moves the cursor.

    >>> visible(" cat\\n")
    '·cat⏎'
    """
    if text.isascii() and text.isprintable() and not (spaces and " " in text):
        return text
    shown = "".join(_sign(character, spaces) for character in text)
    if shown and not cell_len(shown[0]):
        # It would attach itself to whatever is drawn before it: a mark gets a circle to sit on, others a name.
        return "◌" + shown if _is_mark(shown[0]) else _named(shown[0]) + shown[1:]
    return shown


def _is_mark(character: str) -> bool:
    """Accents and vowel signs; a variation selector is a mark by its category, but draws nothing itself."""
    return unicodedata.category(character) in ("Mn", "Me") and character not in _JOINERS


def bare(token: str) -> str:
    """A token without the space around it, unless it is nothing else: what a sentence or a label calls it.

    >>> bare(" cat"), bare(" ")
    ('cat', '·')
    """
    return visible(token.strip(), spaces=False) or visible(token)


def _sign(character: str, spaces: bool) -> str:
    if character == " " and not spaces:
        return character
    if character in _SIGNS:
        return _SIGNS[character]
    if character.isprintable() or character in _JOINERS:
        return character
    return _named(character)


def _named(character: str) -> str:
    """The code point of a character that draws nothing, such as a control or a change of direction."""
    return f"<U+{ord(character):04X}>"


_UNSAFE = dict.fromkeys(
    [*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)], "\ufffd"
) | {0x09: "\t", 0x0A: "\n"}
"""Control characters of ASCII and Latin-1, and those that turn the direction of writing, with what is shown."""


def harmless(text: str) -> str:
    """Running text as it is, but for characters that steer the terminal or turn what stands beside it around."""
    return text.translate(_UNSAFE)
