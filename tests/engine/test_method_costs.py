"""Counts and memory of each method against what torch counts on a model of those sizes."""

from __future__ import annotations

import pytest
import torch

from tests.fakes import tiny_config
from tutor.engine import lora, method_costs, sizes
from tutor.engine.decoder import Decoder
from tutor.engine.trained import only_output_layer

SIZES = {"hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 3, "num_key_value_heads": 4}


def model_of(method: str, tied: bool, **changes) -> Decoder:
    model = Decoder(tiny_config(**(SIZES | {"tie_word_embeddings": tied} | changes))).train()
    if method == "lora":
        lora.attach(model, lora.AdapterOptions(5))
    if method == "head":
        only_output_layer(model)
    return model


def shape_of(tied: bool, **changes) -> sizes.Shape:
    return sizes.llama(tiny_config(**(SIZES | {"tie_word_embeddings": tied} | changes)).to_dict())


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("method", ["full", "lora", "head"])
def test_trained_numbers_are_those_with_a_gradient(method, tied):
    for changes in ({}, {"num_key_value_heads": 2}, {"head_dim": 12}):
        model, shape = model_of(method, tied, **changes), shape_of(tied, **changes)
        count = sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
        assert method_costs.trained(shape, method, rank=5) == count
        held = sum(parameter.numel() for parameter in model.parameters())
        assert method_costs.memory(shape, method, 1, rank=5).weights == 4 * held


def test_an_adapter_of_some_targets():
    model = Decoder(tiny_config(**SIZES))
    lora.attach(model, lora.AdapterOptions(3, targets=("v_proj", "down_proj")))
    count = sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
    assert method_costs.trained(shape_of(False), "lora", 3, ("v_proj", "down_proj")) == count


def kept(model: Decoder, tokens: int) -> float:
    """Numbers for each token that autograd keeps of a forward pass, apart from the weights."""
    weights = {parameter.data_ptr() for parameter in model.parameters()}
    storages: dict[int, tuple[int, torch.Tensor]] = {}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights:
            storages[storage.data_ptr()] = (storage.nbytes(), tensor)  # held, so that its place is not used again
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        model.hidden(torch.zeros(4, tokens // 4, dtype=torch.long))
    return sum(size for size, _ in storages.values()) / 4 / tokens


@pytest.mark.parametrize("method", ["full", "lora"])
def test_kept_activations_are_about_those_that_torch_keeps(method):
    for changes in ({}, {"intermediate_size": 200}, {"num_key_value_heads": 2}, {"head_dim": 32}):
        told = method_costs.kept_per_token(shape_of(True, **changes), method, rank=5)
        assert told == pytest.approx(kept(model_of(method, True, **changes), 128), rel=0.1)
