"""LoRA against its formula, against full matrices, and against the library `peft`."""

from __future__ import annotations

import json
import warnings

import pytest
import torch

from tests.fakes import checkpoint as saved_base
from tests.fakes import tiny_config
from tutor.engine import adapter_folder, lora, registry
from tutor.engine.checkpoint import load_decoder, save_decoder
from tutor.engine.decoder import Decoder
from tutor.engine.losses import backward
from tutor.errors import InputError, UsageError

IDS = torch.randint(0, 50, (2, 9), generator=torch.Generator().manual_seed(1))


def decoder(seed: int = 0, **sizes) -> Decoder:
    torch.manual_seed(seed)
    model = Decoder(tiny_config(**sizes)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.2 * torch.randn_like(parameter))
    return model


def with_adapter(model: Decoder, options: lora.AdapterOptions, seed: int = 0) -> Decoder:
    """As after training: B is no longer zero."""
    lora.attach(model, options, seed)
    torch.manual_seed(seed)
    with torch.no_grad():
        for layer in lora.adapted(model).values():
            layer.lora_B.weight.normal_(0, 0.3)
    return model


def logits(model) -> torch.Tensor:
    with torch.no_grad():
        return model(IDS)


def test_a_layer_is_its_matrix_plus_the_scaled_product():
    torch.manual_seed(0)
    linear = torch.nn.Linear(5, 3)
    for options in (lora.AdapterOptions(2, 3.0), lora.AdapterOptions(4, 3.0, rank_stabilised=True)):
        layer = lora.Adapted(linear, options)
        layer.lora_B.weight.data.normal_()
        A, B, x = layer.lora_A.weight, layer.lora_B.weight, torch.randn(7, 5)
        scale = 3 / 2  # alpha / rank = 3 / 2, alpha / √rank = 3 / √4
        torch.testing.assert_close(layer(x), x @ (linear.weight + scale * B @ A).T + linear.bias)


def test_a_fresh_adapter_changes_nothing_and_is_all_that_is_trained():
    model = decoder()
    before, frozen = logits(model), {name: p.clone() for name, p in model.named_parameters()}
    lora.attach(model, lora.AdapterOptions(4, targets=("q_proj", "down_proj")))
    assert torch.equal(logits(model), before)
    trained = {name for name, p in model.named_parameters() if p.requires_grad}
    assert len(trained) == 2 * 2 * model.config.num_hidden_layers
    assert all(".q_proj.lora_" in name or ".down_proj.lora_" in name for name in trained)
    hidden, _ = model.hidden(IDS)
    backward(hidden, IDS.roll(-1, 1), model.lm_head)
    torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=0.1).step()
    assert not torch.equal(logits(model), before)
    assert all(torch.equal(dict(model.named_parameters())[name], p) for name, p in frozen.items())
    with pytest.raises(ValueError, match="has an adapter"):
        lora.attach(model, lora.AdapterOptions())


def test_the_same_seed_makes_the_same_adapter():
    first, same, other = (decoder() for _ in range(3))
    for model, seed in ((first, 1), (same, 1), (other, 2)):
        lora.attach(model, lora.AdapterOptions(), seed)
    a, b, c = (next(iter(lora.adapted(model).values())).lora_A.weight for model in (first, same, other))
    assert torch.equal(a, b) and not torch.equal(a, c)


def test_merged_unmerged_and_folded_give_equal_logits():
    model = with_adapter(decoder(attention_bias=True), lora.AdapterOptions(3, 5.0))
    apart = logits(model)
    lora.merge(model)
    torch.testing.assert_close(logits(model), apart, rtol=1e-4, atol=1e-4)
    lora.unmerge(model)
    assert torch.equal(logits(model), apart)
    lora.fold(model)
    assert not lora.adapted(model)
    assert model.state_dict().keys() == decoder(attention_bias=True).state_dict().keys()
    torch.testing.assert_close(logits(model), apart, rtol=1e-4, atol=1e-4)


