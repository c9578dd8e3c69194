"""Looking into a forward pass (`Trace`) and changing it on the way (interventions).

Stages are named with TransformerLens's vocabulary. A stage without layers has layer −1.

| name | shape | what it is |
|---|---|---|
| `embed` | B, T, C | the token embeddings |
| `pos_embed` | T, D | the cosines of the angles; where positions are added instead, what is added, T, C |
| `resid_pre`, `resid_mid`, `resid_post` | B, T, C | the residual stream before, inside and after a layer |
| `q` | B, H, T, D | queries, after rotation |
| `k`, `v` | B, H, S, D | keys, after rotation, and values: those in the cache, too, and each query head's own copy |
| `attn_scores`, `pattern` | B, H, T, S | scores (scaled, masked ones −∞) and their softmax |
| `z` | B, H, T, D | the mixed values of each head |
| `attn_out`, `mlp_out` | B, T, C | what attention and feed-forward add to the stream |
| `mlp_post` | B, T, F | the feed-forward's hidden activations |
| `final_norm` | B, T, C | the stream after the last norm |
| `logits` | B, T, V | a score for every next token |
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from tutor.errors import InputError

NAMES = (
    "embed", "pos_embed", "resid_pre", "q", "k", "v", "attn_scores", "pattern", "z", "attn_out", "resid_mid",
    "mlp_post", "mlp_out", "resid_post", "final_norm", "logits",
)  # fmt: skip
"""Every stage in the order in which a forward pass meets it."""


class Trace:
    """Keeps the tensors of the stages that were asked for: `trace["pattern", 2]`, `trace["logits"]`."""

    def __init__(self, names: Collection[str] | None = None) -> None:
        self.wanted = frozenset(NAMES if names is None else names)
        if unknown := self.wanted - set(NAMES):
            raise ValueError(f"no stage is called {sorted(unknown)[0]!r}; the stages are {', '.join(NAMES)}")
        self.stages: dict[tuple[str, int], Tensor] = {}

    def __getitem__(self, key: str | tuple[str, int]) -> Tensor:
        """Raises InputError for a stage that was asked for and that the model does not have."""
        name, layer = (key, -1) if isinstance(key, str) else key
        if name in self.wanted and not any(kept == name for kept, _ in self.stages):
            why = f"this needs the stage {name!r} of its forward pass, which its architecture does not show"
            raise InputError("the model", why, "use a model of tutor's own, such as storyteller")
        return self.stages[name, layer]

    def keep(self, name: str, layer: int, tensor: Tensor) -> None:
        """Remember a stage, cut off from the graph of gradients."""
        if name in self.wanted:
            self.stages[name, layer] = tensor.detach()


class Intervention:
    """A change to the forward pass. Each kind overrides what it changes; the rest passes through."""

    def stage(self, name: str, layer: int, tensor: Tensor) -> Tensor:
        """The tensor to go on with after this stage."""
        return tensor

    def positions(self, positions: Tensor) -> Tensor:
        """The position that each token is told to stand at, shape (..., T)."""
        return positions

    def causal(self, causal: bool) -> bool:
        """Whether later tokens are hidden."""
        return causal

    def function(self, name: str, ours: Callable[..., Any]) -> Callable[..., Any]:
        """What to call instead of our `softmax`, `mask` or `attention`."""
        return ours


@dataclass(frozen=True)
class AblateHeads(Intervention):
    """Attention heads put out nothing (their `z` becomes 0)."""

    heads: Collection[tuple[int, int]]
    """Pairs of layer and head, counted from 0."""

    def stage(self, name: str, layer: int, tensor: Tensor) -> Tensor:
        off = [head for at, head in self.heads if at == layer]
        if name != "z" or not off:
            return tensor
        changed = tensor.clone()
        changed[:, off] = 0.0
        return changed


@dataclass(frozen=True)
class AblateMLP(Intervention):
    """The feed-forward of these layers adds nothing to the stream."""

    layers: Collection[int]

    def stage(self, name: str, layer: int, tensor: Tensor) -> Tensor:
        return torch.zeros_like(tensor) if name == "mlp_out" and layer in self.layers else tensor


@dataclass(frozen=True)
class DropPositions(Intervention):
    """Every token is told that it stands at position 0."""

    def positions(self, positions: Tensor) -> Tensor:
        return torch.zeros_like(positions)


@dataclass(frozen=True)
class ShufflePositions(Intervention):
    """The positions are dealt out anew among the tokens."""

    seed: int = 0

    def positions(self, positions: Tensor) -> Tensor:
        generator = torch.Generator().manual_seed(self.seed)
        order = torch.randperm(positions.shape[-1], generator=generator).to(positions.device)
        return positions[..., order]


@dataclass(frozen=True)
class NoCausalMask(Intervention):
    """Tokens may look at later ones too."""

    def causal(self, causal: bool) -> bool:
        return False


@dataclass(frozen=True)
class ScaleScores(Intervention):
    """Attention scores are multiplied: above 1 a head looks more sharply, at 0 it looks everywhere alike."""

    factor: float

    def stage(self, name: str, layer: int, tensor: Tensor) -> Tensor:
        # 0 · −∞ is not a number, so what is masked stays masked by name.
        return torch.where(tensor.isinf(), tensor, tensor * self.factor) if name == "attn_scores" else tensor


@dataclass(frozen=True, eq=False)
class PatchActivation(Intervention):
    """A stage's tensor is replaced by one from another run."""

    name: str
    layer: int
    value: Tensor

    def stage(self, name: str, layer: int, tensor: Tensor) -> Tensor:
        if (name, layer) != (self.name, self.layer):
            return tensor
        if self.value.shape != tensor.shape:
            raise ValueError(
                f"{name} of layer {layer} has shape {tuple(tensor.shape)}, not {tuple(self.value.shape)}"
            )
        return self.value.to(tensor)


@dataclass(frozen=True, eq=False)
class ReplaceFunction(Intervention):
    """The learner's own function does the work of ours.

    `softmax(scores) -> pattern`, `mask(T, S) -> bool tensor (T, S), true where a query may look`, or
    `attention(q, k, v, mask) -> z`, with the shapes of `readable_attention`.
    """

    name: str
    theirs: Callable[..., Any]

    def function(self, name: str, ours: Callable[..., Any]) -> Callable[..., Any]:
        return self.theirs if name == self.name else ours


@dataclass(frozen=True)
class Observer:
    """A trace and interventions together, as the model calls them. First changed, then kept."""

    trace: Trace | None
    interventions: Sequence[Intervention] = field(default=())

    def stage(self, name: str, tensor: Tensor, layer: int = -1) -> Tensor:
        """Let each intervention change the stage, keep it, and give back what to go on with."""
        for intervention in self.interventions:
            tensor = intervention.stage(name, layer, tensor)
        if self.trace is not None:
            self.trace.keep(name, layer, tensor)
        return tensor

    def positions(self, positions: Tensor) -> Tensor:
        for intervention in self.interventions:
            positions = intervention.positions(positions)
        return positions

    def causal(self) -> bool:
        return all(intervention.causal(True) for intervention in self.interventions)

    def function(self, name: str, ours: Callable[..., Any]) -> Callable[..., Any]:
        for intervention in self.interventions:
            ours = intervention.function(name, ours)
        return ours
