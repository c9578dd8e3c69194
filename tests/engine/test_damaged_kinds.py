"""Encoder–decoders and encoders: each kind of damage gives one clear line at once, as with decoders."""

from __future__ import annotations

import json
import shutil
import time

import pytest
import torch
from safetensors.torch import load_file, save_file

from tests import fakes
from tests.engine import test_checkpoint as damages
from tutor.engine import loading_encoder, loading_seq2seq
from tutor.errors import InputError

KINDS = {
    "seq2seq": (fakes.translator, loading_seq2seq.seq2seq, "model.encoder.layers.0.fc1.weight"),
    "encoder": (fakes.gapfiller, loading_encoder.encoder, "bert.encoder.layer.0.output.dense.weight"),
}


@pytest.fixture(scope="module", params=KINDS)
def whole(request, tmp_path_factory):
    make, load, name = KINDS[request.param]
    return make(tmp_path_factory.mktemp(request.param)), load, name


@pytest.fixture
def kind(whole, tmp_path):
    """A whole checkpoint to damage, what opens it, and the name of one of its tensors."""
    folder, load, name = whole
    shutil.copytree(folder, tmp_path / "model")
    return tmp_path / "model", load, name


def refusal(folder, load) -> str:
    """The one line that opening gives, within a second of its own."""
    start = time.process_time()
    with pytest.raises(InputError) as caught:
        load(str(folder), "cpu")
    assert time.process_time() - start < 1
    assert "\n" not in str(caught.value)
    return str(caught.value)


def _lying_sizes(file):
    damages._header(lambda header: header[max(header)].update(shape=[1 << 40]))(file)


def _lying_offsets(file):
    damages._header(lambda header: header[max(header)].update(data_offsets=[0, 1 << 40]))(file)


def _strange_type(file):
    damages._header(lambda header: header[max(header)].update(dtype="F33"))(file)


@pytest.mark.parametrize(
    "damage",
    [
        damages._truncate,
        damages._empty,
        damages._huge_header,
        damages._noise,
        _lying_sizes,
        _lying_offsets,
        _strange_type,
    ],
)
def test_a_damaged_file_is_refused(kind, damage):
    folder, load, _ = kind
    damage(folder / "model.safetensors")
    assert "not a whole safetensors file" in refusal(folder, load)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda tensor: torch.full_like(tensor, torch.nan), "not numbers"),
        (lambda tensor: torch.full_like(tensor, -torch.inf), "not numbers"),
        (lambda tensor: tensor.to(torch.int32), "is I32"),
        (lambda tensor: tensor[:, 1:].contiguous(), "has shape"),
        (None, "is missing"),
    ],
)
def test_a_wrong_tensor_is_named(kind, change, why):
    folder, load, name = kind
    tensors = load_file(folder / "model.safetensors")
    tensor = tensors.pop(name)
    save_file(tensors | ({name: change(tensor)} if change else {}), folder / "model.safetensors")
    assert f"{name} " in (line := refusal(folder, load)) and why in line


@pytest.mark.parametrize("text", ["", "{", "[]", "\x00\x01", "[" * 100_000])
def test_a_damaged_config_is_refused(kind, text):
    folder, load, _ = kind
    (folder / "config.json").write_text(text)
    assert refusal(folder, load)


def test_heads_that_do_not_divide_are_refused(kind):
    folder, load, _ = kind
    config = json.loads((folder / "config.json").read_text())
    name = "encoder_attention_heads" if "d_model" in config else "num_attention_heads"
    (folder / "config.json").write_text(json.dumps(config | {name: 5}))
    assert "16 channels do not divide into 5 heads" in refusal(folder, load)


SIZES = (
    "num_hidden_layers",
    "decoder_layers",
    "vocab_size",
    "hidden_size",
    "d_model",
    "intermediate_size",
    "encoder_ffn_dim",
    "max_position_embeddings",
)


@pytest.mark.parametrize("name", SIZES)
def test_enormous_sizes_take_no_memory(kind, name):
    """Positions of an encoder–decoder are in no tensor, so that nothing but a limit keeps their table small."""
    resource = pytest.importorskip("resource", reason="the system does not tell a process how much memory it took")
    folder, load, _ = kind
    config = json.loads((folder / "config.json").read_text())
    if name not in config or ("d_model" in config and name == "num_hidden_layers"):  # a copy there
        pytest.skip(f"this kind has no {name}")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for size in (1 << 20, 1 << 24, 1 << 40, -1, 0, True, "many"):
        (folder / "config.json").write_text(json.dumps(config | {name: size}))
        assert refusal(folder, load)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kilobytes, and bytes on a Mac
