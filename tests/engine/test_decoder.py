"""What must hold for every decoder: order, cache, padding, the two paths, trace and interventions."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes import tiny_config
from tutor.engine import trace as trace_module
from tutor.engine.cache import Cache
from tutor.engine.config import DecoderConfig
from tutor.engine.decoder import Decoder
from tutor.engine.trace import (
    NAMES,
    AblateHeads,
    AblateMLP,
    DropPositions,
    NoCausalMask,
    PatchActivation,
    ReplaceFunction,
    ScaleScores,
    ShufflePositions,
    Trace,
)
from tutor.errors import InputError

pytestmark = pytest.mark.filterwarnings("error")


def random_decoder(config: DecoderConfig, seed: int = 0) -> Decoder:
    torch.manual_seed(seed)
    model = Decoder(config).eval().requires_grad_(False)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.4)
    return model


def random_ids(rows: int, length: int, seed: int = 0) -> torch.Tensor:
    return torch.randint(0, 200, (rows, length), generator=torch.Generator().manual_seed(seed))


@pytest.fixture(scope="module")
def model() -> Decoder:
    return random_decoder(tiny_config())


configs = st.builds(
    lambda groups, each, half, layers, tied, bias: tiny_config(
        num_attention_heads=groups * each,
        num_key_value_heads=groups,
        head_dim=2 * half,
        num_hidden_layers=layers,
        tie_word_embeddings=tied,
        attention_bias=bias,
    ),
    st.integers(1, 3),
    st.integers(1, 3),
    st.integers(1, 5),
    st.integers(1, 3),
    st.booleans(),
    st.booleans(),
)


@settings(max_examples=25, deadline=None)
@given(config=configs, length=st.integers(2, 20), data=st.data())
def test_a_later_token_never_changes_an_earlier_logit(config, length, data):
    model = random_decoder(config)
    at = data.draw(st.integers(1, length - 1))
    ids = random_ids(1, length)
    changed = ids.clone()
    changed[0, at] = (changed[0, at] + 1) % config.vocab_size
    before, after = model(ids), model(changed)
    assert torch.equal(before[:, :at], after[:, :at])
    assert not torch.equal(before[:, at:], after[:, at:])


@settings(max_examples=25, deadline=None)
@given(config=configs, length=st.integers(1, 20))
def test_patterns_sum_to_one_and_look_back_only(config, length):
    trace = Trace({"pattern"})
    random_decoder(config)(random_ids(2, length), trace=trace)
    for layer in range(config.num_hidden_layers):
        pattern = trace["pattern", layer]
        assert pattern.shape == (2, config.num_attention_heads, length, length)
        torch.testing.assert_close(pattern.sum(-1), torch.ones_like(pattern[..., 0]))
        assert torch.equal(pattern, pattern.tril())


@settings(max_examples=25, deadline=None)
@given(config=configs, length=st.integers(1, 12), pad=st.integers(1, 6), filler=st.integers(0, 200))
def test_padding_has_no_influence(config, length, pad, filler):
    model, ids = random_decoder(config), random_ids(1, length)
    padded = torch.cat([torch.full((1, pad), filler), ids], dim=1)
    padding = torch.tensor([[False] * pad + [True] * length])
    torch.testing.assert_close(model(padded, padding=padding)[:, pad:], model(ids), atol=1e-4, rtol=1e-4)


@settings(max_examples=25, deadline=None)
@given(config=configs, parts=st.lists(st.integers(1, 5), min_size=1, max_size=5))
def test_cache_gives_what_recomputing_gives(config, parts):
    model, ids = random_decoder(config), random_ids(2, sum(parts))
    cache = Cache(sum(parts))
    pieces = [model(part, cache=cache) for part in ids.split(parts, dim=1)]
    torch.testing.assert_close(torch.cat(pieces, 1), model(ids), atol=1e-4, rtol=1e-4)


def test_a_padded_batch_decodes_like_single_texts(model):
    """Two texts of different length, padded on the left, then three more tokens from the cache."""
    first, second, more = random_ids(1, 4, 1), random_ids(1, 7, 2), random_ids(2, 3, 3)
    ids = torch.cat([torch.cat([torch.zeros(1, 3, dtype=torch.long), first], 1), second])
    padding = torch.ones(2, 10, dtype=torch.bool)
    padding[0, :3] = False
    cache = Cache(10)
    model(ids, cache=cache, padding=padding[:, :7])
    for step in range(3):
        logits = model(more[:, step : step + 1], cache=cache, padding=padding[:, : 8 + step])
    alone = [model(torch.cat([text, more[row : row + 1]], 1))[0, -1] for row, text in enumerate((first, second))]
    torch.testing.assert_close(logits[:, -1], torch.stack(alone), atol=1e-4, rtol=1e-4)


def test_cache_refuses_more_than_it_holds_and_forgets_on_request(model):
    ids, cache = random_ids(1, 6), Cache(6)
    whole = model(ids, cache=cache)
    with pytest.raises(ValueError, match="7 tokens do not fit into a cache for 6"):
        model(ids[:, :1], cache=cache)
    cache.crop(4)
    torch.testing.assert_close(model(ids[:, 4:], cache=cache), whole[:, 4:])
    with pytest.raises(ValueError, match="cannot keep 7"):
        cache.crop(7)


def test_cache_reorders_rows(model):
    ids, cache = random_ids(2, 5), Cache(6)
    model(ids, cache=cache)
    cache.reorder(torch.tensor([1, 1]))
    next_one = torch.tensor([[3], [3]])
    expected = model(torch.cat([ids[[1, 1]], next_one], 1))[:, -1:]
    torch.testing.assert_close(model(next_one, cache=cache), expected, atol=1e-5, rtol=1e-5)


def test_watching_changes_nothing(model):
    ids, trace = random_ids(2, 9), Trace()
    torch.testing.assert_close(model(ids, trace=trace), model(ids), atol=1e-5, rtol=1e-5)
    layered = {"resid_pre", "q", "k", "v", "attn_scores", "pattern", "z", "attn_out", "resid_mid", "mlp_post"}
    layered |= {"mlp_out", "resid_post"}
    expected = {(name, layer) for name in layered for layer in range(2)}
    assert trace.stages.keys() == expected | {(name, -1) for name in set(NAMES) - layered}


def test_every_stage_has_the_shape_that_the_table_in_trace_says():
    """Sizes that differ from each other: B 2, T 3 tokens after 4 in the cache, so S 7."""
    model = random_decoder(tiny_config(head_dim=6))
    config, trace, cache = model.config, Trace(), Cache(7)
    model(random_ids(2, 4), cache=cache)
    model(random_ids(2, 3), cache=cache, trace=trace)
    sizes = {"B": 2, "T": 3, "S": 7, "C": 16, "H": 4, "D": 6, "F": 32, "V": config.vocab_size}
    rows = [line.split("|")[1:3] for line in trace_module.__doc__.splitlines() if line.startswith("| `")]
    table = {name.strip(" `"): shape for names, shape in rows for name in names.split(",")}
    assert table.keys() == set(NAMES)
    for (name, _), tensor in trace.stages.items():
        assert tensor.shape == tuple(sizes[letter.strip()] for letter in table[name].split(",")), name


def test_the_learners_own_function_that_does_the_same_gives_the_same(model):
    """Softmax, mask and attention written anew: called with what the documentation says, and used."""

    def softmax(scores):
        powers = (scores - scores.amax(-1, keepdim=True)).exp()
        return powers / powers.sum(-1, keepdim=True)

    def mask(T, S):
        return torch.tensor([[s <= S - T + t for s in range(S)] for t in range(T)])

    def attention(q, k, v, mask):
        scores = torch.einsum("bhtd,bhsd->bhts", q, k) / q.shape[-1] ** 0.5
        return torch.einsum("bhts,bhsd->bhtd", softmax(scores.masked_fill(~mask, -torch.inf)), v)

    ids = random_ids(2, 6)
    for name, theirs in {"softmax": softmax, "mask": mask, "attention": attention}.items():
        torch.testing.assert_close(model(ids, interventions=[ReplaceFunction(name, theirs)]), model(ids))


def test_without_the_mask_an_earlier_token_sees_later_ones(model):
    trace = Trace({"pattern"})
    model(random_ids(1, 5), trace=trace, interventions=[NoCausalMask()])
    assert trace["pattern", 0].min() > 0


def test_shuffled_positions_are_the_same_positions_in_another_order(model):
    trace, plain = Trace({"pos_embed"}), Trace({"pos_embed"})
    ids = random_ids(1, 12)
    model(ids, trace=trace, interventions=[ShufflePositions(1)])
    model(ids, trace=plain)
    shuffled, ordered = trace["pos_embed"].tolist(), plain["pos_embed"].tolist()
    assert shuffled != ordered
    assert sorted(shuffled) == sorted(ordered)


def test_the_stream_is_the_sum_of_what_was_added(model):
    """resid_post of layer 1 = embed + every attn_out + every mlp_out."""
    trace = Trace()
    model(random_ids(1, 9), trace=trace)
    added = sum(trace[name, layer] for name in ("attn_out", "mlp_out") for layer in range(2))
    torch.testing.assert_close(trace["resid_post", 1], trace["embed"] + added)


def test_a_trace_keeps_only_what_was_asked_for(model):
    trace = Trace({"pattern"})
    model(random_ids(1, 4), trace=trace)
    assert set(trace.stages) == {("pattern", 0), ("pattern", 1)}
    with pytest.raises(ValueError, match="no stage is called 'patterns'"):
        Trace({"patterns"})


CHANGES = {
    "ablate a head": AblateHeads({(0, 1)}),
    "ablate a feed-forward": AblateMLP({1}),
    "drop positions": DropPositions(),
    "shuffle positions": ShufflePositions(3),
    "see the future": NoCausalMask(),
    "sharper": ScaleScores(3.0),
    "uniform": ReplaceFunction("softmax", lambda scores: (~scores.isinf()).float()),
    "own mask": ReplaceFunction("mask", lambda T, S: torch.eye(T, S, dtype=torch.bool)),
    "own attention": ReplaceFunction("attention", lambda q, k, v, mask: torch.zeros_like(q)),
}


@pytest.mark.parametrize("name", CHANGES)
def test_an_intervention_changes_the_logits_and_leaves_no_trace(model, name):
    ids = random_ids(1, 8)
    before = model(ids)
    assert not torch.allclose(model(ids, interventions=[CHANGES[name]]), before, atol=1e-3)
    assert torch.equal(model(ids), before)


def test_ablated_parts_add_nothing(model):
    trace = Trace()
    model(random_ids(1, 5), trace=trace, interventions=[AblateHeads({(0, 1), (0, 3)}), AblateMLP({1})])
    assert trace["z", 0][:, [1, 3]].abs().max() == 0
    assert trace["z", 0][:, [0, 2]].abs().min() > 0
    assert trace["mlp_out", 1].abs().max() == 0


def test_without_positions_the_order_of_earlier_tokens_is_lost(model):
    """With all at position 0 and one layer's mask, the last token sees a set, not a list."""
    one = random_decoder(tiny_config(num_hidden_layers=1))
    ids, turned = torch.tensor([[5, 6, 7, 8]]), torch.tensor([[7, 5, 6, 8]])
    last = [one(x, interventions=[DropPositions()])[0, -1] for x in (ids, turned)]
    torch.testing.assert_close(*last)
    assert not torch.allclose(one(ids)[0, -1], one(turned)[0, -1], atol=1e-3)


