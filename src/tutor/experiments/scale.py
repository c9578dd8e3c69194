"""What size costs: parameters, memory, computation, from the configurations of models small and large.

The large ones have the sizes that their papers publish; a model of yours is read from its config.json.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from tutor.errors import InputError
from tutor.experiments.frame.inputs import Argument

if TYPE_CHECKING:
    from tutor.engine.sizes import Shape

TOPIC = "Language models"
SCHEMA = 1
NEEDS_TORCH = False
EXAMPLES = ("tutor scale", "tutor scale gpt2 gpt3 --plain")


@dataclass(frozen=True)
class Inputs:
    models: Annotated[
        tuple[str, ...],
        Argument("Published ones (gpt2, gpt3, llama-2-7b, smollm2-135m), yours, or paths; all if none.", piped=False),
    ] = ()


@dataclass(frozen=True)
class Sized:
    """One model's sizes and costs. Bytes are for 16-bit numbers; operations are additions and multiplications."""

    name: str
    year: int | None
    parameters: int
    layers: int
    heads: int
    width: int
    vocabulary: int
    context: int
    bytes: int
    """What the weights take."""
    cache_bytes: int
    """What the keys and values of one full context take."""
    operations_per_token: int
    """For one token of a forward pass at the end of a full context."""
    training_tokens: float | None
    """How many tokens it was trained on, where that is published."""
    training_operations: float | None
    """About 6 for each parameter and training token."""
    source: str
    """Where the sizes are published."""


@dataclass(frozen=True)
class Result:
    models: tuple[Sized, ...]
    """The smallest first."""


def run(inputs: Inputs) -> Result:
    """Raises InputError for an unknown model or one that is no decoder."""
    from tutor.engine import registry

    published = _published()
    own = [entry.name for entry in registry.entries() if entry.kind == "decoder"]
    sized = [published.get(name) or _of_files(name) for name in inputs.models or (*own, *published)]
    return Result(tuple(sorted(sized, key=lambda one: one.parameters)))


def _of_files(name: str) -> Sized:
    """The sizes of a model on this machine, from its config.json."""
    from tutor.engine import registry, sizes

    entry = registry.find(name)
    if entry.kind != "decoder":
        raise InputError(entry.name, f"not a decoder but {entry.kind}", f"choose one of: {', '.join(_published())}")
    try:
        shape = sizes.llama(registry.config(entry.directory))
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise InputError(f"{entry.name}/config.json", f"sizes are missing ({error})", "get the model again") from None
    return _sized(entry.name, None, shape, None, "its config.json")


def _published() -> dict[str, Sized]:
    """Models whose sizes are published, by name."""
    from tutor.engine.sizes import Shape, gpt2

    smollm = Shape(30, 576, 9, 3, 64, 1536, 49152, 8192, True, False, True, False)
    llama = Shape(32, 4096, 32, 32, 128, 11008, 32000, 4096, True, False, False, False)
    rows = (
        ("gpt2", 2019, gpt2(12, 768, 12, 1024), None, "Radford et al. 2019, table 2; the released configuration"),
        ("smollm2-135m", 2025, smollm, 2e12, "Allal et al. 2025; the released configuration"),
        ("gpt2-xl", 2019, gpt2(48, 1600, 25, 1024), None, "Radford et al. 2019, table 2; the released configuration"),
        ("llama-2-7b", 2023, llama, 2e12, "Touvron et al. 2023, Llama 2, table 1; the released configuration"),
        ("gpt3", 2020, gpt2(96, 12288, 96, 2048), 300e9, "Brown et al. 2020, tables 2.1 and D.1"),
    )
    return {name: _sized(name, year, shape, tokens, source) for name, year, shape, tokens, source in rows}


def _sized(name: str, year: int | None, shape: Shape, tokens: float | None, source: str) -> Sized:
    from tutor.engine import sizes

    count = sizes.parameters(shape)
    return Sized(
        name=name,
        year=year,
        parameters=count,
        layers=shape.layers,
        heads=shape.heads,
        width=shape.width,
        vocabulary=shape.vocabulary,
        context=shape.context,
        bytes=2 * count,
        cache_bytes=sizes.cache_bytes_per_token(shape) * shape.context,
        operations_per_token=sizes.operations_per_token(shape, shape.context),
        training_tokens=tokens,
        training_operations=None if tokens is None else sizes.training_operations(count, tokens),
        source=source,
    )
