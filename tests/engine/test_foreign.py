"""Decoders of other architectures behind our interface, held against `transformers` itself; no network, one line."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from tests import fakes
from tests.experiments import test_all
from tutor import experiments, views
from tutor.engine import loading, registry
from tutor.engine.cache import Cache
from tutor.engine.generation import generate
from tutor.engine.sampling import SamplingOptions
from tutor.engine.trace import (
    AblateHeads,
    AblateMLP,
    DropPositions,
    NoCausalMask,
    PatchActivation,
    ReplaceFunction,
    ScaleScores,
    Trace,
)
from tutor.errors import InputError, TutorError
from tutor.experiments.frame.inputs import fields

transformers = pytest.importorskip("transformers", reason="the extra hf is not installed")

V = 281  # the vocabulary of the tests' tokenizer
ENDS = {"vocab_size": V, "bos_token_id": 0, "eos_token_id": 0, "pad_token_id": None}
SIZES = ENDS | {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 32,
    "max_position_embeddings": 64,
}
CONFIGS = {
    "gpt2": lambda: transformers.GPT2Config(**ENDS, n_embd=16, n_layer=2, n_head=4, n_positions=64),
    "gpt_neox": lambda: transformers.GPTNeoXConfig(**SIZES),
    "qwen3": lambda: transformers.Qwen3Config(**SIZES, num_key_value_heads=2, head_dim=4),
    # Attention that adds a cap to the scores, and caps the logits:
    "gemma2": lambda: transformers.Gemma2Config(**SIZES, num_key_value_heads=2, head_dim=4, sliding_window=4),
    # Its own attention, which cannot be replaced, with ALiBi for positions:
    "bloom": lambda: transformers.BloomConfig(**ENDS, hidden_size=16, n_layer=2, n_head=4),
    # No attention at all, and logits from a state:
    "mamba": lambda: transformers.MambaConfig(**ENDS, hidden_size=16, num_hidden_layers=2, state_size=4),
}
PLAIN = ("gpt2", "gpt_neox", "qwen3")
IDS = torch.tensor([[5, 9, 9, 40, 200, 3, 77, 8, 120, 31]])


def checkpoint(folder: Path, kind: str = "gpt2"):
    """A random model of this architecture in `folder`, as `transformers` saves it, with a tokenizer."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    model = transformers.AutoModelForCausalLM.from_config(CONFIGS[kind]()).eval()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    model.tie_weights()
    model.save_pretrained(folder)
    (folder / "tokenizer.json").write_text(fakes.tokenizer_json(), encoding="utf-8")
    return model


@pytest.fixture(scope="module", params=CONFIGS)
def both(request, tmp_path_factory):
    """The same weights opened by us and there, with the answer from there in its eager mode."""
    folder = tmp_path_factory.mktemp(request.param)
    theirs = checkpoint(folder, request.param)
    theirs.set_attn_implementation("eager")
    with torch.no_grad():
        expected = theirs(IDS, output_attentions=True, output_hidden_states=True)
    return request.param, loading.decoder(str(folder), "cpu"), theirs, expected


@pytest.fixture(scope="module")
def gpt2(tmp_path_factory):
    folder = tmp_path_factory.mktemp("guest") / "tiny-gpt2"
    checkpoint(folder)
    return folder


def test_logits_hidden_states_and_patterns_are_theirs(both):
    kind, loaded, _, expected = both
    with torch.inference_mode():
        trace = Trace()
        assert (loaded.model(IDS) - expected.logits).abs().max() <= 1e-4
        assert (loaded.model(IDS, trace=trace) - expected.logits).abs().max() <= 1e-4
        hidden, _ = loaded.model.hidden(IDS)
    assert torch.allclose(hidden, expected.hidden_states[-1], atol=1e-4)
    assert torch.allclose(loaded.model.lm_head(hidden), expected.logits, atol=1e-4)
    assert torch.equal(trace["logits"], loaded.model(IDS, trace=Trace(())))
    if kind != "mamba":  # there the library's own hidden states are those inside a block
        for layer in range(2):
            assert torch.allclose(trace["pattern", layer], expected.attentions[layer], atol=1e-5)
            assert torch.allclose(trace["resid_pre", layer], expected.hidden_states[layer], atol=1e-4)
    normed = loaded.model.model.norm(trace["resid_post", 1])
    assert torch.allclose(normed, expected.hidden_states[-1], atol=1e-4)