def test_scale_zero_looks_everywhere_alike(model):
    trace = Trace({"pattern"})
    model(random_ids(1, 4), trace=trace, interventions=[ScaleScores(0.0)])
    rows = torch.tensor([[1, 0, 0, 0], [1 / 2, 1 / 2, 0, 0], [1 / 3, 1 / 3, 1 / 3, 0], [1 / 4] * 4])
    torch.testing.assert_close(trace["pattern", 0][0, 0], rows)


def test_patching_everything_gives_the_other_run(model):
    other, trace = random_ids(1, 6, 4), Trace({"resid_post", "logits"})
    model(other, trace=trace)
    patch = PatchActivation("resid_post", 1, trace["resid_post", 1])
    torch.testing.assert_close(model(random_ids(1, 6, 5), interventions=[patch]), trace["logits"])
    with pytest.raises(ValueError, match="has shape"):
        model(random_ids(1, 7), interventions=[patch])


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ({"model_type": "gpt2"}, "not an architecture"),
        ({"model_type": "llama", "vocab_size": 10}, "missing"),
        ({"num_attention_heads": 5}, "16 channels do not divide into 5 heads"),
        ({"num_key_value_heads": 3}, "4 heads do not divide into 3 groups"),
        ({"head_dim": 3}, "even number"),
        ({"hidden_act": "gelu"}, "hidden_act is 'gelu'"),
        ({"num_hidden_layers": 1 << 23}, "not a sensible size"),
        ({"vocab_size": "many"}, "not a sensible size"),
        ({"hidden_size": "abc"}, "not a sensible size"),
        ({"hidden_size": -16}, "not a sensible size"),
        ({"hidden_size": 1e12}, "not a sensible size"),
        ({"vocab_size": True}, "not a sensible size"),
        ({"rms_norm_eps": "small"}, "rms_norm_eps"),
        ({"rms_norm_eps": 10**400}, "rms_norm_eps"),
        ({"rope_scaling": {"rope_type": "linear", "factor": 10**400}}, "factor"),
        ({"tie_word_embeddings": "no"}, "not true or false"),
        ({"rope_theta": None, "rope_parameters": 3}, "rope"),
        ({"rope_scaling": {"rope_type": "yarn", "factor": 2.0}}, "'yarn'"),
        ({"rope_scaling": {"rope_type": "llama3", "factor": 2.0}}, "low_freq_factor"),
        ({"rope_scaling": {"rope_type": "linear", "factor": 0}}, "factor"),
        ({"eos_token_id": "end"}, "eos_token_id"),
    ],
)
def test_a_config_that_makes_no_sense_is_refused_in_one_line(raw, why):
    base = {} if "vocab_size" in raw and len(raw) > 1 else tiny_config().to_dict()
    if "head_dim" not in raw and "num_attention_heads" in raw:
        base["head_dim"] = None
        base["num_key_value_heads"] = None
    with pytest.raises(InputError) as caught:
        DecoderConfig.from_dict(base | raw)
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)


@settings(max_examples=300, deadline=None)
@given(
    name=st.sampled_from(sorted(tiny_config().to_dict())),
    value=st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.integers(), max_size=3),
        st.dictionaries(st.sampled_from(["rope_type", "factor", "rope_theta"]), st.floats() | st.text()),
    ),
)  # fmt: skip
def test_any_entry_may_be_damaged(name, value):
    try:
        config = DecoderConfig.from_dict(tiny_config().to_dict() | {name: value})
    except InputError as error:
        assert "\n" not in str(error)
    else:
        assert isinstance(config, DecoderConfig)


def test_dynamic_scaling_of_heads_with_two_channels_is_refused():
    scaling = {"rope_type": "dynamic", "factor": 2.0}
    with pytest.raises(InputError, match="head_dim is 2"):
        DecoderConfig(9, 8, 8, 1, 4, rope_scaling=scaling)
    DecoderConfig(9, 8, 8, 1, 2, rope_scaling=scaling)
