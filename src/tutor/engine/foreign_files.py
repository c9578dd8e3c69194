"""Checkpoints of other architectures, opened through the extra `transformer-tutor[hf]` and never from the network.

Files are checked before `transformers` sees them: it would fill what is missing with random numbers, and take as
much memory as a damaged config.json asks for.
"""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from tutor.engine import checkpoint, foreign_attention, registry
from tutor.engine.config import LIMITS
from tutor.errors import InputError

EXTRA = 'python -m pip install "transformer-tutor[hf]"'

_OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TRANSFORMERS_VERBOSITY": "error",
    "TRANSFORMERS_NO_ADVISORY_WARNINGS": "1",
}
"""Read by `transformers` and `huggingface_hub` when they are imported, and not after."""

_REPEATED = 0.98
"""Of the numbers that a configuration asks for, those that must be in the files: not all are written twice."""


def load(directory: Path, device: str = "cpu") -> Any:
    """The decoder in `directory`, tried and in evaluation mode: float32 on CPU and MPS, bfloat16 on CUDA.

    Raises InputError if the extra is missing, the architecture unknown, or a file damaged.
    """
    transformers = _library(directory)
    from tutor.engine.foreign import ForeignDecoder, tried

    files = checkpoint.weight_files(directory)
    for file in files:
        checkpoint.refuse_damage(file)
    with _quietly(directory):
        config = transformers.AutoConfig.from_pretrained(directory, local_files_only=True, trust_remote_code=False)
        about = _about(config)
        _check_sizes(directory, transformers, config, about)
        theirs = _filled(directory, transformers, torch.bfloat16 if device == "cuda" else torch.float32)
        foreign_attention.register()
        theirs.set_attn_implementation(foreign_attention.NAME)  # where it has its own only, nothing happens
        model = ForeignDecoder(theirs.to(device).eval().requires_grad_(False), about)
        return tried(model).eval()


def _library(directory: Path) -> Any:
    os.environ.update(_OFFLINE)
    try:
        import transformers
    except ImportError:
        name = registry.config(directory).get("model_type")
        why = f"a {name!r} model, which tutor does not run by itself"
        raise InputError(str(directory), why, f"open it through the extra transformer-tutor[hf]: {EXTRA}") from None
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    return transformers


@contextmanager
def _quietly(directory: Path) -> Iterator[None]:
    """Whatever goes wrong in a library that is asked to open anything is one line about the checkpoint."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except InputError:
        raise
    except Exception as error:  # noqa: BLE001 - each architecture fails in its own way on a damaged configuration
        said = " ".join(str(error).split())[:200] or type(error).__name__
        raise InputError(str(directory), f"transformers cannot open it ({said})", "get the model again") from None


def _about(config: Any) -> Any:
    """The sizes of a model, held against limits before anything is made."""
    from tutor.engine.foreign import ForeignConfig

    text = config.get_text_config()
    sizes: dict[str, Any] = {
        name: getattr(text, name, None) for name in ForeignConfig.__annotations__ if name in LIMITS
    }
    if sizes["max_position_embeddings"] is None:  # no table and no angles: any length will do
        sizes["max_position_embeddings"] = next(
            (found for name in ("max_seq_len", "seq_length", "n_ctx") if (found := getattr(text, name, None))), 2048
        )
    sizes["num_attention_heads"] = sizes["num_attention_heads"] or 1  # it has none
    for name, value in sizes.items():
        if type(value) is not int or not 1 <= value <= LIMITS[name]:
            raise InputError("config.json", f"{name} is {value!r}, not a sensible size", "get the model again")
    ends = text.eos_token_id
    return ForeignConfig(
        name=config.model_type,
        **sizes,
        bos_token_id=text.bos_token_id if isinstance(text.bos_token_id, int) else None,
        end_ids=frozenset(
            one for one in (ends if isinstance(ends, list | tuple) else [ends]) if isinstance(one, int)
        ),
        tie_word_embeddings=bool(getattr(text, "tie_word_embeddings", False)),
    )


def _check_sizes(directory: Path, transformers: Any, config: Any, about: Any) -> None:
    """Raises InputError if the configuration asks for more numbers than the files hold."""
    is_split = getattr(config.get_text_config(), "head_dim", None) is None  # else heads are as wide as they say
    if is_split and about.hidden_size % about.num_attention_heads:
        why = f"{about.hidden_size} channels do not divide into {about.num_attention_heads} heads"
        raise InputError("config.json", why, "get the model again")
    with checkpoint.shapes_only():
        empty = transformers.AutoModelForCausalLM.from_config(config, trust_remote_code=False)
    asked, held = sum(math.prod(each.shape) for each in empty.parameters()), registry.parameters(directory) or 0
    if held < _REPEATED * asked:
        why = f"its configuration asks for {asked:,} numbers, its files hold {held:,}"
        raise InputError(str(directory), why, "get the model again")


def _filled(directory: Path, transformers: Any, dtype: torch.dtype) -> Any:
    """The model with its weights. Raises InputError if a tensor is missing or has another shape."""
    model, found = transformers.AutoModelForCausalLM.from_pretrained(
        directory,
        local_files_only=True,
        trust_remote_code=False,
        use_safetensors=True,
        dtype=dtype,
        attn_implementation="eager",
        ignore_mismatched_sizes=True,
        output_loading_info=True,
    )
    if lost := sorted(found["missing_keys"]):
        more = f" and {len(lost) - 1} more are" if len(lost) > 1 else " is"
        raise InputError(str(directory), f"{lost[0]}{more} missing", "get the model again")
    if other := sorted(found["mismatched_keys"]):
        name, held, asked = other[0]
        why = f"{name} has shape {tuple(held)}, but the configuration asks for {tuple(asked)}"
        raise InputError(str(directory), why, "get the model again")
    return model
