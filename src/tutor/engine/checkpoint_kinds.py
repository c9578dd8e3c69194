"""Encoder–decoders and encoders on disk, as `MarianMTModel` and `BertForMaskedLM` have them.

The checks are those of `checkpoint.py`. Tensors that follow from others, such as Marian's second and third copy of
the one embedding, are not written and need not be there.
"""

from __future__ import annotations

import re
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from tutor.engine.checkpoint import WEIGHTS, checked_tensors, read_json, shapes_only
from tutor.engine.encoder import Encoder, EncoderConfig
from tutor.engine.seq2seq import Seq2Seq, Seq2SeqConfig, sinusoids
from tutor.storage import replacing, write_json

_MARIAN_COPIES = re.compile(r"model\.(encoder|decoder)\.embed_(tokens|positions)\.weight|lm_head\.weight")
_BERT_COPIES = re.compile(
    r"cls\.predictions\.decoder\.(weight|bias)|bert\.embeddings\.position_ids|(bert\.pooler|cls\.seq_relationship)\..*"
)
"""What other tools also write: copies of the embedding, and the parts that a masked-word model has no use for."""

_NAMES = {torch.float32: "float32", torch.float16: "float16", torch.bfloat16: "bfloat16"}


def load_seq2seq(directory: Path, device: str = "cpu") -> Seq2Seq:
    """The encoder–decoder in `directory`, in evaluation mode. Raises InputError as `load_decoder` does."""
    config = Seq2SeqConfig.from_dict(read_json(directory / "config.json"))
    with shapes_only():
        model = Seq2Seq(config)
    _fill(model, directory, _MARIAN_COPIES, device)
    model.positions = sinusoids(config.max_position_embeddings, config.d_model).to(
        device, model.model.shared.weight.dtype
    )
    return model.eval().requires_grad_(False)


def load_encoder(directory: Path, device: str = "cpu") -> Encoder:
    """The encoder in `directory`, in evaluation mode. Raises InputError as `load_decoder` does."""
    config = EncoderConfig.from_dict(read_json(directory / "config.json"))
    with shapes_only():
        model = Encoder(config)
    _fill(model, directory, _BERT_COPIES, device)
    return model.eval().requires_grad_(False)


def save(model: Seq2Seq | Encoder, directory: Path, dtype: torch.dtype = torch.float32) -> None:
    """Write `config.json` and `model.safetensors` so that other tools open them. Each file is replaced at once."""
    directory.mkdir(parents=True, exist_ok=True)
    tensors = {name: tensor.detach().to(dtype).cpu().contiguous() for name, tensor in model.state_dict().items()}
    with replacing(directory / WEIGHTS) as part:
        save_file(tensors, part, {"format": "pt"})
    write_json(directory / "config.json", model.config.to_dict() | {"torch_dtype": _NAMES[dtype]})


def _fill(model: nn.Module, directory: Path, copies: re.Pattern[str], device: str) -> None:
    dtype = torch.bfloat16 if device == "cuda" else torch.float32
    wanted: dict[str, Tensor] = dict(model.state_dict())
    tensors = checked_tensors(directory, wanted, lambda name: bool(copies.fullmatch(name)), dtype, device)
    model.load_state_dict(tensors, assign=True)
