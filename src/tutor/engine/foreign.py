"""A causal model of another architecture behind the interface of our decoder, run by `transformers`. Torch.

What a trace sees of it has the names of our own stages, where the model has such a stage: `embed`, `pos_embed`,
`resid_pre`, `q`, `k`, `v`, `attn_scores`, `pattern`, `z`, `resid_post`, `final_norm`, `logits`. Nothing about a
model is believed: `tried` runs it on a few tokens and holds each way of running it against the others.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from tutor.engine import foreign_attention
from tutor.engine.cache import Cache
from tutor.engine.foreign_parts import KeptInOurs, Parts, Scores, parts_of, showing
from tutor.engine.trace import (
    AblateHeads,
    DropPositions,
    Intervention,
    NoCausalMask,
    Observer,
    PatchActivation,
    ReplaceFunction,
    ScaleScores,
    ShufflePositions,
    Trace,
)
from tutor.errors import InputError

_IN_ATTENTION = (AblateHeads, NoCausalMask, ReplaceFunction, ScaleScores)
_OF_POSITIONS = (DropPositions, ShufflePositions)
_SHOWN = ("embed", "resid_pre", "resid_post", "final_norm", "logits")
"""Stages outside of attention that an intervention can change."""


@dataclass(frozen=True)
class ForeignConfig:
    """What the experiments ask of a decoder's configuration."""

    name: str
    """The architecture, as its config.json calls it."""
    vocab_size: int
    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    max_position_embeddings: int
    bos_token_id: int | None
    end_ids: frozenset[int]
    tie_word_embeddings: bool

    def __getattr__(self, name: str) -> Any:
        """Raises InputError for what only a decoder of the Llama family has: an experiment is about nothing else."""
        if name.startswith("_"):
            raise AttributeError(name)
        why = f"this needs the {name} of a decoder of the Llama family"
        raise InputError(f"a {self.name!r} model", why, "use a model of tutor's own, such as storyteller")


class ForeignDecoder(nn.Module):
    """Calls a model of `transformers` as one calls our `Decoder`."""

    def __init__(self, theirs: Any, config: ForeignConfig) -> None:
        super().__init__()
        self.config, self.theirs = config, theirs
        self.model: Parts = parts_of(theirs, config.num_hidden_layers)
        self.lm_head = Scores(theirs)
        self.watchable = theirs.config._attn_implementation == foreign_attention.NAME
        """Whether attention is ours, so that all of it can be seen and changed."""
        self.keeps_cache = True
        """Whether it goes on from keys and values; if not, it reads the whole text again for each token."""
        takes = (
            *inspect.signature(theirs.forward).parameters,
            *inspect.signature(theirs.base_model.forward).parameters,
        )
        self.told_positions = "position_ids" in takes

    def forward(
        self,
        ids: Tensor,
        *,
        cache: Cache | None = None,
        padding: Tensor | None = None,
        trace: Trace | None = None,
        interventions: Sequence[Intervention] = (),
    ) -> Tensor:
        """Logits (B, T, V) for token ids (B, T), as `Decoder.forward`. Raises InputError as `hidden` does."""
        return self._run(ids, cache, padding, _observer(trace, interventions))[1]

    def hidden(
        self,
        ids: Tensor,
        *,
        cache: Cache | None = None,
        padding: Tensor | None = None,
        trace: Trace | None = None,
        interventions: Sequence[Intervention] = (),
    ) -> tuple[Tensor, Observer | None]:
        """The stream after the last norm (B, T, C), and who watched.

        Raises InputError for an intervention that this architecture has no place for.
        """
        observer = _observer(trace, interventions)
        return self._run(ids, cache, padding, observer)[0], observer

    def _run(
        self, ids: Tensor, cache: Cache | None, padding: Tensor | None, observer: Observer | None
    ) -> tuple[Tensor, Tensor]:
        """Hidden states (B, T, C) and logits (B, T, V)."""
        if observer is not None:
            self._refuse(observer.interventions)
        T, before = ids.shape[1], cache
        if cache is not None and not self.keeps_cache:
            ids, before = _all_ids(cache, ids), None
        given = self._given(ids, before, padding, observer)
        watches_patterns = observer is not None and not self.watchable
        with foreign_attention.watched(observer), showing(self.model, observer) as last:
            said = self.theirs(**given, output_attentions=watches_patterns, return_dict=True)
        if cache is not None:
            cache.advance(T)
        if observer is None:
            return last[0][:, -T:], said.logits[:, -T:]
        for layer, pattern in enumerate((said.get("attentions") or ()) if watches_patterns else ()):
            if pattern is not None:
                observer.stage("pattern", pattern, layer)
        return last[0][:, -T:], observer.stage("logits", said.logits)[:, -T:]

    def _given(
        self, ids: Tensor, cache: Cache | None, padding: Tensor | None, observer: Observer | None
    ) -> dict[str, Any]:
        """What the model is called with."""
        past = cache.length if cache is not None else 0
        # Told nothing about padding, `transformers` takes equal positions for the sign of texts laid end to end.
        real = padding if padding is not None else ids.new_ones(len(ids), past + ids.shape[1], dtype=torch.bool)
        given: dict[str, Any] = {"input_ids": ids, "attention_mask": real.long(), "use_cache": cache is not None}
        if cache is not None:
            given["past_key_values"] = KeptInOurs(cache)
        if self.told_positions:
            positions = (real.long().cumsum(-1) - 1).clamp(min=0)[:, past:]  # (B, T): from the first real token
            given["position_ids"] = positions if observer is None else observer.positions(positions)
        return given

    def _refuse(self, interventions: Sequence[Intervention]) -> None:
        """Raises InputError for an intervention that would do nothing here."""
        for one in interventions:
            sound = (
                (isinstance(one, _IN_ATTENTION) and self.watchable)
                or (isinstance(one, _OF_POSITIONS) and self.told_positions)
                or (isinstance(one, PatchActivation) and one.name in _SHOWN)
            )
            if not sound:
                part = "the positions" if isinstance(one, _OF_POSITIONS) else "this part"
                why = f"{part} of the forward pass cannot be changed from outside in this architecture"
                raise InputError(
                    f"a {self.config.name!r} model", why, "use a model of tutor's own, such as storyteller"
                )


