"""Checkpoints: what is written comes back, and each kind of damage gives one clear line at once."""

from __future__ import annotations

import json
import pickle
import struct
import subprocess
import sys
import time

import pytest
import torch
from safetensors.torch import load_file, save_file

from tests.fakes import tiny_config
from tutor.engine.checkpoint import load_decoder, save_decoder
from tutor.engine.decoder import Decoder
from tutor.errors import InputError


@pytest.fixture
def folder(tmp_path):
    """A whole checkpoint."""
    torch.manual_seed(0)
    save_decoder(Decoder(tiny_config()), tmp_path)
    return tmp_path


def refusal(folder) -> str:
    """The one line that loading gives, within a second."""
    start = time.process_time()
    with pytest.raises(InputError) as caught:
        load_decoder(folder)
    assert time.process_time() - start < 1
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
def test_what_is_saved_comes_back(tmp_path, tied, dtype):
    torch.manual_seed(1)
    model = Decoder(tiny_config(tie_word_embeddings=tied))
    save_decoder(model, tmp_path, dtype)
    loaded = load_decoder(tmp_path)
    assert loaded.config == model.config
    assert ("lm_head.weight" in load_file(tmp_path / "model.safetensors")) is not tied
    for name, tensor in loaded.state_dict().items():
        assert tensor.dtype == torch.float32
        assert torch.equal(tensor, model.state_dict()[name].to(dtype).float())
    assert (loaded.lm_head.weight is loaded.model.embed_tokens.weight) is tied


def test_saving_over_a_checkpoint_leaves_a_whole_one(folder):
    model = Decoder(tiny_config(num_hidden_layers=3))
    save_decoder(model, folder, torch.float16)
    assert load_decoder(folder).config.num_hidden_layers == 3
    assert sorted(file.name for file in folder.iterdir()) == ["config.json", "model.safetensors"]


def _truncate(file):
    file.write_bytes(file.read_bytes()[:-100])


def _empty(file):
    file.write_bytes(b"")


def _huge_header(file):
    data = file.read_bytes()
    file.write_bytes(struct.pack("<Q", 10_000_000_000) + data[8:])


def _header(change):
    """Rewrite the JSON header, leaving the tensors' bytes alone."""

    def damage(file):
        data = file.read_bytes()
        (length,) = struct.unpack("<Q", data[:8])
        header = json.loads(data[8 : 8 + length])
        change(header)
        new = json.dumps(header).encode()
        file.write_bytes(struct.pack("<Q", len(new)) + new + data[8 + length :])

    return damage


NORM = "model.norm.weight"


@_header
def _lying_sizes(header):
    header[NORM]["shape"] = [1 << 40]


@_header
def _lying_offsets(header):
    header[NORM]["data_offsets"] = [0, 1 << 40]


@_header
def _strange_type(header):
    header[NORM]["dtype"] = "F33"


def _noise(file):
    file.write_bytes(bytes(range(256)) * 40)


@pytest.mark.parametrize(
    "damage", [_truncate, _empty, _huge_header, _lying_sizes, _lying_offsets, _strange_type, _noise]
)
def test_a_damaged_file_is_refused(folder, damage):
    damage(folder / "model.safetensors")
    assert "not a whole safetensors file" in refusal(folder)


@pytest.mark.parametrize(
    ("name", "tensor", "why"),
    [
        (NORM, None, f"{NORM} is missing"),
        (NORM, torch.ones(7), f"{NORM} has shape (7,), but the configuration asks for (16,)"),
        (NORM, torch.full((16,), torch.nan), "not numbers"),
        (NORM, torch.full((16,), torch.inf), "not numbers"),
        (NORM, torch.ones(16, dtype=torch.int32), "is I32"),
        ("model.layers.7.mlp.up_proj.weight", torch.ones(2, 2), "which config.json has no place for"),
    ],
)
def test_a_wrong_tensor_is_named(folder, name, tensor, why):
    tensors = load_file(folder / "model.safetensors")
    tensors.pop(name, None)
    save_file(tensors | ({} if tensor is None else {name: tensor}), folder / "model.safetensors")
    assert why in refusal(folder)


def test_several_missing_tensors_are_counted(folder):
    tensors = load_file(folder / "model.safetensors")
    save_file({NORM: tensors[NORM]}, folder / "model.safetensors")
    assert f"and {len(tensors) - 2} more are missing" in refusal(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"model_type": "gpt2"}', "\x00\x01", "[" * 100_000])
def test_a_damaged_config_is_refused(folder, text):
    (folder / "config.json").write_text(text)
    assert "config.json" in refusal(folder) or "hf" in refusal(folder)


def test_a_config_that_asks_for_too_much_is_refused_before_anything_is_made(folder):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"num_hidden_layers": 256}))
    assert "more are missing" in refusal(folder)


def test_enormous_sizes_within_the_limits_take_no_memory(folder):
    """Some 10 TB if it were made: what is wrong is found in the file's header before anything is."""
    resource = pytest.importorskip("resource", reason="the system does not tell a process how much memory it took")
    config = json.loads((folder / "config.json").read_text())
    config |= {"hidden_size": 1 << 16, "intermediate_size": 1 << 18, "num_hidden_layers": 40, "head_dim": 1 << 12}
    (folder / "config.json").write_text(json.dumps(config))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "has shape" in refusal(folder)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kilobytes, and bytes on a Mac


def test_opening_a_checkpoint_does_not_import_the_compiler_of_torch(folder):
    """It takes as long as importing torch, and first values of weights on the meta device would import it."""
    code = f"""if True:
        import pathlib, sys
        from tutor.engine.checkpoint import load_decoder
        load_decoder(pathlib.Path({str(folder)!r}))
        sys.exit("torch._dynamo" in sys.modules)"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_pickle_is_refused_and_never_opened(folder, tmp_path):
    class Trap:
        def __reduce__(self):
            return (exec, (f"open({str(tmp_path / 'sprung')!r}, 'w')",))

    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Trap()))
    assert "pickle" in refusal(folder)
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize(
    "index",
    [
        {},
        {"weight_map": []},
        {"weight_map": ["a"]},
        {"weight_map": {NORM: 3}},
        {"weight_map": {NORM: "model-1.safetensors"}},
        {"weight_map": {NORM: "../outside.safetensors"}},
    ],
)
def test_a_damaged_index_is_refused(folder, index):
    save_file({NORM: torch.ones(16)}, folder.parent / "outside.safetensors")
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    assert "model.safetensors.index.json" in refusal(folder)


def test_nothing_there_is_said_so(tmp_path):
    assert "no such file" in refusal(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps(tiny_config().to_dict()))
    assert "there is no model.safetensors" in refusal(tmp_path)
