"""The encoder–decoder against transformers' Marian, on small random models."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.engine.cache import Cache
from tutor.engine.sampling import SamplingOptions
from tutor.engine.seq2seq import Seq2Seq, Seq2SeqConfig, sinusoids
from tutor.engine.trace import AblateHeads, Trace
from tutor.engine.translation import beam_search, write
from tutor.errors import InputError

transformers = pytest.importorskip("transformers", reason="the oracle of these tests; it is in the dev extra")

SIZES = {
    "vocab_size": 97,
    "d_model": 32,
    "encoder_layers": 2,
    "decoder_layers": 3,
    "encoder_attention_heads": 4,
    "decoder_attention_heads": 8,
    "encoder_ffn_dim": 48,
    "decoder_ffn_dim": 64,
    "max_position_embeddings": 40,
    "pad_token_id": 96,
    "eos_token_id": 0,
    "decoder_start_token_id": 96,
}


def pair(seed=0, **changes):
    """The same random weights in transformers' model and in ours."""
    config = Seq2SeqConfig(**(SIZES | changes))
    torch.manual_seed(seed)
    ignored = ("architectures", "model_type", "torch_dtype")
    raw = {key: value for key, value in config.to_dict().items() if key not in ignored}
    theirs = transformers.MarianMTModel(
        transformers.MarianConfig(**raw, init_std=0.3, attn_implementation="eager")
    ).eval()
    with torch.no_grad():
        theirs.final_logits_bias.normal_()
    ours = Seq2Seq(config).eval()
    missing = ours.load_state_dict(theirs.state_dict(), strict=False).missing_keys
    assert missing == []
    return ours, theirs


@pytest.fixture(scope="module")
def models():
    return pair()


@pytest.fixture
def sentences():
    generator = torch.Generator().manual_seed(3)
    source = torch.randint(1, 96, (2, 9), generator=generator)
    source[1, 6:] = 96
    return source, source != 96, torch.randint(1, 96, (2, 7), generator=generator)


@pytest.mark.parametrize("changes", [{}, {"activation_function": "swish"}, {"scale_embedding": False, "d_model": 64}])
@torch.no_grad()
def test_memory_and_logits_are_those_of_transformers(sentences, changes):
    ours, theirs = pair(**changes)
    source, padding, target = sentences
    expected = theirs(input_ids=source, attention_mask=padding.long(), decoder_input_ids=target)
    memory = ours.encode(source, padding)
    assert (memory - expected.encoder_last_hidden_state)[padding].abs().max() <= 1e-4
    assert (ours.decode(target, memory, padding) - expected.logits).abs().max() <= 1e-4


@torch.no_grad()
def test_patterns_and_hidden_states_are_those_of_transformers(models, sentences):
    ours, theirs = models
    source, padding, target = sentences
    expected = theirs(
        input_ids=source,
        attention_mask=padding.long(),
        decoder_input_ids=target,
        output_attentions=True,
        output_hidden_states=True,
    )
    reading, writing, crossing = Trace(), Trace(), Trace()
    memory = ours.encode(source, padding, trace=reading)
    ours.decode(target, memory, padding, trace=writing, cross=crossing)
    for layer in range(2):
        assert torch.allclose(reading["pattern", layer], expected.encoder_attentions[layer], atol=1e-5)
        assert torch.allclose(reading["resid_post", layer], expected.encoder_hidden_states[layer + 1], atol=1e-4)
    for layer in range(3):
        assert torch.allclose(writing["pattern", layer], expected.decoder_attentions[layer], atol=1e-5)
        assert torch.allclose(crossing["pattern", layer], expected.cross_attentions[layer], atol=1e-5)


