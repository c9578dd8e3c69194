"""Prompts and completions: a conversation as tokens, of which the assistant's alone are learned. Torch.

B conversations in a batch, T tokens of the longest but one, N tokens of a conversation.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from tutor.engine.evaluation import evaluating
from tutor.engine.examples import Turn
from tutor.engine.losses import IGNORED, backward
from tutor.errors import InputError
from tutor.storage import write_json

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from tutor.engine.decoder import Decoder

TEMPLATE = "prompt_template.json"
"""The file beside a model that says how it was taught to read a prompt."""


@dataclass(frozen=True)
class Template:
    """How a conversation is written before it is cut into tokens.

    A turn is `before` of its role, the text, and `after` of its role. What stands before the assistant's text is no
    part of what is learned; its text and what stands after it are. Each of these pieces is cut into tokens by itself,
    so that a prompt has the same tokens whatever follows it.
    """

    name: str
    before: Mapping[str, str]
    after: Mapping[str, str]

    def opening(self, turns: Iterable[Turn]) -> str:
        """The turns as text, and what stands before an answer: what a model is given to answer."""
        written = "".join(self.before[turn.role] + turn.text + self.after[turn.role] for turn in turns)
        return written + self.before["assistant"]


def plain(end: str) -> Template:
    """A prompt, a line end, the completion, and the model's end token."""
    return Template(
        "plain",
        before={"system": "", "user": "", "assistant": ""},
        after={"system": "\n", "user": "\n", "assistant": end},
    )


def chat(end: str) -> Template:
    """Each turn on lines of its own behind the name of its role, for models without tokens of their own for that."""
    return Template(
        "chat",
        before={"system": "System: ", "user": "User: ", "assistant": "Assistant:"},
        after={"system": "\n", "user": "\n", "assistant": f"{end}\n"},
    )


def chatml() -> Template:
    """As SmolLM2 and many others were taught."""
    roles = ("system", "user", "assistant")
    return Template(
        "chatml",
        before={role: f"<|im_start|>{role}\n" for role in roles},
        after=dict.fromkeys(roles, "<|im_end|>\n"),
    )


def template_for(tokenizer: Tokenizer, end_ids: frozenset[int], is_chat: bool) -> Template:
    """The template that a model gets: ChatML if it has the tokens for it, `chat` for conversations, else `plain`."""
    if all(tokenizer.token_to_id(token) is not None for token in ("<|im_start|>", "<|im_end|>")):
        return chatml()
    end = tokenizer.id_to_token(min(end_ids)) if end_ids else None
    return (chat if is_chat else plain)(end or "\n")


def save_template(template: Template, folder: Path) -> None:
    """Write how the model was taught to read a prompt beside its weights."""
    write_json(folder / TEMPLATE, dataclasses.asdict(template))


def read_template(folder: Path) -> Template | None:
    """The template beside a model; None if it has none. Raises InputError for a damaged one."""
    path = folder / TEMPLATE
    if not path.is_file():
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        template = Template(str(found["name"]), dict(found["before"]), dict(found["after"]))
        template.opening(Turn(role, "") for role in ("system", "user", "assistant"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(str(path), f"not a template ({error!r})", "get the model again") from None
    return template


class Conversation(NamedTuple):
    """A conversation as tokens."""

    ids: list[int]
    """(N,)"""
    is_learned: list[bool]
    """(N,) True for the tokens of the assistant's turns and of what ends them."""


def encode(turns: Iterable[Turn], tokenizer: Tokenizer, template: Template) -> Conversation:
    """Cut a conversation into tokens."""
    ids: list[int] = []
    is_learned: list[bool] = []
    for turn in turns:
        before, after = template.before[turn.role], template.after[turn.role]
        is_answer = turn.role == "assistant"
        for piece, learned in ((before, False), (turn.text + after, is_answer)):
            found = tokenizer.encode(piece, add_special_tokens=False).ids if piece else []
            ids += found
            is_learned += [learned] * len(found)
    return Conversation(ids, is_learned)


def opening(turns: Iterable[Turn], tokenizer: Tokenizer, template: Template) -> list[int]:
    """The tokens that a model is to go on from with its answer to these turns: just as in training."""
    ids = encode(turns, tokenizer, template).ids
    before = template.before["assistant"]
    return ids + (tokenizer.encode(before, add_special_tokens=False).ids if before else [])


class Batch(NamedTuple):
    """Conversations side by side, padded on the right."""

    ids: Tensor
    """(B, T) what is read."""
    targets: Tensor
    """(B, T) what comes next, or `IGNORED` where that is not learned."""


def side_by_side(conversations: Sequence[Conversation]) -> Batch:
    """A batch of conversations, which may differ in length."""
    T = max(len(conversation.ids) for conversation in conversations) - 1
    ids = np.zeros((len(conversations), T), np.int64)
    targets = np.full((len(conversations), T), IGNORED, np.int64)
    for row, conversation in enumerate(conversations):
        tokens, end = np.asarray(conversation.ids, np.int64), len(conversation.ids) - 1
        ids[row, :end] = tokens[:-1]
        targets[row, :end] = np.where(conversation.is_learned[1:], tokens[1:], IGNORED)
    return Batch(torch.from_numpy(ids), torch.from_numpy(targets))


def learn(model: Decoder, batch: Batch) -> tuple[float, int]:
    """Add the gradient of the mean loss over the completion tokens of a batch; (nats per token, tokens read)."""
    device = model.lm_head.weight.device
    hidden, _ = model.hidden(batch.ids.to(device))  # padding is on the right, where no real token looks
    return backward(hidden, batch.targets.to(device), model.lm_head), batch.ids.numel()


def completion_losses(model: Decoder, conversations: Iterable[Conversation]) -> list[NDArray[np.float64]]:
    """The loss in nats of every completion token, an array (n,) for each conversation."""
    device = model.lm_head.weight.device
    found = []
    with evaluating(model), torch.no_grad():
        for conversation in conversations:
            ids, targets = (part.to(device) for part in side_by_side([conversation]))
            losses = F.cross_entropy(model(ids)[0], targets[0], ignore_index=IGNORED, reduction="none")
            found.append(losses[targets[0] != IGNORED].double().cpu().numpy())
    return found
