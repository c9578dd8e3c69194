"""A callback after a while that is sure to come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from textual.message_pump import MessagePump


def later(pump: MessagePump, seconds: float, callback: Callable[[], object]) -> asyncio.TimerHandle:
    """Call `callback` in the pump's own queue after so many seconds, if it still runs then.

    `set_timer` does nearly that. But its timer skips ticks that are overdue, also its only one: where the machine
    stalls for `seconds` just as it starts, and with very few seconds always, it never comes.
    """
    return asyncio.get_running_loop().call_later(seconds, pump.call_next, callback)
