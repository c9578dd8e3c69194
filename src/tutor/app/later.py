"""Callbacks that are sure to come, and work that goes on beside the messages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from textual.dom import DOMNode
from textual.message_pump import MessagePump


def later(pump: MessagePump, seconds: float, callback: Callable[[], object]) -> asyncio.TimerHandle:
    """Call `callback` in the pump's own queue after so many seconds, if it still runs then.

    `set_timer` does nearly that. But its timer skips ticks that are overdue, also its only one: where the machine
    stalls for `seconds` just as it starts, and with very few seconds always, it never comes.
    """
    return asyncio.get_running_loop().call_later(seconds, pump.call_next, callback)


def beside(
    node: DOMNode, work: Callable[[], Coroutine[Any, Any, None]], *, group: str = "default", exclusive: bool = False
) -> None:
    """Run a coroutine function beside the messages of a widget; `exclusive` gives up older ones of the group.

    It is called only once it runs: a widget that is gone by then leaves no coroutine that nobody awaits.
    """
    node.run_worker(work, group=group, exclusive=exclusive)  # type: ignore[arg-type]