@torch.no_grad()
def test_one_token_at_a_time_equals_all_at_once(models, sentences):
    ours, _ = models
    source, padding, target = sentences
    memory = ours.encode(source, padding)
    whole = ours.decode(target, memory, padding)
    cache, kept = Cache(target.shape[1]), {}
    steps = [
        ours.decode(target[:, i : i + 1], memory, padding, cache=cache, memory_cache=kept)
        for i in range(target.shape[1])
    ]
    assert torch.allclose(torch.cat(steps, 1), whole, atol=1e-5)
    assert cache.length == target.shape[1]


@torch.no_grad()
def test_watching_changes_nothing_and_switching_a_head_off_does(models, sentences):
    ours, _ = models
    source, padding, target = sentences
    memory = ours.encode(source, padding)
    plain = ours.decode(target, memory, padding)
    assert torch.allclose(ours.decode(target, memory, padding, trace=Trace()), plain, atol=1e-5)
    off = ours.decode(target, memory, padding, interventions=[AblateHeads([(1, 2)])])
    assert (off - plain).abs().max() > 1e-2
    assert torch.equal(ours.decode(target, memory, padding), plain)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 6), st.integers(1, 95))
def test_a_later_target_token_never_changes_an_earlier_logit(place, token):
    ours, _ = pair()
    source, target = torch.arange(1, 8)[None], torch.arange(10, 17)[None]
    changed = target.clone()
    changed[0, place] = token
    with torch.no_grad():
        before, after = ours(source, target), ours(source, changed)
    assert torch.allclose(before[:, :place], after[:, :place], atol=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_greedy_and_beam_search_give_the_ids_of_transformers(seed):
    ours, theirs = pair(seed)
    source = torch.randint(1, 96, (1, 8), generator=torch.Generator().manual_seed(seed))
    common = {"max_new_tokens": 14, "do_sample": False, "bad_words_ids": [[96]]}
    greedy = theirs.generate(source, num_beams=1, **common)[0, 1:].tolist()
    mine = write(ours, source, options=SamplingOptions(temperature=0), limit=14)
    assert list(mine.ids) == [token for token in greedy if token not in (0, 96)]
    for beams, penalty in ((4, 1.0), (4, 0.6), (3, 2.0)):
        answer = theirs.generate(source, num_beams=beams, length_penalty=penalty, **common)[0, 1:].tolist()
        best = beam_search(ours, source, beams=beams, length_penalty=penalty, limit=14)[0]
        assert list(best.ids) == [token for token in answer if token not in (0, 96)]


def test_more_beams_never_find_a_worse_sentence(models):
    """With no length penalty the score is the log-probability, and a wider search holds the narrower one's best."""
    ours, _ = models
    source = torch.arange(1, 7)[None]
    scores = [beam_search(ours, source, beams=n, length_penalty=0.0, limit=10)[0].score for n in (1, 8)]
    assert scores[1] >= scores[0] - 1e-5


def test_a_sampled_output_depends_on_its_seed_alone(models):
    ours, _ = models
    source = torch.arange(1, 7)[None]
    texts = [write(ours, source, options=SamplingOptions(1.0), seed=seed, limit=12).ids for seed in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]


def test_sinusoids_are_those_of_the_paper_in_another_order():
    table = sinusoids(50, 16)
    position, pair_index = 7, 3
    angle = position / 10000 ** (2 * pair_index / 16)
    assert table[position, pair_index].item() == pytest.approx(torch.sin(torch.tensor(angle)).item(), abs=1e-6)
    assert table[position, 8 + pair_index].item() == pytest.approx(torch.cos(torch.tensor(angle)).item(), abs=1e-6)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"d_model": 30}, "30 channels do not divide into 4 heads"),
        ({"activation_function": "step"}, "not one of relu"),
        ({"encoder_layers": 0}, "encoder_layers is 0"),
        ({"model_type": "t5"}, "a 't5' model"),
    ],
)
def test_a_config_that_does_not_fit_is_refused(change, says):
    with pytest.raises(InputError, match=says):
        Seq2SeqConfig.from_dict({"model_type": "marian", **SIZES, **change})
