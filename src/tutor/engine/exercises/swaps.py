"""The learner's function at work inside a bundled model, beside ours."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from tutor.engine.trace import ReplaceFunction

if TYPE_CHECKING:
    from tutor.engine.loading import Loaded
    from tutor.engine.trace import Intervention

TOKENS = 24
"""How many tokens the model writes."""
_SEED = 1
_SENTENCE = "Where is the library?"


@dataclass(frozen=True)
class Swapped:
    """What the model did with our function and with theirs."""

    model: str
    where: str
    prompt: str
    ours: str
    theirs: str


def swap(name: str, theirs: Callable[..., Any], model: str, prompt: str) -> Swapped:
    """Let the model do its work with the function of this exercise replaced.

    Raises InputError if the model is missing; what their function raises goes through.
    """
    if name == "positions":
        return _translated(theirs)
    from tutor.engine import loading

    loaded = loading.decoder(model, "cpu")
    return _SWAPS[name](loaded, theirs, prompt)


def _in_attention(name: str, where: str) -> Callable[..., Swapped]:
    def swap(loaded: Loaded, theirs: Callable[..., Any], prompt: str) -> Swapped:
        ids = _ids(loaded, prompt)
        replaced = (ReplaceFunction(name, theirs),)
        return Swapped(loaded.entry.name, where, prompt, _written(loaded, ids), _written(loaded, ids, replaced))

    return swap


def _ids(loaded: Loaded, prompt: str) -> list[int]:
    from tutor.engine import loading

    return loading.encode(loaded, prompt, reserve=TOKENS).ids or [loaded.start()]


def _written(loaded: Loaded, ids: Sequence[int], interventions: Sequence[Intervention] = ()) -> str:
    """The likeliest continuation, computed anew for each token: no cache, so that every function sees whole texts."""
    return _continued(loaded, ids, lambda logits: int(logits.argmax()), interventions)


def _continued(
    loaded: Loaded,
    ids: Sequence[int],
    choose: Callable[[torch.Tensor], int],
    interventions: Sequence[Intervention] = (),
) -> str:
    known = list(ids)
    with torch.inference_mode():
        for _ in range(TOKENS):
            known.append(choose(loaded.model(torch.tensor([known]), interventions=interventions)[0, -1].float()))
            if known[-1] in loaded.model.config.end_ids:
                break
    return str(loaded.tokenizer.decode(known[len(ids) :]))


def _tokenized(loaded: Loaded, theirs: Callable[..., Any], prompt: str) -> Swapped:
    splitter = loaded.splitter
    pieces = [
        piece
        for word in splitter.split_words(prompt)
        for piece in theirs(list(splitter.first_pieces(word)), splitter.merges)
    ]
    ids = [id for piece in pieces if (id := splitter.id_of(piece)) is not None]
    where = f"it split the prompt into {len(ids)} tokens"
    ours = _written(loaded, _ids(loaded, prompt))
    return Swapped(loaded.entry.name, where, prompt, ours, _written(loaded, ids or [loaded.start()]))


def _sampled(loaded: Loaded, theirs: Callable[..., Any], prompt: str) -> Swapped:
    from tutor.engine.sampling import top_p

    def text(keep: Callable[..., Any]) -> str:
        random = torch.Generator().manual_seed(_SEED)
        return _continued(
            loaded,
            _ids(loaded, prompt),
            lambda logits: int(torch.multinomial(keep(logits, 0.9).softmax(-1), 1, generator=random)),
        )

    return Swapped(loaded.entry.name, "it filters every choice, p = 0.9", prompt, text(top_p), text(theirs))


def _measured(loaded: Loaded, theirs: Callable[..., Any], prompt: str) -> Swapped:
    ids = [loaded.start(), *_ids(loaded, prompt)]
    with torch.inference_mode():
        logits = loaded.model(torch.tensor([ids[:-1]]))[0].float()  # (T, V)
    targets = torch.tensor(ids[1:])
    ours = float(torch.nn.functional.cross_entropy(logits, targets))
    shown = [f"{loss:.3f} nats a token" for loss in (ours, float(theirs(logits, targets)))]
    return Swapped(loaded.entry.name, "it measures the model's loss on the prompt", prompt, *shown)


def _adapted(loaded: Loaded, theirs: Callable[..., Any], prompt: str) -> Swapped:
    """An adapter of rank 2 with fixed random numbers, in the query projection of the first layer."""
    random = torch.Generator().manual_seed(_SEED)
    merged, unmerged = copy.deepcopy(loaded.model), copy.deepcopy(loaded.model)
    W = _queries(loaded.model).weight.detach().float()
    A, B = (torch.randn(size, generator=random) * 0.2 for size in ((2, W.shape[1]), (W.shape[0], 2)))
    with torch.no_grad():
        _queries(merged).weight.copy_(W + 0.5 * B @ A)
    _queries(unmerged).forward = lambda x: theirs(x, W, A, B, 0.5)
    ids = _ids(loaded, prompt)
    texts = [_written(_with(loaded, model), ids) for model in (merged, unmerged)]
    return Swapped(
        loaded.entry.name, "a random adapter on the queries of layer 0, merged and as yours", prompt, *texts
    )


def _queries(model: Any) -> Any:
    """The query projection of the first layer."""
    return model.model.layers[0].self_attn.q_proj


def _with(loaded: Loaded, model: Any) -> Loaded:
    import dataclasses

    return dataclasses.replace(loaded, model=model)


def _translated(theirs: Callable[..., Any]) -> Swapped:
    """The translator with the learner's table of positions, its sines before its cosines."""
    import numpy as np

    from tutor.engine import loading_seq2seq, translation
    from tutor.engine.positions import halves

    loaded = loading_seq2seq.seq2seq("translator", "cpu")
    side = loading_seq2seq.source(loaded, _SENTENCE, "es")
    changed = copy.deepcopy(loaded.model)
    table = theirs(*changed.positions.shape)
    changed.positions = torch.from_numpy(halves(np.asarray(table, dtype=np.float64))).float()
    texts = []
    for model in (loaded.model, changed):
        best = translation.beam_search(model, torch.tensor([side.ids]), beams=4)[0]
        texts.append(loading_seq2seq.written(loaded, best.ids)[0])
    return Swapped(loaded.entry.name, "its table of positions is yours", _SENTENCE, *texts)


_SWAPS: dict[str, Callable[[Loaded, Callable[..., Any], str], Swapped]] = {
    "softmax": _in_attention("softmax", "every layer's attention uses it"),
    "causal-mask": _in_attention("mask", "every layer's attention is masked by it"),
    "attention": _in_attention("attention", "it is the attention of every layer"),
    "merges": _tokenized,
    "top-p": _sampled,
    "cross-entropy": _measured,
    "lora": _adapted,
}