def test_a_rank_of_the_full_dimension_reaches_every_matrix():
    # B A is any matrix when the rank is the smaller dimension: put A or B to the identity, the other to the change.
    base, full = decoder(0), decoder(1)
    for name, parameter in base.named_parameters():
        if "proj" not in name:
            dict(full.named_parameters())[name].data.copy_(parameter.data)
    rank = max(base.config.hidden_size, base.config.intermediate_size)
    wanted = {name: layer.weight.detach().clone() for name, layer in full.named_modules() if "proj" in name}
    lora.attach(base, lora.AdapterOptions(rank, alpha=rank))
    with torch.no_grad():
        for name, layer in lora.adapted(base).items():
            layer.lora_A.weight.copy_(torch.eye(rank, layer.in_features))
            layer.lora_B.weight.zero_()[:, : layer.in_features] = wanted[name] - layer.weight
    torch.testing.assert_close(logits(base), logits(full), rtol=1e-4, atol=1e-4)


def test_a_rank_of_the_full_dimension_learns_what_full_training_learns():
    torch.manual_seed(0)
    x, W, change = torch.randn(64, 4), torch.randn(3, 4), torch.randn(3, 4)
    linear = torch.nn.Linear(4, 3, bias=False)
    linear.weight = torch.nn.Parameter(W.clone(), requires_grad=False)
    layer = lora.Adapted(linear, lora.AdapterOptions(3, 3.0))
    optimizer = torch.optim.Adam([layer.lora_A.weight, layer.lora_B.weight], lr=0.05)
    for _ in range(400):
        loss = (layer(x) - x @ (W + change).T).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    torch.testing.assert_close(layer.sum(), W + change, rtol=1e-2, atol=1e-2)


def test_targets_by_their_short_names():
    assert lora.targets_of(["v", "q_proj"]) == ("q_proj", "v_proj")
    assert lora.targets_of([]) == lora.TARGETS
    with pytest.raises(UsageError, match=r"keys.*take of q, k, v, o, gate, up, down"):
        lora.targets_of(["keys"])


def adapter_of(tmp_path, options=None, base="base"):
    """A base in the learner's models, an adapter beside it, and what the adapter computes."""
    options = options or lora.AdapterOptions(4, 8.0)
    folder = saved_base(tmp_path / base)
    model = with_adapter(load_decoder(folder), options)
    lora.save(model, tmp_path / "adapter", options, base)
    return tmp_path / "adapter", logits(model)


def test_what_is_saved_is_loaded(tmp_path):
    options = lora.AdapterOptions(3, 6.0, ("v_proj", "up_proj"), rank_stabilised=True)
    folder, before = adapter_of(tmp_path, options)
    model = load_decoder(tmp_path / "base")
    assert lora.load(model, folder) == options
    assert torch.equal(logits(model), before)


def test_an_adapter_opens_by_its_folder_wherever_a_model_does(tmp_path):
    folder, before = adapter_of(tmp_path)
    from tutor.engine import loading, tables

    loaded = loading.decoder(str(folder), "cpu")
    torch.testing.assert_close(logits(loaded.model), before, rtol=1e-4, atol=1e-4)
    base = loading.decoder(str(tmp_path / "base"), "cpu")
    assert loaded.tokenizer.to_str() == base.tokenizer.to_str()
    assert registry.check(loaded.entry) == []
    assert (tables.token_embeddings(loaded.entry) == tables.token_embeddings(base.entry)).all()
    save_decoder(loaded.model, tmp_path / "whole")
    torch.testing.assert_close(logits(load_decoder(tmp_path / "whole")), before, rtol=1e-4, atol=1e-4)


def test_an_adapter_among_the_learners_own_has_a_name(tmp_path, state):
    (state / "models").mkdir(parents=True)
    adapter_of(state / "models")
    assert {entry.name: entry.kind for entry in registry.entries()}["adapter"] == "decoder"
    assert adapter_folder.base(registry.find("adapter").directory).name == "base"


