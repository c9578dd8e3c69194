"""What size costs: parameters, memory, computation, from the configurations of models small and large.

The large ones have the sizes that their papers publish; a model of yours is read from its config.json. With --layers
there is one more, of the sizes that you choose, built like GPT-2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from tutor.errors import InputError, UsageError
from tutor.experiments.frame.inputs import Argument, Option

if TYPE_CHECKING:
    from pathlib import Path

    from tutor.engine.sizes import Shape

TOPIC = "Language models"
SCHEMA = 1
NEEDS_TORCH = False
BEHIND = (
    "sizes.parameters",
    "sizes.operations_per_token",
    "sizes.training_operations",
    "sizes.cache_bytes_per_token",
)
EXAMPLES = (
    "tutor scale",
    "tutor scale gpt2 gpt3 --plain",
    "tutor scale gpt2 --layers 24 --width 1024 --heads 16 --billions 10",
)

CHOSEN = "your sizes"
"""What the model of chosen sizes is called."""


@dataclass(frozen=True)
class Inputs:
    models: Annotated[
        tuple[str, ...],
        Argument("Models: gpt2, gpt3, llama-2-7b, smollm2-135m, yours, or paths; all if none.", piped=False),
    ] = ()
    layers: Annotated[int | None, Option("Layers of a model of your own sizes.", low=1, high=1000)] = None
    width: Annotated[int, Option("Its width.", low=8, high=1_000_000, step=64)] = 768
    heads: Annotated[int, Option("Its heads, which share the width.", low=1, high=10_000)] = 12
    vocabulary: Annotated[int, Option("Its vocabulary.", low=2, high=10_000_000, step=1000)] = 50257
    context: Annotated[int, Option("The tokens that it can read at once.", low=1, high=100_000_000, step=512)] = 1024
    billions: Annotated[
        float | None, Option("Billions of tokens that it is trained on.", low=0, high=1e6, step=10)
    ] = None


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
    """Raises InputError for an unknown model or one that is no decoder, UsageError for heads that share no width."""
    from tutor.engine import registry

    published = _published()
    own = [one.name for one in registry.entries() if one.kind == "decoder" and not _is_strange(one.directory)]
    sized = [published.get(name) or _of_files(name) for name in inputs.models or (*own, *published)]
    if inputs.layers is not None:
        sized.append(_chosen(inputs, inputs.layers))
    return Result(tuple(sorted(sized, key=lambda one: one.parameters)))


def _chosen(inputs: Inputs, layers: int) -> Sized:
    """A model of the sizes that were given."""
    from tutor.engine import sizes

    if inputs.width % inputs.heads:
        why = f"a width of {inputs.width} cannot be shared among them"
        raise UsageError(f"--heads {inputs.heads}", why, "choose a number that divides it")
    shape = sizes.gpt2(layers, inputs.width, inputs.heads, inputs.context, inputs.vocabulary)
    tokens = None if inputs.billions is None else 1e9 * inputs.billions
    return _sized(CHOSEN, None, shape, tokens, "chosen")


def _of_files(name: str) -> Sized:
    """The sizes of a model on this machine, from its config.json."""
    from tutor import paths
    from tutor.engine import registry, sizes

    offered = f"choose one of: {', '.join([*_published(), *registry.alike(['decoder'])])}"
    if paths.existing(name) is None and name not in {known.name for known in registry.entries()}:
        raise InputError(name or "MODELS", "no such model", offered)
    entry = registry.find(name)
    if entry.kind != "decoder":
        raise InputError(entry.name, f"not a decoder but {registry.called(entry.kind)}", offered)
    try:
        shape = sizes.of_config(registry.config(entry.directory))
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise InputError(f"{entry.name}/config.json", f"sizes are missing ({error})", "get the model again") from None
    if shape is None:
        why = "the sizes of its architecture are not known here"
        raise InputError(entry.name, why, "name a model of the Llama or GPT-2 family")
    return _sized(entry.name, None, shape, None, "its config.json")


def _is_strange(directory: Path) -> bool:
    """Whether a model's sizes are not known from its config.json."""
    from tutor.engine import registry, sizes

    try:
        return sizes.of_config(registry.config(directory)) is None
    except (InputError, KeyError, TypeError, ValueError, ZeroDivisionError):
        return False  # damaged: to be said


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