def test_every_way_of_generating_writes_their_greedy_text(both):
    _, loaded, theirs, _ = both
    prompt = IDS[:, :5]
    said = theirs.generate(prompt, max_new_tokens=12, do_sample=False, eos_token_id=None, pad_token_id=0)
    options = SamplingOptions(temperature=0.0)
    config = loaded.model.config
    object.__setattr__(config, "end_ids", frozenset())  # theirs goes on, too
    try:
        steps = generate(loaded.model, loaded.tokenizer, prompt[0].tolist(), tokens=12, options=options, seed=0)
        assert [step.id for step in steps] == said[0, 5:].tolist()
    finally:
        object.__setattr__(config, "end_ids", frozenset({0}))


def test_a_cache_gives_what_recomputing_gives_and_its_rows_can_be_reordered(both):
    _, loaded, _, expected = both
    cache = Cache(10)
    with torch.inference_mode():
        loaded.model(IDS[:, :4].repeat(2, 1), cache=cache)
        cache.reorder(torch.tensor([1, 1]))
        rest = loaded.model(IDS[:, 4:].repeat(2, 1), cache=cache)
    assert cache.length == 10
    assert torch.allclose(rest[1], expected.logits[0, 4:], atol=1e-4)


def test_padding_has_no_influence(both):
    kind, loaded, _, expected = both
    if kind == "mamba":
        pytest.skip("a model without attention has no mask")
    ids = torch.cat([torch.full((1, 3), 7), IDS], 1)
    padding = torch.arange(13)[None] >= 3
    with torch.inference_mode():
        found = loaded.model(ids, padding=padding)[:, 3:]
    assert torch.allclose(found, expected.logits, atol=1e-4)


def test_a_trace_has_our_names(both):
    kind, loaded, _, _ = both
    trace = Trace()
    with torch.inference_mode():
        loaded.model(IDS, trace=trace)
    found = {name for name, _ in trace.stages}
    assert {"embed", "resid_pre", "resid_post", "final_norm", "logits"} <= found
    assert ("pos_embed" in found) is (kind not in ("bloom", "mamba"))
    if kind in PLAIN:
        assert {"q", "k", "v", "attn_scores", "pattern", "z"} <= found
    if kind == "gpt2":
        table = loaded.model.theirs.transformer.wpe.weight
        assert torch.equal(trace["pos_embed"], table[:10])
        assert torch.allclose(trace["embed"][0] + trace["pos_embed"], trace["resid_pre", 0][0])


CHANGES = (
    AblateHeads([(0, 1)]),
    NoCausalMask(),
    ScaleScores(0.0),
    ReplaceFunction("softmax", torch.relu),
    DropPositions(),
    AblateMLP([0]),
)


@pytest.mark.parametrize("change", CHANGES, ids=lambda one: type(one).__name__)
def test_an_intervention_changes_the_logits_or_is_refused_and_leaves_no_trace(both, change):
    kind, loaded, _, expected = both
    with torch.inference_mode():
        if kind in PLAIN and not isinstance(change, AblateMLP):
            assert (loaded.model(IDS, interventions=[change]) - expected.logits).abs().max() > 1e-3
        else:
            with pytest.raises(InputError, match=r"cannot be changed|but not changed"):
                loaded.model(IDS, interventions=[change])
        assert (loaded.model(IDS) - expected.logits).abs().max() <= 1e-4


def test_patching_the_stream_of_another_text_gives_what_that_text_gives(both):
    kind, loaded, _, _ = both
    if kind not in PLAIN:
        pytest.skip("only where attention can be changed, too")
    other = IDS.flip(1)
    trace = Trace(("resid_post",))
    with torch.inference_mode():
        expected = loaded.model(other, trace=trace)
        patch = PatchActivation("resid_post", 1, trace["resid_post", 1])
        assert torch.allclose(loaded.model(IDS, interventions=[patch]), expected, atol=1e-4)


def test_an_ablated_head_is_one_whose_output_is_taken_away(gpt2, tmp_path):
    """An oracle in the weights: GPT-2's output projection without the rows of that head."""
    loaded = loading.decoder(str(gpt2), "cpu")
    theirs = transformers.AutoModelForCausalLM.from_pretrained(gpt2).eval()
    with torch.no_grad():
        theirs.transformer.h[1].attn.c_proj.weight[4:8] = 0.0
        expected = theirs(IDS).logits
        found = loaded.model(IDS, interventions=[AblateHeads([(1, 1)])])
    assert torch.allclose(found, expected, atol=1e-4)


DECODERS = [
    name
    for name in experiments.names()
    if any(getattr(field.spec, "source", "") == "model" for field in fields(experiments.load(name).Inputs))
]


@pytest.mark.parametrize("name", DECODERS)
def test_every_experiment_gives_a_result_or_one_line(name, gpt2, tmp_path):
    if name in test_all.ELSEWHERE:
        pytest.skip(test_all.ELSEWHERE[name])
    models = dict.fromkeys(("storyteller", "coder", "composer", "painter", "translator", "gapfiller"), str(gpt2))
    try:
        inputs = test_all.filled(name, "plain", models, tmp_path)
        result = experiments.result_of(name, inputs)
    except TutorError as error:
        assert "\n" not in str(error) and len(str(error)) < 600
        assert name not in ("attention", "next", "generate", "walk", "lens", "heads", "surprise", "context", "ablate")
    else:
        assert views.words(name, result)