def _observer(trace: Trace | None, interventions: Sequence[Intervention]) -> Observer | None:
    return Observer(trace, interventions) if trace is not None or interventions else None


def _all_ids(cache: Cache, ids: Tensor) -> Tensor:
    """All ids so far, (B, S): a model without keys and values has its ids remembered in their place."""
    column = ids[:, None, :, None]  # (B, 1, T, 1)
    found: Tensor = cache.extend(-1, column, column)[0][:, 0, :, 0]
    return found


def tried(model: ForeignDecoder) -> ForeignDecoder:
    """The model, after a few tokens: what it cannot do is switched off.

    Raises InputError if its logits are not what its output layer makes of its hidden states.
    """
    ids = torch.arange(min(6, model.config.vocab_size), device=model.theirs.device)[None]
    with torch.inference_mode():
        hidden, logits = model._run(ids, None, None, None)
        if not _alike(model.lm_head(hidden), logits):
            why = "its scores do not follow from its hidden states alone"
            raise InputError(f"a {model.config.name!r} model", why, "use another model")
        if model.watchable and not _shows_attention(model, ids, logits):
            model.theirs.set_attn_implementation("eager")
            model.watchable = False
        model.keeps_cache = _goes_on(model, ids, logits)
        trace = Trace(("resid_post",))
        model(ids, trace=trace)
        model.model.find_norm(trace["resid_post", model.config.num_hidden_layers - 1], hidden, _alike)
    return model


def _shows_attention(model: ForeignDecoder, ids: Tensor, logits: Tensor) -> bool:
    """Whether every layer has a pattern, and watching changes nothing."""
    trace = Trace(("pattern",))
    return _alike(model(ids, trace=trace), logits) and len(trace.stages) == model.config.num_hidden_layers


def _goes_on(model: ForeignDecoder, ids: Tensor, logits: Tensor) -> bool:
    """Whether reading in two parts, with a cache, gives what reading at once gives."""
    cache = Cache(ids.shape[1])
    half = ids.shape[1] // 2
    try:
        parts = [model(part, cache=cache) for part in (ids[:, :half], ids[:, half:])]
    except Exception:  # noqa: BLE001 - what a model does with a cache that is not its own kind cannot be foreseen
        return False
    return _alike(torch.cat(parts, 1), logits)


def _alike(found: Tensor, expected: Tensor) -> bool:
    """Whether two tensors differ by no more than rounding does."""
    if found.shape != expected.shape:
        return False
    allowed = (1e-3 if expected.dtype == torch.float32 else 5e-2) * max(1.0, float(expected.abs().max()))
    return float((found - expected).abs().max()) <= allowed
