"""Models on disk in the standard layout: `config.json`, `model.safetensors` (or shards with an index); or as GGUF.

Nothing is trusted: names, shapes and types are compared with the configuration before any tensor is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor
from torch.overrides import TorchFunctionMode

from tutor.engine import adapter_folder, gguf_file, gguf_header
from tutor.engine.config import DecoderConfig
from tutor.engine.decoder import Decoder
from tutor.errors import InputError
from tutor.storage import read_object, replacing, write_json

WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl")

_TYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}


@contextmanager
def shapes_only() -> Iterator[None]:
    """Modules made in this context have shapes, but no memory and no first values: the file has theirs."""
    with torch.device("meta"), _WithoutInitialising():
        yield


class _WithoutInitialising(TorchFunctionMode):
    """Leaves out `torch.nn.init`: its `normal_` for a tensor without memory imports all of torch's compiler.

    That takes as long as importing torch itself, at each start.
    """

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if getattr(function, "__module__", "") == "torch.nn.init":
            return args[0] if args else kwargs["tensor"]
        return function(*args, **(kwargs or {}))


def load_decoder(directory: Path, device: str = "cpu") -> Decoder:
    """The decoder in `directory`, or in a GGUF file, in evaluation mode: float32 on CPU and MPS, bfloat16 on CUDA.

    An adapter is merged into its base.

    Raises InputError, naming the file and what is wrong with it: missing, cut short, of another architecture, with
    tensors missing, unknown, of a wrong shape or type, or with weights that are not numbers.
    """
    if adapter_folder.is_adapter(directory):
        from tutor.engine import lora

        return lora.load_merged(directory, device)
    is_gguf = gguf_file.is_gguf(directory)
    config = DecoderConfig.from_dict(gguf_file.config(directory) if is_gguf else read_json(directory / "config.json"))
    with shapes_only():
        model = Decoder(config)
    dtype = torch.bfloat16 if device == "cuda" else torch.float32
    wanted = dict(model.state_dict())
    if config.tie_word_embeddings:
        del wanted["lm_head.weight"]
    if is_gguf:
        tensors = _gguf_tensors(directory, wanted, dtype, device)
    else:
        tensors = checked_tensors(directory, wanted, lambda name: _may_be_left_out(name, config), dtype, device)
    model.load_state_dict(tensors, assign=True, strict=False)
    if config.tie_word_embeddings:
        model.lm_head.weight = model.model.embed_tokens.weight
    return model.eval().requires_grad_(False)


def save_decoder(model: Decoder, directory: Path, dtype: torch.dtype = torch.float32) -> None:
    """Write `config.json` and `model.safetensors` so that other tools open them. Each file is replaced at once."""
    directory.mkdir(parents=True, exist_ok=True)
    tensors = {name: tensor.detach().to(dtype).cpu().contiguous() for name, tensor in model.state_dict().items()}
    if model.config.tie_word_embeddings:
        del tensors["lm_head.weight"]  # it is the embedding
    names = {torch.float32: "float32", torch.float16: "float16", torch.bfloat16: "bfloat16"}
    config = model.config.to_dict() | {"torch_dtype": names[dtype]}
    with replacing(directory / WEIGHTS) as part:
        save_file(tensors, part, {"format": "pt"})
    write_json(directory / "config.json", config)


def checked_tensors(
    directory: Path,
    wanted: Mapping[str, Tensor],
    may_be_left_out: Callable[[str], bool],
    dtype: torch.dtype,
    device: str,
) -> dict[str, Tensor]:
    """The tensors of a checkpoint, which must be those of `wanted` in name and shape.

    Names for which `may_be_left_out` holds are passed over. Raises InputError as `load_decoder` does.
    """
    return checked_files(weight_files(directory), wanted, may_be_left_out, dtype, device)


def checked_files(
    files: Sequence[Path],
    wanted: Mapping[str, Tensor],
    may_be_left_out: Callable[[str], bool] = lambda name: False,
    dtype: torch.dtype = torch.float32,
    device: str = "cpu",
) -> dict[str, Tensor]:
    """As `checked_tensors`, of these safetensors files."""
    tensors: dict[str, Tensor] = {}
    for file in files:
        with _opened(file) as opened:
            for name in opened.keys():  # noqa: SIM118 - an open safetensors file is no dict
                if name in wanted:
                    tensors[name] = _checked(file, name, opened, wanted[name].shape).to(device, dtype)
                elif not may_be_left_out(name):
                    raise InputError(str(file), f"it holds {name}, which config.json has no place for", _WHOLE)
    _refuse_missing(files[0].with_name(WEIGHTS) if len(files) > 1 else files[0], set(wanted) - set(tensors))
    return tensors


def _gguf_tensors(file: Path, wanted: Mapping[str, Tensor], dtype: torch.dtype, device: str) -> dict[str, Tensor]:
    tensors: dict[str, Tensor] = {}
    for theirs, place in gguf_header.read(file).tensors.items():
        name = gguf_file.our_name(theirs)
        if name is None or name not in wanted:
            raise InputError(str(file), f"it holds {theirs}, which its metadata has no place for", _WHOLE)
        _check_shape(file, name, place.shape, wanted[name].shape)
        tensors[name] = _finite(file, name, torch.from_numpy(gguf_file.numbers(file, theirs))).to(device, dtype)
    _refuse_missing(file, set(wanted) - set(tensors))
    return tensors


def _refuse_missing(file: Path, names: set[str]) -> None:
    if names:
        first, more = min(names), len(names) - 1
        lost = f"{first} and {more} more are" if more else f"{first} is"
        raise InputError(str(file), f"{lost} missing", _WHOLE)


_WHOLE = "get the checkpoint again, or the config.json that belongs to it"


def _may_be_left_out(name: str, config: DecoderConfig) -> bool:
    """Tensors that older checkpoints carry though they follow from others."""
    return name.endswith("rotary_emb.inv_freq") or (config.tie_word_embeddings and name == "lm_head.weight")


def _checked(file: Path, name: str, opened: Any, shape: torch.Size) -> Tensor:
    about = opened.get_slice(name)  # the header only; nothing is read yet
    if about.get_dtype() not in _TYPES:
        raise InputError(str(file), f"{name} is {about.get_dtype()}, not one of {', '.join(_TYPES)}", _WHOLE)
    _check_shape(file, name, tuple(about.get_shape()), shape)
    return _finite(file, name, opened.get_tensor(name))


def refuse_damage(file: Path) -> None:
    """Raise InputError if a safetensors file is not whole, or its weights have no known type or are no numbers."""
    with _opened(file) as opened:
        for name in opened.keys():  # noqa: SIM118 - an open safetensors file is no dict
            if opened.get_slice(name).get_dtype() in _TYPES:
                _finite(file, name, opened.get_tensor(name))
            elif name.endswith("weight"):  # masks and counters may be of other types
                found = opened.get_slice(name).get_dtype()
                raise InputError(str(file), f"{name} is {found}, not one of {', '.join(_TYPES)}", _WHOLE)


def _check_shape(file: Path, name: str, found: tuple[int, ...], expected: torch.Size) -> None:
    if found != expected:
        why = f"{name} has shape {found}, but the configuration asks for {tuple(expected)}"
        raise InputError(str(file), why, _WHOLE)


def _finite(file: Path, name: str, tensor: Tensor) -> Tensor:
    # One that is no number shows in both; unlike isfinite over all of them, this takes no memory beside the tensor.
    if not tensor.numel():
        return tensor
    least, most = tensor.aminmax()
    if not (least.isfinite() and most.isfinite()):
        raise InputError(str(file), f"{name} holds values that are not numbers", _WHOLE)
    return tensor


@contextmanager
def _opened(file: Path) -> Iterator[Any]:
    try:
        with safe_open(file, framework="pt") as opened:
            yield opened
    except (SafetensorError, OSError) as error:
        raise InputError(str(file), f"not a whole safetensors file ({error})", "get the file again") from None


def weight_files(directory: Path) -> list[Path]:
    """The safetensors files of a checkpoint: one, or the shards that its index names.

    Raises InputError if there are none; a pickle is refused by name, because opening one can run any program.
    """
    if (directory / WEIGHTS).is_file():
        return [directory / WEIGHTS]
    if (directory / INDEX).is_file():
        return _shards(directory / INDEX)
    pickles = [file.name for file in directory.glob("*") if file.suffix in PICKLES]
    if pickles:
        raise InputError(
            str(directory / pickles[0]),
            "this is a pickle, and opening one can run any program",
            "convert it to safetensors with the tool that made it",
        )
    raise InputError(str(directory), f"there is no {WEIGHTS}", "name a folder with a checkpoint")


def _shards(index: Path) -> list[Path]:
    names = read_json(index).get("weight_map")
    if not isinstance(names, dict) or not names or not all(isinstance(name, str) for name in names.values()):
        raise InputError(str(index), "its weight_map does not name the files of the tensors", _WHOLE)
    # A name such as ../../x would lead out of the checkpoint.
    files = [index.parent / Path(name).name for name in sorted(set(names.values()))]
    if lost := [file for file in files if not file.is_file()]:
        raise InputError(str(index), f"{lost[0].name} is missing", _WHOLE)
    return files


def read_json(file: Path) -> dict[str, Any]:
    """The JSON object in `file`. Raises InputError if there is none."""
    return read_object(file, "get the checkpoint again")
