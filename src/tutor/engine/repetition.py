"""What heads do with tokens that came before: tests on random tokens that stand twice in a row. Torch.

Random tokens have no meaning and no grammar, so a head that finds the earlier one can only have looked it up
(Olsson et al. 2022, "In-context Learning and Induction Heads"). Shape legend in `attention.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tutor.engine.patterns import observe, stacked

if TYPE_CHECKING:
    from tutor.engine.loading import Loaded
    from tutor.engine.records import Floats

_TRIALS = 4
_LONGEST = 40  # tokens before they are repeated


def repeated(loaded: Loaded, seed: int) -> list[int]:
    """The start token, then random tokens, all different, then the same ones again."""
    config = loaded.model.config
    special = {loaded.start(), *config.end_ids}
    ordinary = [token for token in range(config.vocab_size) if token not in special]
    length = min(_LONGEST, (loaded.context - 1) // 2, len(ordinary))
    chosen = np.random.default_rng(seed).choice(ordinary, length, replace=False).tolist()
    return [loaded.start(), *chosen, *chosen]


def scores(loaded: Loaded, seed: int) -> tuple[Floats, Floats, float]:
    """For each head, (L, H): the mean weight on the same token earlier, and on the one that came after it.

    The mean of some trials, over the tokens of the repetition; and the weight that either would get by chance.
    """
    trials = [places(stacked(observe(loaded, repeated(loaded, seed + trial)))) for trial in range(_TRIALS)]
    same = np.mean([trial[0] for trial in trials], axis=0)
    induction = np.mean([trial[1] for trial in trials], axis=0)
    return same, induction, trials[0][2]


def places(patterns: Floats) -> tuple[Floats, Floats, float]:
    """The two scores of one trial from its patterns (L, H, 2R + 1, 2R + 1), and what an even spread would score."""
    length = patterns.shape[-1] // 2
    rows = np.arange(length + 1, 2 * length + 1)
    same = patterns[:, :, rows, rows - length].mean(-1)
    induction = patterns[:, :, rows, rows - length + 1].mean(-1)
    return same, induction, float((1 / (rows + 1)).mean())
