"""The masked-word encoder against transformers' BERT, on small random models."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.engine.encoder import Encoder, EncoderConfig
from tutor.engine.trace import DropPositions, Trace
from tutor.errors import InputError

transformers = pytest.importorskip("transformers", reason="the oracle of these tests; it is in the dev extra")

SIZES = {
    "vocab_size": 89,
    "hidden_size": 32,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "intermediate_size": 48,
    "max_position_embeddings": 20,
}


@pytest.fixture(scope="module")
def models():
    """The same random weights in transformers' model and in ours."""
    config = EncoderConfig(**SIZES)
    torch.manual_seed(1)
    raw = {k: v for k, v in config.to_dict().items() if k not in ("architectures", "model_type", "torch_dtype")}
    theirs = transformers.BertForMaskedLM(
        transformers.BertConfig(**raw, initializer_range=0.3, attn_implementation="eager")
    ).eval()
    with torch.no_grad():
        theirs.cls.predictions.bias.normal_()
    ours = Encoder(config).eval()
    assert ours.load_state_dict(theirs.state_dict(), strict=False).missing_keys == []
    return ours, theirs


@pytest.fixture
def padded():
    ids = torch.randint(1, 89, (2, 9), generator=torch.Generator().manual_seed(2))
    ids[1, 5:] = 0
    return ids, ids != 0


@torch.no_grad()
def test_logits_are_those_of_transformers(models, padded):
    ours, theirs = models
    ids, padding = padded
    expected = theirs(input_ids=ids, attention_mask=padding.long()).logits
    assert (ours(ids, padding) - expected)[padding].abs().max() <= 1e-4
    assert (ours(ids[:1]) - theirs(input_ids=ids[:1]).logits).abs().max() <= 1e-4


@torch.no_grad()
def test_patterns_and_hidden_states_are_those_of_transformers(models, padded):
    ours, theirs = models
    ids, padding = padded
    expected = theirs(ids, attention_mask=padding.long(), output_attentions=True, output_hidden_states=True)
    trace = Trace()
    ours(ids, padding, trace=trace)
    for layer in range(3):
        assert torch.allclose(trace["pattern", layer], expected.attentions[layer], atol=1e-5)
        real = padding[..., None]
        assert torch.allclose(trace["resid_post", layer] * real, expected.hidden_states[layer + 1] * real, atol=1e-4)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 4), st.integers(1, 88))
def test_padding_has_no_influence(models, count, token):
    ours, _ = models
    ids = torch.arange(1, 7)[None]
    longer = torch.cat([ids, torch.full((1, count), token)], 1)
    padding = torch.arange(6 + count)[None] < 6
    with torch.no_grad():
        assert torch.allclose(ours(longer, padding)[:, :6], ours(ids), atol=1e-5)


@torch.no_grad()
def test_without_positions_the_order_of_words_does_not_matter(models):
    ours, _ = models
    ids = torch.tensor([[5, 6, 7, 8]])
    swapped = ids.flip(1)
    dropped = [DropPositions()]
    assert torch.allclose(ours(ids, interventions=dropped).flip(1), ours(swapped, interventions=dropped), atol=1e-5)
    assert not torch.allclose(ours(ids).flip(1), ours(swapped), atol=1e-2)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"hidden_size": 30}, "30 channels do not divide into 4 heads"),
        ({"model_type": "llama"}, "not an encoder"),
        ({"hidden_act": "relu"}, "hidden_act is 'relu'"),
        ({"vocab_size": "many"}, "vocab_size is 'many'"),
    ],
)
def test_a_config_that_does_not_fit_is_refused(change, says):
    with pytest.raises(InputError, match=says):
        EncoderConfig.from_dict({"model_type": "bert", **SIZES, **change})


def test_a_config_that_lacks_a_size_says_which():
    with pytest.raises(InputError, match="vocab_size"):
        EncoderConfig.from_dict({"model_type": "bert"})
