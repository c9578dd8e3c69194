"""Reading a text token by token gives what one pass over the whole text gives."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.test_decoder import configs, random_decoder, random_ids
from tests.fakes import tiny_config
from tutor.engine import lora
from tutor.engine.reading import Reading

SCALINGS = [
    None,
    {"rope_type": "linear", "factor": 2.0},
    {"rope_type": "dynamic", "factor": 2.0},
    {
        "rope_type": "llama3",
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 32,
    },
]


def check(model, length: int, first: int) -> None:
    """The first tokens at once, the others one by one, beside all at once; relative to the size of a logit."""
    ids = random_ids(1, length)
    whole = model(ids)[0]
    reading = Reading(model, length)
    rows = [reading.read(ids[0, :first].tolist()), *(reading.read([token]) for token in ids[0, first:].tolist())]
    torch.testing.assert_close(torch.stack(rows), whole[first - 1 :], rtol=1e-4, atol=1e-4 * float(whole.abs().max()))


@settings(max_examples=25, deadline=None)
@given(config=configs, length=st.integers(2, 20), data=st.data())
def test_it_agrees_with_one_pass(config, length, data):
    check(random_decoder(config), length, data.draw(st.integers(1, length)))


@pytest.mark.parametrize("scaling", SCALINGS)
def test_it_agrees_with_stretched_positions(scaling):
    config = tiny_config(rope_scaling=scaling)
    check(random_decoder(config), min(40, config.max_position_embeddings), 3)


def test_the_quick_way_is_taken_for_plain_models_only():
    assert Reading(random_decoder(tiny_config()), 8).quick is not None
    assert Reading(random_decoder(tiny_config(attention_bias=True)), 8).quick is None
    assert Reading(random_decoder(tiny_config()).bfloat16(), 8).quick is None
    assert Reading(random_decoder(tiny_config()), tiny_config().max_position_embeddings + 1).quick is None
    adapted = random_decoder(tiny_config())
    lora.attach(adapted, lora.AdapterOptions())
    assert Reading(adapted, 8).quick is None


def test_reading_leaves_the_weights_alone():
    model = random_decoder(tiny_config())
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    check(model, 10, 2)
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())
