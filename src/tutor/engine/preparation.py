"""From a recipe's text to tokenizer and token files, on which decoders and encoders are trained."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tokenizers import Tokenizer

from tutor.engine import abc_corpus, byte_pairs, masking, python_corpus, stories
from tutor.engine import recipe as recipes
from tutor.engine.corpus import (
    END,
    Work,
    is_held_out,
    plain_typography,
    read_works,
    write_documents,
    write_tokens,
)
from tutor.engine.recipe import Recipe, Source
from tutor.engine.stories import repeats
from tutor.errors import InputError
from tutor.storage import read_learner_text, replacing


def prepare(recipe: Recipe, data: Path, run: Path) -> None:
    """Write tokenizer and token files into `run`; what is already there stays.

    The split comes first: no held-out work is seen by the tokenizer either.
    """
    run.mkdir(parents=True, exist_ok=True)
    file = run / "tokenizer.json"
    if not file.exists():
        chosen = [source for source in recipe.sources if source.name in recipe.tokenizer_sources]
        texts = (text for source in chosen for text in _texts(source, data, held_out=False))
        with replacing(file) as part:
            _trained(recipe, texts).save(str(part), pretty=False)
    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.post_processor = None  # passages get their own beginning and end
    end_token = masking.END if recipe.kind == "encoder" else END
    for source in recipe.sources:
        for held_out in (False, True):
            path = run / f"{source.name}.{'held-out' if held_out else 'train'}.bin"
            if path.with_suffix(".json").exists():
                continue
            if source.maker == "repeats":
                write_documents(_repeats(source, tokenizer, held_out), tokenizer.get_vocab()[end_token], path)
            else:
                write_tokens(_texts(source, data, held_out=held_out), tokenizer, path, end_token)


def _trained(recipe: Recipe, texts: Iterator[str]) -> Tokenizer:
    if recipe.kind == "encoder":
        return masking.train_tokenizer(texts, recipe.vocabulary)
    return byte_pairs.train_tokenizer(texts, recipe.vocabulary, recipe.pieces)


def _repeats(source: Source, tokenizer: Tokenizer, held_out: bool) -> Iterator[tuple[list[int], int]]:
    for name, ids in repeats.documents(tokenizer, source.seed, source.documents):
        if is_held_out(name, source.held_out_percent) == held_out:
            yield ids, len(tokenizer.decode(ids, skip_special_tokens=False).encode())


def _texts(source: Source, data: Path, *, held_out: bool) -> Iterator[str]:
    if source.maker == "tunes":
        yield from abc_corpus.texts(source.held_out_percent, held_out)
    elif source.file.endswith(".txt"):
        yield _part(source, data, held_out)
    else:
        for work in _works(source, data):
            if is_held_out(work.key, source.held_out_percent) == held_out:
                yield work.text


def _part(source: Source, data: Path, held_out: bool) -> str:
    """A plain text without its end, or that end: it is one work, so its last paragraphs are what is held out."""
    recipes.check_hash(source, data)
    text = plain_typography(read_learner_text(source.located(data)))
    paragraphs = [line for line in text.splitlines() if line.strip()]
    if len(paragraphs) < 2:
        raise InputError(source.file, "it has no two paragraphs, so none can be held out", "give a longer text")
    cut = len(paragraphs) - max(len(paragraphs) * source.held_out_percent // 100, 1)
    return "\n".join(paragraphs[cut:] if held_out else paragraphs[:cut]) + "\n"


def _works(source: Source, data: Path) -> Iterator[Work]:
    if source.maker == "stories":
        for text in stories.documents(source.seed, source.documents):
            yield Work(text[:120], text)
    elif source.maker == "library":
        yield from python_corpus.works()
    else:
        recipes.check_hash(source, data)
        yield from read_works(source.located(data))
