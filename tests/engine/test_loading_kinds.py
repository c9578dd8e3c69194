"""Opening translators and gap fillers, and reading texts as they do."""

from __future__ import annotations

import json
import os
import unicodedata
from pathlib import Path

import pytest
import tokenizers
from hypothesis import example, given
from hypothesis import strategies as st

import fakes
from tutor import paths
from tutor.engine import loading_encoder, loading_seq2seq, pairs
from tutor.engine.loading_encoder import LoadedEncoder
from tutor.engine.loading_seq2seq import LoadedSeq2Seq
from tutor.errors import InputError

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)


@pytest.fixture(scope="module")
def translator(tmp_path_factory: pytest.TempPathFactory) -> LoadedSeq2Seq:
    return loading_seq2seq.seq2seq(str(fakes.translator(tmp_path_factory.mktemp("t") / "translator")), "cpu")


@pytest.fixture(scope="module")
def gapfiller(tmp_path_factory: pytest.TempPathFactory) -> LoadedEncoder:
    return loading_encoder.encoder(str(fakes.gapfiller(tmp_path_factory.mktemp("g") / "gapfiller")), "cpu")


def test_a_model_is_opened_once_and_again_when_its_files_change(tmp_path: Path) -> None:
    for make, opened in (
        (fakes.translator, loading_seq2seq.seq2seq),
        (fakes.gapfiller, loading_encoder.encoder),
    ):
        folder = make(tmp_path / make.__name__)
        first = opened(str(folder), "cpu")
        assert opened(str(folder), "cpu") is first and first.entry.name == make.__name__
        os.utime(folder / "model.safetensors", ns=(1, 1))
        assert opened(str(folder), "cpu") is not first


def test_a_model_of_another_kind_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "bundled_models", lambda: tmp_path)
    for make in (fakes.checkpoint, fakes.translator, fakes.gapfiller):
        make(tmp_path / make.__name__)
    with pytest.raises(InputError, match="checkpoint: not an encoder-decoder but decoder; choose one of: translator"):
        loading_seq2seq.seq2seq("checkpoint", "cpu")
    with pytest.raises(InputError, match="translator: not an encoder but encoder-decoder; choose one of: gapfiller"):
        loading_encoder.encoder("translator", "cpu")


@given(TEXTS)
@example("“Hello,” he said…  1987\n👍🏽 cafe\u0301")
@example("𐀀" * 12)
def test_the_encoder_reads_what_the_training_data_had(translator: LoadedSeq2Seq, text: str) -> None:
    """The same ids as `pairs.source_ids`, which made the training data, and spans that lie in the text in order."""
    if not pairs.cleaned(text):
        with pytest.raises(InputError, match="the text: it is empty"):
            loading_seq2seq.source(translator, text, "fr")
        return
    side = loading_seq2seq.source(translator, text, "fr")
    library = tokenizers.Tokenizer.from_file(str(translator.entry.tokenizer))
    assert side.text == pairs.cleaned(text)[: len(side.text)]
    assert side.left_out == len(pairs.cleaned(text)) - len(side.text)
    if not side.left_out:
        assert side.ids == pairs.source_ids(library, text, "fr")
    assert side.tokens[0].text == "<fr>" and side.tokens[-1].text == "</s>"
    assert all(0 <= token.start <= token.end <= len(side.text) for token in side.tokens)


def test_what_looks_like_a_special_token_is_text(translator: LoadedSeq2Seq) -> None:
    side = loading_seq2seq.source(translator, "</s> <fr> <pad>", "es")
    assert not {0, 1} & set(side.ids[1:-1])
    assert translator.tokenizer.decode(side.ids[1:-1]).strip() == "</s> <fr> <pad>"


@given(TEXTS)
@example("¿Dónde está 👍👍?")
def test_written_tokens_stand_where_their_text_is(translator: LoadedSeq2Seq, text: str) -> None:
    """Tokens of a text give it back, and each character lies in the spans of the tokens that made it."""
    wanted = unicodedata.normalize("NFC", pairs.cleaned(text))
    ids = translator.tokenizer.encode(wanted, add_special_tokens=False).ids
    found, tokens = loading_seq2seq.written(translator, [*ids, 1])
    assert found == wanted and [token.id for token in tokens] == [*ids, 1]
    assert tokens[-1].start == tokens[-1].end
    for token in tokens[:-1]:
        piece = translator.tokenizer.decode([token.id])
        if "\ufffd" not in piece:
            assert found[token.start : token.end] == (piece.lstrip() if token.start == 0 else piece)
    covered = {place for token in tokens for place in range(token.start, token.end)}
    assert covered == set(range(len(found)))


