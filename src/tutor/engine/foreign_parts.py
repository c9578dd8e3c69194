"""Where a model of `transformers` has its embedding, layers, norm and output, whatever it calls them. Torch."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from transformers import DynamicCache
from transformers.modeling_outputs import BaseModelOutputWithPast

from tutor.engine.cache import Cache
from tutor.engine.trace import Observer
from tutor.errors import InputError


class Parts(nn.Module):
    """The parts of a decoder under the names that our own has for them."""

    def __init__(self, base: nn.Module, embed_tokens: nn.Module, layers: nn.ModuleList) -> None:
        super().__init__()
        self.embed_tokens, self.layers = embed_tokens, layers
        self.norm: nn.Module = NoNorm()
        self._base = (base,)  # in a tuple, so that its weights are not counted once more
        self.positions = _positions_of(base, embed_tokens)

    @property
    def base(self) -> nn.Module:
        """The model without its output layer."""
        return self._base[0]

    def find_norm(self, stream: Tensor, hidden: Tensor, alike: Callable[[Tensor, Tensor], bool]) -> None:
        """Take the module as the last norm that makes `hidden` of what the last layer left, (B, T, C)."""
        inside = set(self.layers.modules())
        others = (part for part in self.base.modules() if part not in inside and not any(part.children()))
        for part in (nn.Identity(), *others):
            try:
                found = part(stream)
            except (TypeError, RuntimeError, IndexError):  # it is a module for something else
                continue
            if isinstance(found, Tensor) and alike(found, hidden):
                self.norm = part
                return


class NoNorm(nn.Module):
    """Stands where no module could be found that leads from the last layer to the output."""

    def forward(self, x: Tensor) -> Tensor:
        why = "what it does between its last layer and its output is not known"
        raise InputError("the logit lens", why, "use a model of tutor's own, such as storyteller")


class Scores(nn.Module):
    """From the last hidden states (…, C) to logits (…, V), by the model's own code: scaled or capped, too."""

    def __init__(self, theirs: Any) -> None:
        super().__init__()
        head = copy.copy(theirs)
        head._modules = dict(theirs._modules)
        self._given = Given()
        head._modules[theirs.base_model_prefix] = self._given
        self._head = (head,)

    def forward(self, x: Tensor) -> Tensor:
        self._given.states = x.reshape(1, -1, x.shape[-1])
        ids = torch.zeros(self._given.states.shape[:2], dtype=torch.long, device=x.device)
        logits: Tensor = self._head[0](input_ids=ids, use_cache=False).logits
        return logits.view(*x.shape[:-1], -1)


class Given(nn.Module):
    """A model that says what it was given, in place of the one that would compute it."""

    states: Tensor

    @property
    def decoder(self) -> Given:
        """Some models wrap their decoder once more."""
        return self

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return Said(last_hidden_state=self.states)


class Said(BaseModelOutputWithPast):  # type: ignore[misc]
    """Has whatever else an output layer asks for, and there is nothing in it."""

    def __getattr__(self, name: str) -> None:
        if name.startswith("_"):
            raise AttributeError(name)


class KeptInOurs(DynamicCache):  # type: ignore[misc]
    """A cache of `transformers` whose keys and values lie in ours."""

    def __init__(self, ours: Cache) -> None:
        super().__init__()
        self._ours = ours

    def update(self, key_states: Any, value_states: Any, layer_idx: int, *args: Any, **kwargs: Any) -> Any:
        return self._ours.extend(layer_idx, key_states, value_states)

    def get_seq_length(self, layer_idx: int = 0) -> int:
        return self._ours.length

    def get_mask_sizes(self, query_length: int, layer_idx: int = 0) -> tuple[int, int]:
        return self._ours.length + query_length, 0


def parts_of(theirs: Any, layers: int) -> Parts:
    """Find the parts. Raises InputError for a model that has no such list of layers or embedding."""
    base, embedding = theirs.base_model, theirs.get_input_embeddings()
    base = getattr(base, "decoder", base)  # some wrap it once more, and call what is inside
    lists = [part for part in base.modules() if isinstance(part, nn.ModuleList) and len(part) == layers]
    if not lists or embedding is None:
        raise InputError(type(theirs).__name__, "it is not built as a stack of layers", "use another model")
    return Parts(base, embedding, lists[0])


def _positions_of(base: nn.Module, embed_tokens: nn.Module) -> list[nn.Module]:
    """What tells tokens where they stand: a table of learned positions, or what makes the angles of rotary ones."""
    named = ((name.rpartition(".")[2], part) for name, part in base.named_modules())
    words = ("wpe", "position", "rotary_emb")
    found = [part for name, part in named if any(word in name for word in words)]
    return [part for part in found if part is not embed_tokens][:1]


@contextmanager
def showing(parts: Parts, observer: Observer | None) -> Iterator[list[Tensor]]:
    """Hooks that show the stages outside of attention; the list gets the last hidden states (B, T, C)."""
    last: list[Tensor] = []

    def ends(module: nn.Module, inputs: Any, output: Any) -> Any:
        states = output[0]
        last.append(states if observer is None else observer.stage("final_norm", states))
        if observer is not None:
            output.last_hidden_state = last[0]
        return output

    with ExitStack() as hooks:
        hooks.callback(parts.base.register_forward_hook(ends).remove)
        if observer is not None:
            for hook in _hooks(parts, observer):
                hooks.callback(hook.remove)
        yield last


def _hooks(parts: Parts, observer: Observer) -> Iterator[Any]:
    def after(name: str, layer: int = -1) -> Callable[..., Any]:
        def hook(module: nn.Module, inputs: Any, output: Any) -> Any:
            if isinstance(output, tuple):
                return observer.stage(name, output[0], layer), *output[1:]
            return observer.stage(name, output, layer)

        return hook

    def before(layer: int) -> Callable[..., Any]:
        def hook(module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
            if args:
                return (observer.stage("resid_pre", args[0], layer), *args[1:]), kwargs
            return args, kwargs | {"hidden_states": observer.stage("resid_pre", kwargs["hidden_states"], layer)}

        return hook

    def places(module: nn.Module, inputs: Any, output: Any) -> None:
        table = output[0] if isinstance(output, tuple) else output  # the cosines of rotary angles
        if isinstance(table, Tensor):
            observer.stage("pos_embed", table[0] if table.ndim > 2 else table)  # the same for every text of a batch

    yield parts.embed_tokens.register_forward_hook(after("embed"))
    for part in parts.positions:
        yield part.register_forward_hook(places)
    for index, layer in enumerate(parts.layers):
        yield layer.register_forward_pre_hook(before(index), with_kwargs=True)
        yield layer.register_forward_hook(after("resid_post", index))
