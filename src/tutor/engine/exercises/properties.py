"""What must hold for each exercise's function, tried on random cases that are the same each time.

A property is a sentence and a function that gives the first thing that is wrong, or nothing. The expected values come
from torch's own functions or from a definition written out, not from the tutor's engine.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

Theirs = Callable[..., Any]
Property = tuple[str, Callable[[Theirs], str]]

_CLOSE = 1e-4


class NotComparableError(Exception):
    """A value that cannot be compared at all; its text says why."""


def _random(number: int) -> torch.Generator:
    return torch.Generator().manual_seed(number)


def _tensor(value: object, shape: tuple[int, ...]) -> Tensor:
    if value is None:
        raise NotComparableError("it gives nothing back: does it return?")
    if not isinstance(value, Tensor):
        raise NotComparableError(f"it gives a {type(value).__name__}, not a tensor")
    if tuple(value.shape) != shape:
        raise NotComparableError(f"it gives shape {tuple(value.shape)} where {shape} is expected")
    return value.float()


def _compared(found: Tensor, expected: Tensor, case: str) -> str:
    """The first place where two tensors differ, or nothing."""
    off = ~torch.isclose(found, expected.float(), atol=_CLOSE, rtol=_CLOSE, equal_nan=True)
    if not off.any():
        return ""
    place = tuple(int(i) for i in off.nonzero()[0])
    return f"{case}: at {place} it gives {float(found[place]):.4g}, expected {float(expected[place]):.4g}"


def _scores() -> Iterator[Tensor]:
    for number, shape in enumerate([(3,), (2, 5), (2, 3, 4, 4)]):
        yield torch.randn(shape, generator=_random(number)) * 3


def _softmax_agrees(softmax: Theirs) -> str:
    cases = ((_tensor(softmax(x), tuple(x.shape)), x) for x in _scores())
    return next((p for found, x in cases if (p := _compared(found, x.softmax(-1), f"shape {tuple(x.shape)}"))), "")


def _softmax_large(softmax: Theirs) -> str:
    x = torch.tensor([1000.0, 1001.0, -1000.0])
    return _compared(_tensor(softmax(x), (3,)), x.softmax(-1), "for 1000, 1001, −1000")


def _softmax_masked(softmax: Theirs) -> str:
    x = torch.tensor([0.5, -math.inf, 1.5])
    return _compared(_tensor(softmax(x), (3,)), x.softmax(-1), "for a masked score, −∞")


def _mask_rows(causal_mask: Theirs) -> str:
    for T, S in ((1, 1), (4, 4), (2, 5), (1, 7)):
        found = _tensor(causal_mask(T, S), (T, S)).bool().tolist()
        for t, s in itertools.product(range(T), range(S)):
            if found[t][s] != (s <= S - T + t):
                allowed = "may" if s <= S - T + t else "must not"
                return f"with T={T}, S={S}: query {t} stands at place {S - T + t} and {allowed} look at key {s}"
    return ""


def _mask_kind(causal_mask: Theirs) -> str:
    found = causal_mask(3, 3)
    return "" if getattr(found, "dtype", None) is torch.bool else "make it a tensor of torch.bool"


def _heads(number: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    random = _random(number)
    q, k, v = (torch.randn(2, 3, 5, 4, generator=random) for _ in range(3))
    return q, k, v, torch.ones(5, 5, dtype=torch.bool).tril()


def _attention_agrees(attention: Theirs) -> str:
    for number in range(5):
        q, k, v, mask = _heads(number)
        expected = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        if problem := _compared(_tensor(attention(q, k, v, mask), (2, 3, 5, 4)), expected, "random q, k, v"):
            return problem
    return ""


def _attention_causal(attention: Theirs) -> str:
    q, k, v, mask = _heads(9)
    before = _tensor(attention(q, k, v, mask), (2, 3, 5, 4))
    k, v = k.clone(), v.clone()
    k[:, :, -1], v[:, :, -1] = 50.0, 50.0
    after = _tensor(attention(q, k, v, mask), (2, 3, 5, 4))
    return _compared(after[:, :, :-1], before[:, :, :-1], "after a change to the last token only")


def _sinusoid_agrees(sinusoidal: Theirs) -> str:
    for T, C in ((1, 2), (6, 8), (50, 16)):
        expected = torch.zeros(T, C, dtype=torch.float64)
        for position, pair in itertools.product(range(T), range(C // 2)):
            angle = position / 10000 ** (2 * pair / C)
            expected[position, 2 * pair], expected[position, 2 * pair + 1] = math.sin(angle), math.cos(angle)
        if problem := _compared(_tensor(sinusoidal(T, C), (T, C)), expected, f"T={T}, C={C}"):
            return problem
    return ""


def _sinusoid_range(sinusoidal: Theirs) -> str:
    largest = float(_tensor(sinusoidal(500, 8), (500, 8)).abs().max())
    return "" if largest <= 1 + _CLOSE else f"the largest value of 500 places is {largest:.3g}, beyond 1"


_RANKS = {("l", "o"): 0, ("lo", "w"): 1, ("e", "r"): 2, ("n", "e"): 3, ("low", "er"): 4}


def _merges_known(merge_all: Theirs) -> str:
    for word, expected in (
        ("lower", ["lower"]), ("low", ["low"]), ("newer", ["ne", "w", "er"]), ("xyz", ["x", "y", "z"]), ("", []),
        ("lolo", ["lo", "lo"]),
    ):  # fmt: skip
        if list(merge_all(list(word), dict(_RANKS)) or []) != expected:
            return f"{word!r} becomes {merge_all(list(word), dict(_RANKS))!r}, expected {expected!r}"
    return ""


def _merges_order(merge_all: Theirs) -> str:
    ranks = {("a", "b"): 1, ("b", "c"): 0}
    found = list(merge_all(["a", "b", "c"], ranks) or [])
    return "" if found == ["a", "bc"] else f"'abc' with bc before ab becomes {found!r}: the lowest rank goes first"


def _merges_keep(merge_all: Theirs) -> str:
    letters = "lowern"
    for number in range(30):
        picks = torch.randint(len(letters), (8,), generator=_random(number)).tolist()
        word = "".join(letters[pick] for pick in picks)
        if "".join(merge_all(list(word), dict(_RANKS)) or []) != word:
            return f"the pieces of {word!r} do not spell it any more"
    return ""


def _top_p_smallest(top_p: Theirs) -> str:
    for number in range(20):
        logits, p = torch.randn(8, generator=_random(number)) * 2, 0.1 + 0.04 * number
        kept = torch.isfinite(_tensor(top_p(logits, p), (8,)))
        order, shares = logits.argsort(descending=True).tolist(), logits.softmax(0)
        size = next(n for n in range(1, 9) if n == 8 or float(shares[order[:n]].sum()) >= p)
        if sorted(order[:size]) != kept.nonzero()[:, 0].tolist():
            return f"p={p:.2f}, probabilities {[round(s, 2) for s in shares.tolist()]}: keep the {size} likeliest"
    return ""


def _top_p_leaves(top_p: Theirs) -> str:
    logits = torch.tensor([2.0, 1.0, 0.5])
    found = _tensor(top_p(logits, 0.9), (3,))
    kept = torch.isfinite(found)
    return _compared(found[kept], logits[kept], "what is kept must stay as it was")


def _entropy_agrees(cross_entropy: Theirs) -> str:
    for number in range(5):
        logits, targets = torch.randn(6, 9, generator=_random(number)) * 2, torch.arange(6)
        found, expected = float(cross_entropy(logits, targets)), float(F.cross_entropy(logits, targets))
        if abs(found - expected) > _CLOSE:
            return f"it gives {found:.4g} nats, expected {expected:.4g}"
    return ""


def _entropy_known(cross_entropy: Theirs) -> str:
    found = float(cross_entropy(torch.zeros(4, 8), torch.tensor([0, 1, 2, 3])))
    return "" if abs(found - math.log(8)) < _CLOSE else f"8 equal logits give {found:.4g}, expected ln 8 = 2.079"


def _entropy_large(cross_entropy: Theirs) -> str:
    found = float(cross_entropy(torch.tensor([[1000.0, 0.0]]), torch.tensor([1])))
    return "" if abs(found - 1000) < 0.1 else f"logits 1000 and 0 with target 1 give {found:.4g}, expected 1000"


def _low_rank(number: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    random = _random(number)
    sizes = ((2, 3, 6), (5, 6), (2, 6), (5, 2))
    x, W, A, B = (torch.randn(size, generator=random) for size in sizes)
    return x, W, A, B


def _lora_merges(lora: Theirs) -> str:
    for number in range(5):
        x, W, A, B = _low_rank(number)
        expected = x @ (W + 0.5 * B @ A).T
        if problem := _compared(_tensor(lora(x, W, A, B, 0.5), (2, 3, 5)), expected, "against W + scale · B A"):
            return problem
    return ""


def _lora_starts(lora: Theirs) -> str:
    x, W, A, B = _low_rank(7)
    return _compared(_tensor(lora(x, W, A, torch.zeros_like(B), 2.0), (2, 3, 5)), x @ W.T, "with B = 0")


OF: dict[str, tuple[Property, ...]] = {
    "softmax": (
        ("it agrees with torch.softmax on random scores", _softmax_agrees),
        ("large scores do not overflow", _softmax_large),
        ("a masked score gets weight 0", _softmax_masked),
    ),
    "causal-mask": (
        ("true at a token itself and before it, false after it", _mask_rows),
        ("it is a tensor of truth values", _mask_kind),
    ),
    "attention": (
        ("it agrees with torch's own attention", _attention_agrees),
        ("a masked token changes nothing", _attention_causal),
    ),
    "positions": (
        ("it agrees with the formula of the paper", _sinusoid_agrees),
        ("it stays between −1 and 1", _sinusoid_range),
    ),
    "merges": (
        ("known words come out right", _merges_known),
        ("the pair of the lowest rank goes first", _merges_order),
        ("no letter is lost", _merges_keep),
    ),
    "top-p": (
        ("the fewest likeliest tokens that reach p stay", _top_p_smallest),
        ("what stays keeps its logit", _top_p_leaves),
    ),
    "cross-entropy": (
        ("it agrees with torch on random logits", _entropy_agrees),
        ("equal logits cost ln V", _entropy_known),
        ("large logits do not overflow", _entropy_large),
    ),
    "lora": (
        ("it is a linear layer with W + scale · B A", _lora_merges),
        ("with B = 0 it is the layer it began as", _lora_starts),
    ),
}
"""By the exercise's name, the simplest first."""
