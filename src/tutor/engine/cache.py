"""Keys and values of tokens already read, so that each new token costs one step and not the whole text again."""

from __future__ import annotations

from torch import Tensor


class Cache:
    """Room for keys and values of up to `capacity` tokens; `length` of them are filled.

    The room is taken once, at the first use, so that no step copies what came before.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity, self.length = capacity, 0
        self.layers: dict[int, tuple[Tensor, Tensor]] = {}

    def extend(self, layer: int, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Store this step's k and v (B, G, T, D) behind the earlier ones and return all of them (B, G, S, D).

        Raises ValueError if they do not fit.
        """
        end = self.length + k.shape[2]
        if end > self.capacity:
            raise ValueError(f"{end} tokens do not fit into a cache for {self.capacity}")
        if layer not in self.layers:
            shape = (*k.shape[:2], self.capacity, k.shape[3])
            self.layers[layer] = (k.new_empty(shape), v.new_empty(shape))
        keys, values = self.layers[layer]
        keys[:, :, self.length : end] = k
        values[:, :, self.length : end] = v
        return keys[:, :, :end], values[:, :, :end]

    def advance(self, tokens: int) -> None:
        """Count the tokens that every layer has stored by now."""
        self.length += tokens

    def reorder(self, rows: Tensor) -> None:
        """Keep these rows of the batch, in this order: beam search drops some and doubles others."""
        for layer, (keys, values) in self.layers.items():
            self.layers[layer] = (keys.index_select(0, rows), values.index_select(0, rows))

    def crop(self, length: int) -> None:
        """Forget all but the first `length` tokens."""
        if not 0 <= length <= self.length:
            raise ValueError(f"cannot keep {length} of {self.length} tokens")
        self.length = length
