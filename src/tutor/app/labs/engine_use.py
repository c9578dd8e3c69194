"""Which engine a lab asks: the one it was given, or one of its own that ends with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tutor.app.labs.asking import Engine


class EngineUse:
    """Finds the engine at its first use, and watches it from then on. `changed` is called when its state changes."""

    def __init__(self, given: Engine | None, changed: Callable[[], object]) -> None:
        self._engine, self._changed = given, changed
        self._own: Any = None
        self._unwatch: Callable[[], None] | None = None

    def engine(self) -> Engine:
        """The engine; one of the lab's own is started when none was given."""
        if self._engine is None:
            from tutor.app.engine_client import EngineClient

            self._engine = self._own = EngineClient()
        if self._unwatch is None:
            self._unwatch = self._engine.watch(self._changed)
        return self._engine

    def revive(self) -> None:
        """Start an engine that is gone again."""
        if self._engine is not None and self._engine.state == "gone":
            self._engine.restart()

    async def close(self) -> None:
        """The lab is gone; its own engine goes with it."""
        if self._unwatch is not None:
            self._unwatch()
        if self._own is not None:
            await self._own.stop()
