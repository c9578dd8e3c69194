"""Gap fillers with their tokenizers, opened once, and texts with gaps as they read them. Torch."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from tokenizers import Tokenizer

from tutor.engine import checkpoint_kinds, device
from tutor.engine.encoder import Encoder
from tutor.engine.loading import Stamp, entry_of, stamp, tokenizers_of
from tutor.engine.masking import BEGIN, END, MASK
from tutor.engine.registry import Entry
from tutor.engine.subword import SubwordTokenizer
from tutor.engine.tokenization import Token, require_text
from tutor.errors import InputError

_LONGEST_TOKEN = 16
"""Characters that few words have more of: a text is cut to so many for each token before it is split."""
_MASK = re.compile(re.escape(MASK), re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class LoadedEncoder:
    """A gap filler that is ready to run, with its tokenizer."""

    entry: Entry
    model: Encoder
    tokenizer: Tokenizer
    """The library's own."""
    splitter: SubwordTokenizer
    """The same one for what is shown."""
    device: str

    @property
    def context(self) -> int:
        """The most tokens that the model can read at once."""
        return self.model.config.max_position_embeddings

    def special(self, name: str) -> int:
        """The id of a special token. Raises InputError if the model has none of that name."""
        found = self.tokenizer.token_to_id(name)
        if found is None:
            raise InputError(self.entry.name, f"it has no token {name}", "use a model that was trained to fill gaps")
        return int(found)


def encoder(name_or_path: str, request: str = "auto") -> LoadedEncoder:
    """The gap filler of that name or in that folder. Raises InputError as `loading.decoder` does."""
    entry = entry_of(name_or_path, "encoder")
    return _opened(entry, device.choose(request), stamp(entry))


@functools.lru_cache(maxsize=2)
def _opened(entry: Entry, chosen: str, stamp: Stamp) -> LoadedEncoder:
    model = checkpoint_kinds.load_encoder(entry.directory, chosen)
    return LoadedEncoder(entry, model, *tokenizers_of(entry, model.config.vocab_size), chosen)


@dataclass(frozen=True)
class Gapped:
    """A text with gaps as the model reads it."""

    tokens: tuple[Token, ...]
    """Between [CLS] and [SEP]; spans count characters of the whole text."""
    left_out: int
    """Characters of a long text before and after what is read."""

    @property
    def ids(self) -> list[int]:
        return [token.id for token in self.tokens]


def with_gaps(loaded: LoadedEncoder, text: str) -> Gapped:
    """The tokens of a text with gaps; of a long one, the part around its first gap.

    A gap is written [MASK], in any case. Raises InputError for a text without one.
    """
    begin, end, mask = (loaded.special(name) for name in (BEGIN, END, MASK))
    first = _MASK.search(require_text(text))
    if first is None:
        why = f"there is no {MASK} in it" if text.strip() else "it is empty"
        raise InputError("the text", why, f'put {MASK} where a word is to be guessed: "The {MASK} ran home."')
    room = loaded.context - 2
    low, high = _part(text, first, room * _LONGEST_TOKEN)
    encoding = loaded.tokenizer.encode(_MASK.sub(MASK, text[low:high]), add_special_tokens=False)
    start = min(max(encoding.ids.index(mask) - room // 2, 0), max(len(encoding) - room, 0))
    chosen = slice(start, start + room)
    text_of = loaded.splitter.text_of
    tokens = [
        Token(text_of(id), id, low + span[0], low + span[1])
        for id, span in zip(encoding.ids[chosen], encoding.offsets[chosen], strict=True)
    ]
    edges = ((begin, tokens[0].start), (end, tokens[-1].end))
    before, after = (Token(text_of(id), id, at, at) for id, at in edges)
    is_whole = len(encoding) <= room and high - low == len(text)
    left_out = 0 if is_whole else len(text) - (after.end - before.start)
    return Gapped((before, *tokens, after), left_out)


def _part(text: str, gap: re.Match[str], reach: int) -> tuple[int, int]:
    """At most `reach` characters on each side of a gap, cut between words where there is a space."""
    low, high = max(gap.start() - reach, 0), min(gap.end() + reach, len(text))
    if low > 0:
        low = max(low, text.find(" ", low, gap.start()))
    if high < len(text):
        high = max(text.rfind(" ", gap.end(), high), gap.end()) if " " in text[gap.end() : high] else high
    return low, high