def test_a_broken_character_breaks_nothing(translator: LoadedSeq2Seq) -> None:
    """The first byte of a character without the others, at the end and in the middle."""
    first = translator.tokenizer.encode("👍", add_special_tokens=False).ids[1]
    cat = translator.tokenizer.encode("cat", add_special_tokens=False).ids
    for ids in ([first], [*cat, first], [first, *cat], [first, first, 1], []):
        text, tokens = loading_seq2seq.written(translator, ids)
        assert len(tokens) == len(ids) and all(token.start <= token.end <= len(text) for token in tokens)


def test_a_megabyte_is_cut_to_what_fits(translator: LoadedSeq2Seq, gapfiller: LoadedEncoder) -> None:
    text = "The cat sat on the mat " * 44_000
    side = loading_seq2seq.source(translator, text, "es")
    assert len(side.tokens) == translator.context
    assert side.left_out == len(text.strip()) - side.tokens[-1].end > 900_000
    assert len(side.text) == side.tokens[-1].end
    assert len(loading_seq2seq.target(translator, text).tokens) == translator.context
    encoded = loading_encoder.with_gaps(gapfiller, text + "[MASK]" + text)
    assert len(encoded.tokens) == gapfiller.context
    assert encoded.tokens[12].text == "[MASK]" and encoded.tokens[12].start == len(text)
    assert encoded.left_out == 2 * len(text) + 6 - (encoded.tokens[-1].end - encoded.tokens[0].start)
    whole = loading_encoder.with_gaps(gapfiller, "x" * 500_000 + "[MASK]" + "y" * 500_000)
    assert [token.start for token in whole.tokens if token.text == "[MASK]"] == [500_000]


def test_gaps_in_any_case_between_the_marks(gapfiller: LoadedEncoder) -> None:
    encoded = loading_encoder.with_gaps(gapfiller, "The [Mask] sat on[MASK].")
    assert [token.text for token in encoded.tokens] == ["[CLS]", "the", "[MASK]", "sat", "on", "[MASK]", ".", "[SEP]"]
    assert (encoded.tokens[2].start, encoded.tokens[2].end, encoded.left_out) == (4, 10, 0)


@given(st.integers(0, 60), st.integers(0, 60))
def test_a_long_text_keeps_its_first_gap(gapfiller: LoadedEncoder, before: int, after: int) -> None:
    encoded = loading_encoder.with_gaps(gapfiller, "cat " * before + "[MASK]" + " cat" * after + " [MASK]")
    assert len(encoded.tokens) == min(before + after + 4, gapfiller.context)
    assert bool(encoded.left_out) == (before + after + 4 > gapfiller.context)
    assert next(token.start for token in encoded.tokens if token.text == "[MASK]") == 4 * before


@pytest.mark.parametrize("text", ["", "  \n", "The cat sat.", "[MASQ] MASK"])
def test_a_text_without_a_gap_says_what_to_write(gapfiller: LoadedEncoder, text: str) -> None:
    with pytest.raises(InputError, match=r"put \[MASK\] where a word is to be guessed"):
        loading_encoder.with_gaps(gapfiller, text)


def test_tokenizers_of_other_models_are_named(tmp_path: Path) -> None:
    """No language tokens; no [MASK]; no tokenizer at all."""
    for name, make in (("translator", fakes.translator), ("gapfiller", fakes.gapfiller)):
        folder = make(tmp_path / name, vocab_size=600)
        state = json.loads(fakes.tokenizer_json())
        (folder / "tokenizer.json").write_text(json.dumps(state), encoding="utf-8")
    with pytest.raises(InputError, match="es: not a language of this model; use a model that is told its language"):
        loading_seq2seq.source(loading_seq2seq.seq2seq(str(tmp_path / "translator"), "cpu"), "cat", "es")
    with pytest.raises(InputError, match=r"gapfiller: it has no token \[CLS\]"):
        loading_encoder.with_gaps(loading_encoder.encoder(str(tmp_path / "gapfiller"), "cpu"), "a [MASK]")
    (tmp_path / "gapfiller" / "tokenizer.json").unlink()
    with pytest.raises(InputError, match=r"tokenizer\.json: no such file"):
        loading_encoder.encoder(str(tmp_path / "gapfiller"), "cpu")


def test_a_language_that_was_not_trained_is_refused_with_those_that_were(translator: LoadedSeq2Seq) -> None:
    with pytest.raises(InputError, match="de: not a language of this model; choose one of: es, fr"):
        loading_seq2seq.source(translator, "cat", "de")
