"""translate: its record against transformers' Marian, long and odd texts, and the sentences of a known record."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from rich.console import Console

import fakes
from tutor import views
from tutor.engine import registry
from tutor.engine.translated_words import parts_of
from tutor.engine.word_alignment import Word
from tutor.errors import InputError, TutorError
from tutor.experiments import result_of, translate
from tutor.experiments.frame.records import Candidate, Token
from tutor.views import translated_words

TEXT = "Where is the library?"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(fakes.translator(tmp_path_factory.mktemp("model") / "translator"))


def ask(text: str, model: str, **options) -> translate.Result:
    return result_of("translate", translate.Inputs(text, model=model, device="cpu", **options))


@pytest.mark.parametrize(("language", "beams"), [("es", 1), ("fr", 4)])
def test_the_translation_is_the_one_that_transformers_finds(model: str, language: str, beams: int) -> None:
    transformers = pytest.importorskip("transformers", reason="the oracle of this test; it is in the dev extra")
    found = ask(TEXT, model, to=language, beams=beams).sentences[0]
    marian = transformers.MarianMTModel.from_pretrained(model).eval()
    source = torch.tensor([[token.id for token in found.tokens]])
    limit = {"max_new_tokens": 2 * source.shape[1] + 10, "bad_words_ids": [[0]], "length_penalty": 1.0}
    with torch.no_grad():
        ids = marian.generate(source, num_beams=beams, do_sample=False, **limit)[0, 1:].tolist()
        logits = marian(input_ids=source, decoder_input_ids=torch.tensor([[0, *ids[:-1]]])).logits[0]
    assert [output.id for output in found.outputs] == ids
    shares = logits.log_softmax(-1)[torch.arange(len(ids)), ids]
    np.testing.assert_allclose([one.log_probability for one in found.outputs], shares, atol=1e-4)
    assert found.beams[0].log_probability == pytest.approx(float(shares.sum()), abs=1e-3)
    for output, row in zip(found.outputs, logits, strict=True):
        assert [one.id for one in output.candidates] == row.topk(translate.RIVALS).indices.tolist()


def test_every_number_belongs_to_its_token(model: str) -> None:
    found = ask(TEXT, model).sentences[0]
    S, T = len(found.tokens), len(found.outputs)
    assert found.memory_shape == (S, 16) and found.tokens[0].text == "<es>"
    assert found.self_attention.shape == (2, 4, T, T) and found.cross_attention.shape == (2, 4, T, S)
    assert not np.triu(found.self_mean, 1).any()
    for mean in (found.self_mean, found.cross_mean):
        np.testing.assert_allclose(mean.sum(-1), 1, rtol=1e-5)
    assert found.translation == found.beams[0].text and len(found.beams) == 4
    assert all(np.log(one.probability) == pytest.approx(one.log_probability, abs=1e-4) for one in found.outputs)
    assert [beam.score for beam in found.beams] == sorted((beam.score for beam in found.beams), reverse=True)


def test_the_language_is_what_the_encoder_reads_first(model: str) -> None:
    spanish, french = (ask(TEXT, model, to=language) for language in ("es", "fr"))
    assert [one.sentences[0].tokens[0].text for one in (spanish, french)] == ["<es>", "<fr>"]
    assert not np.array_equal(spanish.sentences[0].cross_mean[0], french.sentences[0].cross_mean[0])


def test_a_text_is_translated_sentence_by_sentence(model: str) -> None:
    result = ask("The cat sleeps. Where is it?\n\nOn the mat", model, beams=1)
    assert [one.source for one in result.sentences] == ["The cat sleeps.", "Where is it?", "On the mat"]
    assert result.translation == " ".join(one.translation for one in result.sentences) and result.left_out == 0
    assert sum("becomes" in sentence for sentence in views.words("translate", result)) == 3


def test_a_megabyte_is_cut_and_said(model: str) -> None:
    text = "The cat sat. " * 80_000
    result = ask(text, model, beams=1)
    assert len(result.sentences) == translate.MOST
    assert result.left_out == len(text.strip()) - 13 * translate.MOST + 1
    assert any(f"{result.left_out:,} characters after them" in one for one in views.words("translate", result))
    (one,) = ask("cat " * 250_000, model, beams=1).sentences
    assert one.left_out > 900_000
    assert any("Sentence 1 is longer" in said for said in views.words("translate", ask("cat " * 999, model, beams=1)))


@pytest.mark.parametrize("text", ["", " \n\n\t "])
def test_nothing_cannot_be_translated(model: str, text: str) -> None:
    with pytest.raises(InputError, match="the text: it is empty; type a sentence in English"):
        ask(text, model)


@pytest.mark.parametrize("text", ["👩‍👩‍👧 👍🏽", "שלום עולם", "</s> <fr>", "\u0000\u202e?", "a", "1987 2.5 %"])
def test_any_other_text_has_an_answer(model: str, text: str) -> None:
    result = ask(text, model, beams=2)
    assert result.sentences[0].outputs and all(views.words("translate", result))


def known() -> translate.Result:
    """Two tokens of output, each from a source of three, with weights that are easy to tell apart."""

    def output(text: str, share: float, rival: str, other: float) -> translate.Written:
        pair = (Candidate(5, text, share, 1.0), Candidate(6, rival, other, 0.5))
        return translate.Written(text, 5, 0, 3, share, float(np.log(share)), pair)

    back = np.array([[1, 0], [0.4, 0.6]], np.float32)
    read = np.array([[0.1, 0.8, 0.1], [0.2, 0.2, 0.6]], np.float32)
    sentence = translate.Sentence(
        source="Cat",
        tokens=(Token("<es>", 2, 0, 0), Token(" Cat", 9, 0, 3), Token("</s>", 1, 3, 3)),
        left_out=0,
        source_words=(Word("<es>", 0, 0, (0,)), Word("Cat", 0, 3, (1,)), Word("</s>", 3, 3, (2,))),
        translation="Gato",
        ended=True,
        beams=(translate.Beam("Gato", 2, -0.5, -0.25), translate.Beam("El gato", 3, -2.4, -0.8)),
        outputs=(output(" Gato", 0.7, " El", 0.2), output("</s>", 0.9, ".", 0.05)),
        words=(Word("Gato", 0, 4, (0,)), Word("</s>", 4, 4, (1,))),
        memory_shape=(3, 16),
        one_vector_log_probability=-7.75,
        encoder_attention=np.array([[[[0.5, 0.25, 0.25], [0.1, 0.2, 0.7], [0, 0, 1]]]], np.float32),
        self_attention=back[None, None],
        cross_attention=read[None, None],
        self_mean=back,
        cross_mean=read,
    )
    return translate.Result("known", "cpu", "es", "Gato", (sentence,), 0, None, None, None, None)


def test_the_sentences_of_a_known_record() -> None:
    assert views.words("translate", known()) == [
        "'Cat' becomes 'Gato', with a log-probability of −0.50: −0.25 for each of 2 tokens.",
        "It is least sure of 'Gato' (70 %; 'El' has 20 %), and to choose it reads 'Cat' most (80 % of the weight).",
        "Another beam: 'El gato', −2.40 in all, −0.80 a token.",
        "The encoder gave 3 vectors of 16 numbers, one for each source token, not one for the whole sentence; if the "
        "decoder could read only their mean, the log-probability would be −7.75.",
        "'Gato' has 70 % (beside it 'El' 20 %); it looks back at (start) (100 %) and reads 'Cat' (80 %).",
        "'</s>' has 90 % (beside it '.' 5 %); it looks back at 'Gato' (60 %) and reads '</s>' (60 %).",
    ]


def test_the_picture_of_a_known_record() -> None:
    console = Console(width=90, color_system=None, highlight=False)
    with console.capture() as captured:
        console.print(views.picture("translate", known()))
    rows = [line.split() for line in captured.get().splitlines()]
    assert rows[:2] == [["Cat"], ["Gato"]]
    assert ["El", "gato", "−2.40", "−0.80"] in rows
    assert ["Gato", "70", "%", "El", "20", "%", "(start)", "100", "%", "Cat", "80", "%"] in rows
    at = rows.index(["(start)", "Gato"])
    assert rows[at + 1 : at + 3] == [["Gato", "1.00"], ["</s>", "0.40", "0.60"]]  # what comes later is not drawn
    at = rows.index(["<es>", "Cat", "</s>"])
    assert rows[at + 1 : at + 3] == [["Gato", "0.10", "0.80", "0.10"], ["</s>", "0.20", "0.20", "0.60"]]


def test_words_are_pointed_at_by_name_and_number(model: str) -> None:
    """Every word that was written has a name that finds it; its rows are those of its first token."""
    whole = ask("The cat sleeps. The cat sleeps.", model)
    for spelling, sentence, place in translate.spellings(whole):
        row = translate.looked_at(whole, translate.Inputs("", word=spelling)).row
        assert row is not None and (row.sentence, row.word) == (sentence, place)
        one = whole.sentences[sentence]
        np.testing.assert_allclose(row.reads, one.cross_mean[row.token], rtol=1e-5)
        np.testing.assert_allclose(row.looks_back, one.self_mean[row.token, : row.token + 1], rtol=1e-5)
    for one in whole.sentences:
        assert sorted(token for word in one.words for token in word.tokens) == list(range(len(one.outputs)))
        assert sorted(token for word in one.source_words for token in word.tokens) == list(range(len(one.tokens)))


def test_a_table_is_the_mean_of_what_was_not_chosen(model: str) -> None:
    whole = ask(TEXT, model)
    for table, kind in (("cross", "cross"), ("decoder", "self"), ("encoder", "encoder")):
        patterns = getattr(whole.sentences[0], f"{kind}_attention")
        one = translate.looked_at(whole, translate.Inputs(TEXT, table=table, layer=1, head=2))
        np.testing.assert_array_equal(translate.pattern(one, 0, table), patterns[1, 2])
        layer = translate.looked_at(whole, translate.Inputs(TEXT, table=table, layer=1))
        np.testing.assert_allclose(translate.pattern(layer, 0, table), patterns[1].mean(0), rtol=1e-5)
    encoder = whole.sentences[0].encoder_attention
    np.testing.assert_allclose(encoder.sum(-1), 1, rtol=1e-5)
    later = np.triu_indices(encoder.shape[-1], 1)
    assert (encoder[0, 0][later] > 0).all(), "nothing is masked"


@pytest.mark.parametrize(
    ("option", "told"),
    [({"word": "perro"}, "--word perro: it is not in"), ({"layer": 2}, "0 to 1"), ({"head": 4}, "0 to 3")],
)
def test_a_word_layer_or_head_that_is_not_there(model: str, option: dict[str, int | str], told: str) -> None:
    with pytest.raises(TutorError, match=told):
        ask(TEXT, model, **option)


def test_what_is_said_of_a_known_word_and_table() -> None:
    def said(**looks) -> list[str]:
        return views.words("translate", translate.looked_at(known(), translate.Inputs("Cat", **looks)))

    assert said(word="</s>")[:2] == [
        "In layer 0, head 0, '</s>' reads '</s>' (60 %), then '<es>' (20 %), and looks back most at 'Gato' (60 %).",
        "It had 90 %, beside '.' 5 %.",
    ]
    assert said(table="decoder")[0] == "In layer 0, head 0, 'Gato' looks back most at (start) (100 %)."
    assert said(table="encoder", layer=0)[0] == (
        "Nothing is masked: 'Cat', which 'Gato' reads most, gives 70 % to what comes after it and 10 % to what comes "
        "before."
    )


@pytest.mark.parametrize(
    ("tokens", "score", "told"),
    [
        ((Token("<0xD0>", 3, 0, 1), Token("<0xBA>", 4, 0, 1)), -0.2, "no pieces for signs such as к"),
        (tuple(Token("x", 5, at, at + 1) for at in (0, 1, 2, 4, 5, 6)), -0.2, "2 words fall into 6 pieces"),
        ((Token(" Cat", 9, 0, 3),), -1.5, "only 22 % on average"),
        ((Token(" Cat", 9, 0, 3),), -0.2, ""),
    ],
)
def test_text_that_is_hardly_english_is_doubted_first(tokens: tuple[Token, ...], score: float, told: str) -> None:
    result, source = known(), "кот кот"
    beams = (replace(result.sentences[0].beams[0], score=score),)
    one = replace(
        result.sentences[0], source=source, tokens=tokens, source_words=parts_of(source, tokens), beams=beams
    )
    doubts = translated_words.doubts(replace(result, sentences=(one,)))
    assert [told in doubt and doubt.startswith("Is this") for doubt in doubts] == ([True] if told else [])


BUNDLED = any(entry.name == "translator" for entry in registry.entries())


@pytest.mark.skipif(not BUNDLED, reason="the translator is not bundled")
def test_the_bundled_translator_needs_all_vectors_of_its_encoder() -> None:
    """A single context vector is a myth: with the mean of its vectors alone the translation is far less likely."""
    result = result_of("translate", translate.Inputs(TEXT, device="cpu"))
    sentence = result.sentences[0]
    assert sentence.memory_shape[0] == len(sentence.tokens) == 7
    assert sentence.one_vector_log_probability < 2 * sentence.beams[0].log_probability
    assert sentence.translation.endswith("?") and sentence.ended
