"""What is filled in, without a screen: dials, the line, presets, and switching between experiments."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor import experiments
from tutor.app.labs import LABS, line
from tutor.app.labs.dials import Numbers, Words, dial_for
from tutor.app.labs.form import Form, example
from tutor.errors import UsageError
from tutor.experiments.attention import Inputs as Attention
from tutor.experiments.compare import Inputs as Compare
from tutor.experiments.frame.inputs import Option, fields
from tutor.experiments.tokenize import Inputs as Tokenize


@given(st.integers(-5, 5), st.integers(0, 40), st.integers(1, 9), st.lists(st.integers(-7, 7), max_size=8))
def test_numbers_stay_within_their_ends_and_arrows_reach_both(low, span, step, presses):
    dial = Numbers(low, low + span, step, whole=True)
    value = low
    for press in presses:
        value = dial.moved(value, press) if press else value
        assert low <= value <= low + span and isinstance(value, int)
    assert dial.moved(value, 100) == low + span and dial.moved(value, -100) == low


def test_numbers_stop_at_multiples_of_the_step():
    dial = Numbers(1, 1024, 8, whole=True)
    assert [dial.moved(value, 1) for value in (1, 8, 13)] == [8, 16, 16]
    assert [dial.moved(value, -1) for value in (16, 13, 8, 3)] == [8, 8, 1, 1]
    tenths = Numbers(0, 5, 0.1, whole=False)
    value = 0.0
    for _ in range(7):
        value = tenths.moved(value, 1)
    assert value == 0.7 and tenths.text(value) == "0.7"


def test_not_given_lies_below_the_lowest_number():
    dial = Numbers(0, 3, 1, whole=True, optional=True)
    assert dial.moved(0, -1) is None and dial.moved(None, 1) == 0 and dial.moved(None, -1) is None


def test_words_go_round_and_keep_their_width():
    dial = Words(("a", "longer"))
    assert dial.moved("longer", 1) == "a" and dial.moved("a", -1) == "longer"
    assert dial.width("a") == dial.width("longer") == 6
    assert dial.moved("unknown", 1) == "longer", "a value that is not offered is left, not an error"


@pytest.mark.parametrize("name", experiments.names())
def test_every_option_has_a_dial_or_is_typed_and_shows_its_default(name):
    start = example(name)
    for field in fields(type(start)):
        if isinstance(field.spec, Option):
            dial = dial_for(field)
            assert dial is None or dial.text(getattr(start, field.name))


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="⏎"), min_size=1))
def test_a_line_gives_back_the_text_it_was_written_from(text):
    (argument,) = (field for field in fields(Tokenize) if field.name == "text")
    assert line.parsed(line.written(Tokenize(text), (argument,)), (argument,)) == {"text": text}


def test_line_ends_are_shown_and_come_back():
    form = Form("tokenize")
    form.fill("tokenize", Tokenize("one\ntwo"))
    assert form.line == "one⏎two" and form.inputs().text == "one\ntwo"


def test_several_arguments_take_words_or_bars():
    form = Form("analogy")
    form.line = "king man woman"
    assert (form.inputs().a, form.inputs().b, form.inputs().c) == ("king", "man", "woman")
    form.line = "king | man | woman"
    assert (form.inputs().a, form.inputs().b, form.inputs().c) == ("king", "man", "woman")
    form.line = "king man"
    with pytest.raises(UsageError, match="2 of 3"):
        form.inputs()


def test_what_two_experiments_share_goes_along_and_the_rest_waits():
    form = Form("tokenize")
    form.fill("tokenize", Tokenize("It was unbelievable!", tokenizer="char"))
    form.switch("merges")
    assert form.line == "unbelievable" and form.values["tokenizer"] in ("char", "bpe")
    form.switch("compare")
    assert form.line == "It was unbelievable!"
    assert form.inputs().tokenizers == example("compare").tokenizers, "a list of tokenizers is another thing than one"
    form.switch("tokenize")
    assert form.inputs() == Tokenize("It was unbelievable!", tokenizer="char")


def test_equal_names_with_other_ranges_are_not_shared():
    form = Form("neighbours")
    form.values["k"] = 25
    form.switch("map")
    assert form.values["k"] == example("map").k
    form.switch("neighbours")
    assert form.values["k"] == 25


@pytest.mark.parametrize("info", LABS, ids=lambda info: info.name)
def test_no_view_of_a_lab_gets_a_nothing_that_it_cannot_take(info):
    """The seed that a recipe may leave out went along to `adapt`, which then ended in a TypeError."""
    for start in info.experiments:
        for there in info.experiments:
            (form := Form(start)).switch(there)
            assert not [
                field.name for field in form.options if form.values[field.name] is None and not field.optional
            ]


def test_offered_are_tokenizers_models_and_runs_that_there_are(state):
    from tutor.app.labs.offers import names_of

    assert {"bpe", "char"} <= set(names_of("tokenizer"))
    assert not {"words", "tokenizers"} & set(names_of("model"))
    assert names_of("run") == ()
    (state / "runs" / "mine").mkdir(parents=True)
    assert names_of("run") == ("mine",)


def test_typed_values_become_words_or_nothing():
    form = Form("compare")
    form.set("tokenizers", "bpe | char |")
    assert form.inputs() == Compare(form.line, tokenizers=("bpe", "char"))
    form = Form("attention")
    form.set("word", "it")
    assert isinstance(form.inputs(), Attention) and form.inputs().word == "it"
    form.set("word", "")
    assert form.inputs().word is None
