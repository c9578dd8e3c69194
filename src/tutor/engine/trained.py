"""What of a model a run trains: all weights, an adapter beside them, or the output layer. Torch."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from tutor.engine.decoder import Decoder
from tutor.errors import InputError


class Trained(nn.Module):
    """The weights of a model that need a gradient, as the training loop and its checkpoints see them.

    What is frozen is neither in a checkpoint nor sent between processes. The model itself is no part of this
    module; it is only told whether it is being trained.
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self._model = (model,)  # in a tuple, so that it does not become a part
        for name, parameter in model.named_parameters():
            if parameter.requires_grad:
                self.register_parameter(name.replace(".", "/"), parameter)

    def train(self, mode: bool = True) -> Trained:
        """As of any module, for the whole model."""
        self._model[0].train(mode)
        self.training = mode
        return self

    def tensors(self) -> dict[str, Tensor]:
        """The trained weights by the names that they have in the model."""
        return {name.replace("/", "."): parameter.detach() for name, parameter in self.named_parameters()}

    @property
    def count(self) -> int:
        """How many numbers are trained."""
        return sum(parameter.numel() for parameter in self.parameters())

    def restore(self, file: Path) -> None:
        """Take the weights that a checkpoint holds. Raises InputError if it is damaged or another run's."""
        self.put(_checked(file, self.tensors()))

    def put(self, tensors: Mapping[str, Tensor]) -> None:
        """Take these weights, in whatever precision they are."""
        with torch.no_grad():
            for name, tensor in self.tensors().items():
                tensor.copy_(tensors[name])


def _checked(file: Path, wanted: Mapping[str, Tensor]) -> dict[str, Tensor]:
    try:
        found = load_file(file)
    except (OSError, SafetensorError) as error:
        raise InputError(str(file), f"not a whole checkpoint ({error})", "run the fine-tuning again") from None
    shapes = {name: tensor.shape for name, tensor in found.items()}
    if shapes != {name: tensor.shape for name, tensor in wanted.items()}:
        raise InputError(str(file), "its weights are not those of this run", "run the fine-tuning again")
    return found


def only_output_layer(model: Decoder) -> None:
    """Freeze all but the output layer; one that shares its table with the embedding gets a copy of its own."""
    model.requires_grad_(False)
    if model.config.tie_word_embeddings:
        model.config = dataclasses.replace(model.config, tie_word_embeddings=False)
        model.lm_head.weight = nn.Parameter(model.lm_head.weight.detach().clone())
    model.lm_head.weight.requires_grad_(True)