def test_a_missing_base_is_named(tmp_path):
    folder, _ = adapter_of(tmp_path)
    config = json.loads((folder / "adapter_config.json").read_text())
    (folder / "adapter_config.json").write_text(json.dumps(config | {"base_model_name_or_path": "maker/gone"}))
    with pytest.raises(InputError, match=r"its base model 'maker/gone' is not here; put the folder of gone"):
        load_decoder(folder)
    assert registry.check(registry.find(str(folder)))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"use_dora": True}, "use_dora is true"),
        ({"peft_type": "IA3"}, 'peft_type is "IA3"'),
        ({"bias": "all"}, 'bias is "all"'),
        ({"modules_to_save": ["lm_head"]}, "modules_to_save"),
        ({"r": 0}, "not a rank"),
        ({"r": 5}, "has shape"),
        ({"lora_alpha": "much"}, "not a number"),
        ({"base_model_name_or_path": None}, "does not name its base"),
    ],
)
def test_what_is_no_plain_adapter_is_refused_in_a_line(tmp_path, change, why):
    folder, _ = adapter_of(tmp_path)
    config = json.loads((folder / "adapter_config.json").read_text())
    (folder / "adapter_config.json").write_text(json.dumps(config | change))
    with pytest.raises(InputError, match=why):
        load_decoder(folder)


def test_damaged_adapters_are_refused_in_a_line(tmp_path):
    folder, _ = adapter_of(tmp_path)
    weights = (folder / "adapter_model.safetensors").read_bytes()
    for damaged in (weights[:-9], b"", b"PK" + weights):
        (folder / "adapter_model.safetensors").write_bytes(damaged)
        with pytest.raises(InputError, match="safetensors"):
            load_decoder(folder)
    for text in ("", "[]", "{", '"a"'):
        (folder / "adapter_config.json").write_text(text)
        with pytest.raises(InputError, match=r"adapter_config\.json"):
            load_decoder(folder)


@pytest.fixture
def libraries():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of their own imports
        peft = pytest.importorskip("peft")
        transformers = pytest.importorskip("transformers")
        yield peft, transformers


def theirs(transformers, folder):
    return transformers.LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()


@pytest.mark.parametrize("rank_stabilised", [False, True])
def test_peft_opens_ours_with_equal_logits(tmp_path, libraries, rank_stabilised):
    peft, transformers = libraries
    folder, ours = adapter_of(tmp_path, lora.AdapterOptions(4, 8.0, rank_stabilised=rank_stabilised))
    model = peft.PeftModel.from_pretrained(theirs(transformers, tmp_path / "base"), folder).eval()
    with torch.no_grad():
        torch.testing.assert_close(model(IDS).logits, ours, rtol=1e-4, atol=1e-4)
        torch.testing.assert_close(model.merge_and_unload()(IDS).logits, ours, rtol=1e-4, atol=1e-4)


def test_we_open_theirs_with_equal_logits(tmp_path, libraries):
    peft, transformers = libraries
    base = saved_base(tmp_path / "base")
    options = peft.LoraConfig(
        r=5, lora_alpha=7, target_modules=r".*\.(q_proj|gate_proj|o_proj)", layers_to_transform=None, lora_dropout=0.1
    )
    torch.manual_seed(3)
    model = peft.get_peft_model(theirs(transformers, base), options).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.normal_(0, 0.3)
        wanted = model(IDS).logits
    model.save_pretrained(tmp_path / "theirs")
    torch.testing.assert_close(logits(load_decoder(tmp_path / "theirs")), wanted, rtol=1e-4, atol=1e-4)
    opened = load_decoder(base)
    lora.load(opened, tmp_path / "theirs")
    torch.testing.assert_close(logits(opened), wanted, rtol=1e-4, atol=1e-4)
