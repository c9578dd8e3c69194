"""The decoder against `transformers`, from random weights: logits, hidden states, patterns, files both ways."""

from __future__ import annotations

import warnings

import pytest
import torch
from safetensors.torch import load_file

from tutor.engine.checkpoint import load_decoder, save_decoder
from tutor.engine.config import DecoderConfig
from tutor.engine.decoder import Decoder
from tutor.engine.trace import Trace

transformers = pytest.importorskip("transformers", reason="the reference implementation is not installed")

SIZES = {
    "vocab_size": 61,
    "hidden_size": 32,
    "intermediate_size": 44,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "max_position_embeddings": 32,
    "rms_norm_eps": 1e-5,
}
LLAMA3 = {
    "rope_type": "llama3",
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 16,
}
CONFIGS = {
    "multi-head": {},
    "grouped": {"num_key_value_heads": 2, "rope_theta": 500.0},
    "multi-query, tied": {"num_key_value_heads": 1, "tie_word_embeddings": True},
    "biased": {"attention_bias": True, "mlp_bias": True, "num_key_value_heads": 2},
    "wide heads": {"head_dim": 12},
    "linear": {"rope_scaling": {"rope_type": "linear", "factor": 4.0}},
    "dynamic": {"rope_scaling": {"rope_type": "dynamic", "factor": 2.0}},
    "llama3": {"rope_scaling": LLAMA3, "num_key_value_heads": 2},
}


@pytest.fixture(params=CONFIGS, scope="module")
def config(request):
    return DecoderConfig(**(SIZES | CONFIGS[request.param]))


def theirs(config: DecoderConfig):
    """The reference model with random weights, biases and norms included."""
    torch.manual_seed(5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = transformers.LlamaForCausalLM(transformers.LlamaConfig.from_dict(config.to_dict())).eval()
    made.set_attn_implementation("eager")
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.2)
    return made


def test_same_logits_patterns_and_hidden_states(config):
    reference = theirs(config)
    ours = Decoder(config).eval()
    ours.load_state_dict(reference.state_dict())
    length = 48 if (config.rope_scaling or {}).get("rope_type") == "dynamic" else 24  # dynamic acts beyond 32
    ids = torch.randint(0, config.vocab_size, (2, length), generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        expected = reference(ids, output_attentions=True, output_hidden_states=True, use_cache=False)
        trace = Trace()
        observed = ours(ids, trace=trace)
        assert (ours(ids) - expected.logits).abs().max() <= 1e-4
    assert (observed - expected.logits).abs().max() <= 1e-4
    for layer in range(config.num_hidden_layers):
        torch.testing.assert_close(trace["pattern", layer], expected.attentions[layer], atol=1e-5, rtol=0)
        torch.testing.assert_close(trace["resid_pre", layer], expected.hidden_states[layer], atol=1e-4, rtol=0)
    torch.testing.assert_close(trace["final_norm"], expected.hidden_states[-1], atol=1e-4, rtol=0)


def test_saved_here_opens_there_and_back(config, tmp_path):
    reference = theirs(config)
    reference.save_pretrained(tmp_path / "theirs")
    ours = load_decoder(tmp_path / "theirs")
    save_decoder(ours, tmp_path / "ours")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        again = transformers.LlamaForCausalLM.from_pretrained(tmp_path / "ours", dtype=torch.float32)
    mine, other = load_file(tmp_path / "ours/model.safetensors"), load_file(tmp_path / "theirs/model.safetensors")
    assert mine.keys() == other.keys()
    assert all(torch.equal(mine[name], other[name]) for name in mine)
    assert all(torch.equal(p, again.state_dict()[name]) for name, p in reference.state_dict().items())
    assert load_decoder(tmp_path / "ours").config == ours.config
    ids = torch.arange(20)[None]
    with torch.no_grad():
        torch.testing.assert_close(again(ids).logits, reference(ids).logits, atol=1e-5, rtol=0)


def test_shards_open(tmp_path):
    config = DecoderConfig(**SIZES)
    reference = theirs(config)
    reference.save_pretrained(tmp_path, max_shard_size="30KB")
    assert len(list(tmp_path.glob("model-*.safetensors"))) > 1
    loaded = load_decoder(tmp_path).state_dict()
    assert all(torch.equal(p, loaded[name]) for name, p in reference.state_dict().items())


def test_padded_batch_is_the_same_there():
    config = DecoderConfig(**SIZES)
    reference = theirs(config)
    ours = Decoder(config).eval()
    ours.load_state_dict(reference.state_dict())
    ids = torch.randint(0, config.vocab_size, (2, 10), generator=torch.Generator().manual_seed(2))
    padding = torch.ones(2, 10, dtype=torch.bool)
    padding[0, :4] = False
    with torch.no_grad():
        expected = reference(ids, attention_mask=padding.long(), position_ids=(padding.cumsum(1) - 1).clamp(min=0))
        found = ours(ids, padding=padding)
    assert (found - expected.logits)[padding].abs().max() <= 1e-4
