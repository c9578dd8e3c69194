"""Captions of digits: the words that painter and matcher know, and their tokenizer. No torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.errors import InputError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

END = "<|endoftext|>"
UNKNOWN = "<unk>"
NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
"""The digits as words, each at the place that it names."""
WORDS = ("draw", "caption", "a", "an", "the", "digit", "number", "picture", "of", *NAMES, *"0123456789")
"""Every word that a caption may hold; the first two begin a task."""

_MOST_WORDS = 8
_PUNCTUATION = "\"'.,;:!?()"


def article(name: str) -> str:
    """The name of a digit with its article: "a seven", "an eight"."""
    return f"an {name}" if name[0] in "e8" else f"a {name}"


def wordings(digit: int) -> tuple[str, ...]:
    """Ways to name one digit, the usual one first."""
    forms = []
    for name in (NAMES[digit], str(digit)):
        forms += [article(name), name, f"the digit {name}", f"the number {name}", f"a picture of {article(name)}",
                  f"a picture of the number {name}"]  # fmt: skip
    return tuple(forms)


def words_of(caption: str) -> tuple[str, ...]:
    """The words of a caption in lower case, without punctuation and without a leading "draw".

    Raises InputError for a caption that is empty, too long or has an unknown word.

    >>> words_of("Draw a 7!")
    ('a', '7')
    """
    words = [word for word in (part.strip(_PUNCTUATION) for part in caption[:1000].lower().split()) if word]
    words = words[1:] if words[:1] == ["draw"] else words
    if not words:
        raise InputError("the caption", "there are no words in it", "give one such as 'a seven'")
    known = WORDS[2:]
    if unknown := [word for word in words if word not in known]:
        raise InputError(
            f"the word '{unknown[0][:30]}'",
            "the model has never read it",
            f"it knows these: {', '.join(known[:-10])}, 0 to 9",
        )
    if len(words) > _MOST_WORDS:
        raise InputError("the caption", f"it has {len(words)} words", f"give at most {_MOST_WORDS}")
    return tuple(words)


def word_tokenizer(more: tuple[str, ...] = ()) -> Tokenizer:
    """A tokenizer with a token for each word of a caption, and for each of `more`."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    vocabulary = {word: place for place, word in enumerate((END, UNKNOWN, *WORDS, *more))}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token=UNKNOWN))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.add_special_tokens([END, UNKNOWN])
    return tokenizer


def token_ids(tokenizer: Tokenizer, caption: str) -> list[int]:
    """A caption as token ids. Raises InputError as `words_of` does, or if the tokenizer was made for other words."""
    words = words_of(caption)
    known = [id for id in map(tokenizer.token_to_id, words) if id is not None]
    if len(known) < len(words):
        raise InputError("the tokenizer", "it has no captions' words", "use the bundled models painter and matcher")
    return known