def test_learned_positions_are_those_of_the_table(gpt2):
    module = experiments.load("positions")
    result = module.run(module.Inputs(kind="learned", length=20, model=str(gpt2)))
    table = load_file(gpt2 / "model.safetensors")["transformer.wpe.weight"]
    assert torch.equal(torch.from_numpy(result.encoding).float(), table[:20])


def test_the_kind_of_a_folder_is_that_of_its_architecture(gpt2):
    assert registry.kind_of(gpt2) == "decoder"
    assert registry.is_foreign(gpt2)


def test_it_is_opened_but_not_trained(gpt2):
    with pytest.raises(InputError, match="does not train"):
        loading.fresh_decoder(str(gpt2), "cpu")


@pytest.fixture
def folder(gpt2, tmp_path):
    """A copy to damage."""
    for file in gpt2.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    return tmp_path


def refusal(folder: Path) -> str:
    """The one line that opening gives, within a second."""
    start = time.process_time()
    with pytest.raises(InputError) as caught:
        loading.decoder(str(folder), "cpu")
    assert time.process_time() - start < 1
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_without_the_extra_one_line_names_it(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", None)
    assert "transformer-tutor[hf]" in refusal(folder)
    assert "'gpt2'" in refusal(folder)


def _cut(file):
    file.write_bytes(file.read_bytes()[:-50])


def _huge_header(file):
    file.write_bytes(struct.pack("<Q", 10_000_000_000) + file.read_bytes()[8:])


@pytest.mark.parametrize("damage", [_cut, _huge_header])
def test_a_damaged_file_is_refused(folder, damage):
    damage(folder / "model.safetensors")
    assert "not a whole safetensors file" in refusal(folder)


NAME = "transformer.h.1.mlp.c_fc.weight"


@pytest.mark.parametrize(
    ("tensor", "why"),
    [
        (None, "numbers, its files hold"),
        (torch.zeros(16, 65), f"{NAME} has shape"),
        (torch.full((16, 64), torch.nan), "not numbers"),
        (torch.zeros(16, 64, dtype=torch.int32), "is I32"),
    ],
)
def test_a_wrong_tensor_is_named(folder, tensor, why):
    tensors = load_file(folder / "model.safetensors")
    del tensors[NAME]
    save_file(tensors | ({} if tensor is None else {NAME: tensor}), folder / "model.safetensors", {"format": "pt"})
    assert why in refusal(folder)


def test_a_missing_small_tensor_is_named(folder):
    tensors = load_file(folder / "model.safetensors")
    del tensors["transformer.ln_f.bias"]
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})
    assert "transformer.ln_f.bias is missing" in refusal(folder)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"n_head": 5}, "16 channels do not divide into 5 heads"),
        ({"n_embd": 1 << 16, "vocab_size": 1 << 20}, "its configuration asks for"),
        ({"n_layer": 1 << 30}, "not a sensible size"),
        ({"n_embd": "wide"}, "config.json|cannot open"),
        ({"model_type": "no_such_model"}, "cannot open it"),
    ],
)
def test_a_config_that_does_not_fit_is_refused(folder, changes, why):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | changes))
    assert any(part in refusal(folder) for part in why.split("|"))


def test_a_pickle_is_refused(folder):
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    assert "run any program" in refusal(folder)


def test_code_in_a_checkpoint_is_never_run(folder):
    config = json.loads((folder / "config.json").read_text()) | {"model_type": "theirs"}
    config["auto_map"] = {"AutoConfig": "trap.Config", "AutoModelForCausalLM": "trap.Model"}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "trap.py").write_text(f"open({str(folder / 'sprung')!r}, 'w')")
    assert "cannot open it" in refusal(folder)
    assert not (folder / "sprung").exists()


def test_the_library_is_told_to_stay_offline_before_it_is_imported(folder, tmp_path):
    (tmp_path / "stub").mkdir()
    (tmp_path / "stub" / "transformers.py").write_text(
        "import os, sys\nsys.exit(os.environ['HF_HUB_OFFLINE'] + ' ' + os.environ['TRANSFORMERS_OFFLINE'])"
    )
    code = f"from tutor.engine import loading; loading.decoder({str(folder)!r}, 'cpu')"
    environment = {"PYTHONPATH": str(tmp_path / "stub"), "PATH": "", "HF_HUB_OFFLINE": "0"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert done.stderr.strip() == "1 1"
