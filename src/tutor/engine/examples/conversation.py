"""Conversations in the two spellings that files have: role and content, or from and value."""

from __future__ import annotations

import json
from typing import Any

from tutor.engine.examples.rows import Role, Turn

_ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "prompter": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "bot": "assistant",
    "model": "assistant",
}


def turns_of(value: Any) -> tuple[Turn, ...] | str:
    """The turns of a cell, which is a list or the JSON of one; or what is wrong with it."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return "its conversation is not JSON"
    if not isinstance(value, list):
        return "its conversation is no list of turns"
    turns: list[Turn] = []
    for number, each in enumerate(value, 1):
        turn = _turn(each)
        if isinstance(turn, str):
            return f"turn {number} {turn}"
        turns.append(turn)
    if not any(turn.role == "assistant" for turn in turns[1:]):
        return "its conversation has no answer of the assistant to anything"
    return tuple(turns)


def _turn(value: Any) -> Turn | str:
    if not isinstance(value, dict):
        return "is no object"
    role, text = value.get("role", value.get("from")), value.get("content", value.get("value"))
    if not isinstance(role, str) or role.lower() not in _ROLES:
        return f"has the role {str(role)[:40]!r}, which is none of system, user and assistant"
    if not isinstance(text, str):
        return "has a content that is not text"
    if role.lower() in ("assistant", "gpt", "bot", "model") and not text.strip():
        return "is an answer without text"
    return Turn(_ROLES[role.lower()], text)
