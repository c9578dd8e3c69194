"""GGUF: each packing against its definition, a whole file against the checkpoint it was made from, and damage."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from tests.fakes import WORDS, tiny_config, tokenizer_json
from tutor.engine import checkpoint, gguf_file, gguf_header
from tutor.engine.decoder import Decoder
from tutor.errors import InputError

gguf = pytest.importorskip("gguf", reason="the package that writes and unpacks GGUF is not installed")
Q = gguf.GGMLQuantizationType

NAMES = {
    "model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output",
    "input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output", "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
}  # fmt: skip


def their_name(ours: str) -> str:
    stem, last = ours.rsplit(".", 1)
    if stem.startswith("model.layers."):
        _, _, layer, inner = stem.split(".", 3)
        return f"blk.{layer}.{NAMES[inner]}.{last}"
    return f"{NAMES[stem]}.{last}"


def side_by_side(weight: np.ndarray, heads: int) -> np.ndarray:
    """Rows of each head in the order 0, D/2, 1, D/2 + 1, …, as GGUF has the rows of queries and keys."""
    D = len(weight) // heads
    order = [head * D + half * D // 2 + pair for head in range(heads) for pair in range(D // 2) for half in (0, 1)]
    return weight[order]


def random_model(seed: int = 0, **sizes) -> Decoder:
    torch.manual_seed(seed)
    model = Decoder(tiny_config(hidden_size=32, **sizes)).eval().requires_grad_(False)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.4)
    return model


def write_model(path: Path, seed: int = 0, packing=Q.F32, changes=None, **sizes) -> Decoder:
    """A random decoder with the tests' tokenizer as a GGUF file; `changes` replaces entries of its metadata."""
    model = random_model(seed, **sizes)
    config = model.config
    writer = gguf.GGUFWriter(path, "llama")
    tokenizer = Tokenizer.from_str(tokenizer_json())
    tokens = [tokenizer.id_to_token(index) for index in range(tokenizer.get_vocab_size())]
    known, merges = set(tokens), []
    for word in WORDS:
        merges += [f"{word[: end - 1]} {word[end - 1]}" for end in range(2, len(word) + 1) if word[:end] in known]
    metadata = {
        "llama.vocab_size": config.vocab_size,
        "llama.embedding_length": config.hidden_size,
        "llama.feed_forward_length": config.intermediate_size,
        "llama.block_count": config.num_hidden_layers,
        "llama.attention.head_count": config.num_attention_heads,
        "llama.attention.head_count_kv": config.num_key_value_heads,
        "llama.context_length": config.max_position_embeddings,
        "llama.attention.layer_norm_rms_epsilon": config.rms_norm_eps,
        "llama.rope.freq_base": config.rope_theta,
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "gpt-2",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.token_type": [3] + [1] * (len(tokens) - 1),
        "tokenizer.ggml.merges": list(dict.fromkeys(merges)),
        "tokenizer.ggml.bos_token_id": 0,
        "tokenizer.ggml.eos_token_id": 0,
    }
    for key, value in (metadata | (changes or {})).items():
        if value is None:
            continue
        if isinstance(value, list):
            writer.add_array(key, value)
        else:
            kind = {str: writer.add_string, float: writer.add_float32, int: writer.add_uint32}[type(value)]
            kind(key, value)
    for name, tensor in model.state_dict().items():
        if name == "lm_head.weight" and config.tie_word_embeddings:
            continue
        array = tensor.numpy()
        heads = {"q_proj": config.num_attention_heads, "k_proj": config.num_key_value_heads}.get(name.split(".")[-2])
        if heads:
            array = side_by_side(array, heads)
        chosen = packing if array.ndim == 2 else Q.F32
        writer.add_tensor(their_name(name), gguf.quants.quantize(array, chosen), raw_dtype=chosen)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return model


@pytest.mark.parametrize("sizes", [{}, {"tie_word_embeddings": True}, {"attention_bias": True, "mlp_bias": True}])
def test_the_decoder_is_the_one_that_was_written(tmp_path, sizes):
    model = write_model(tmp_path / "m.gguf", **sizes)
    loaded = checkpoint.load_decoder(tmp_path / "m.gguf")
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, loaded.state_dict()[name]), name
    ids = torch.arange(20)[None]
    torch.testing.assert_close(loaded(ids), model(ids))


@pytest.mark.parametrize("packing", [Q.F16, Q.BF16, Q.Q8_0, Q.Q4_0, Q.Q4_1])
def test_packed_weights_are_near_the_ones_that_were_packed(tmp_path, packing):
    model = write_model(tmp_path / "m.gguf", packing=packing)
    loaded = checkpoint.load_decoder(tmp_path / "m.gguf").state_dict()
    steps = {Q.F16: 0.001, Q.BF16: 0.008, Q.Q8_0: 0.01, Q.Q4_0: 0.2, Q.Q4_1: 0.15}
    for name, tensor in model.state_dict().items():
        assert (tensor - loaded[name]).abs().max() < steps[packing], name


def half(data: bytes) -> float:
    return struct.unpack("<e", data)[0]


def q4_0(block: bytes) -> list[float]:
    """A scale, then 16 bytes: low halves are numbers 0 to 15, high halves 16 to 31, each less 8."""
    return [half(block[:2]) * (nibble - 8) for nibble in nibbles(block[2:])]


def q4_1(block: bytes) -> list[float]:
    """A scale, the smallest, then 16 bytes as above."""
    return [half(block[:2]) * nibble + half(block[2:4]) for nibble in nibbles(block[4:])]


def q8_0(block: bytes) -> list[float]:
    """A scale, then 32 signed bytes."""
    return [half(block[:2]) * number for number in struct.unpack("<32b", block[2:])]


def nibbles(data: bytes) -> list[int]:
    return [byte & 15 for byte in data] + [byte >> 4 for byte in data]


def q4_k(block: bytes) -> list[float]:
    """Two scales, 8 pairs of 6-bit numbers (scale and smallest of 32 each) in 12 bytes, then 128 bytes of halves."""
    d, least, packed, values = half(block[:2]), half(block[2:4]), block[4:16], block[16:]
    found = []
    for j in range(8):
        if j < 4:
            scale, offset = packed[j] & 63, packed[j + 4] & 63
        else:
            scale = (packed[j + 4] & 15) | (packed[j - 4] >> 6) << 4
            offset = (packed[j + 4] >> 4) | (packed[j] >> 6) << 4
        chunk = values[32 * (j // 2) : 32 * (j // 2) + 32]
        found += [d * scale * ((byte >> 4) if j % 2 else byte & 15) - least * offset for byte in chunk]
    return found


def q6_k(block: bytes) -> list[float]:
    """128 bytes of low halves, 64 of two high bits, 16 signed scales of 16 numbers each, one scale; each less 32."""
    low, high, scales, d = block[:128], block[128:192], struct.unpack("<16b", block[192:208]), half(block[208:])
    found = []
    for i in range(256):
        part, within = divmod(i, 128)
        group, at = divmod(within, 32)
        byte = low[64 * part + 32 * (group % 2) + at]
        bits = (high[32 * part + at] >> (2 * group)) & 3
        number = ((byte & 15) if group < 2 else byte >> 4) | bits << 4
        found.append(d * scales[i // 16] * (number - 32))
    return found


@pytest.mark.parametrize(
    ("name", "halves", "meaning"),
    [("Q4_0", [0], q4_0), ("Q4_1", [0, 2], q4_1), ("Q8_0", [0], q8_0), ("Q4_K", [0, 2], q4_k), ("Q6_K", [208], q6_k)],
)
def test_each_packing_means_what_its_format_says(tmp_path, name, halves, meaning):
    """Random bytes with sensible scales, unpacked number by number."""
    packing = next(one for one in gguf_header.PACKINGS.values() if one.name == name)
    random = np.random.default_rng(0)
    blocks = []
    for _ in range(4):
        block = bytearray(random.bytes(packing.bytes))
        for at in halves:
            block[at : at + 2] = struct.pack("<e", random.normal())
        blocks.append(bytes(block))
    expected = np.array([meaning(block) for block in blocks]).reshape(2, -1)
    file = tmp_path / "one.gguf"
    writer = gguf.GGUFWriter(file, "llama")
    packed = np.frombuffer(b"".join(blocks), np.uint8).reshape(2, -1)
    writer.add_tensor("output.weight", packed, raw_dtype=Q[name])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    found = gguf_file.numbers(file, "output.weight")
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


def test_the_tokenizer_splits_as_the_one_it_was_written_from(tmp_path):
    write_model(tmp_path / "m.gguf")
    ours = Tokenizer.from_str(gguf_file.tokenizer_json(tmp_path / "m.gguf"))
    theirs = Tokenizer.from_str(tokenizer_json())
    assert ours.get_vocab() == theirs.get_vocab()
    for text in ("The cat sat on it", " the hungry cat<|endoftext|>was", "naïve 😀 1234", ""):
        assert ours.encode(text).ids == theirs.encode(text).ids
        assert ours.decode(ours.encode(text).ids) == theirs.decode(theirs.encode(text).ids)


def test_digits_stand_apart_where_the_file_says_so(tmp_path):
    write_model(tmp_path / "m.gguf", changes={"tokenizer.ggml.pre": "smollm"})
    tokenizer = Tokenizer.from_str(gguf_file.tokenizer_json(tmp_path / "m.gguf"))
    assert [word for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str("in 2024")] == [
        "in",
        "Ġ",
        "2",
        "0",
        "2",
        "4",
    ]


def refusal(path: Path) -> str:
    """The one line that opening gives."""
    with pytest.raises(InputError) as caught:
        checkpoint.load_decoder(path)
        gguf_file.tokenizer_json(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"llama.attention.head_count": 5}, "do not divide into 5 heads"),
        ({"llama.attention.head_count": "many"}, "not sensible sizes"),
        ({"llama.block_count": None}, "num_hidden_layers"),
        ({"llama.block_count": 3}, "are missing"),
        ({"llama.block_count": 1}, "no place for"),
        ({"llama.embedding_length": 40}, "has shape"),
        ({"llama.vocab_size": 1 << 31}, "not a sensible size"),
        ({"llama.rope.scaling.type": "yarn"}, "stretched"),
        ({"llama.rope.scaling.type": "linear"}, "factor"),
        ({"general.alignment": 0}, "alignment"),
        ({"tokenizer.ggml.model": "llama"}, "tokenizer is llama"),
        ({"tokenizer.ggml.pre": "qwen2"}, "qwen2"),
        ({"tokenizer.ggml.merges": ["no such"]}, "do not fit together"),
        ({"tokenizer.ggml.tokens": ["a", "a"]}, "do not fit together"),
        ({"tokenizer.ggml.tokens": None}, "do not fit together"),
        ({"tokenizer.ggml.token_type": [1]}, "do not fit together"),
    ],
)
def test_metadata_that_make_no_sense_are_refused(tmp_path, changes, why):
    write_model(tmp_path / "m.gguf", changes=changes)
    assert why in refusal(tmp_path / "m.gguf")


def test_weights_that_are_no_numbers_are_refused(tmp_path):
    write_model(tmp_path / "m.gguf")
    place = gguf_header.read(tmp_path / "m.gguf").tensors["blk.0.attn_q.weight"]
    data = bytearray((tmp_path / "m.gguf").read_bytes())
    data[place.offset : place.offset + 4] = struct.pack("<f", float("nan"))
    (tmp_path / "m.gguf").write_bytes(data)
    assert "self_attn.q_proj.weight holds values that are not numbers" in refusal(tmp_path / "m.gguf")


HUGE = struct.pack("<Q", 10_000_000_000)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GGUF",
        b"PK\x03\x04" * 20,
        b"GGUF" + struct.pack("<IQQ", 1, 0, 0),
        b"GGUF" + struct.pack("<I", 3) + HUGE + HUGE,
        b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + HUGE + b"a",
        b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 1) + b"a" + struct.pack("<II", 9, 4) + HUGE,
        b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 1) + b"a" + struct.pack("<II", 9, 9) + HUGE,
        b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 1) + b"a" + struct.pack("<I", 77) + bytes(9),
        b"GGUF" + struct.pack("<IQQ", 3, 1, 0) + struct.pack("<Q", 1) + b"a" + struct.pack("<I", 1 << 30) + bytes(90),
        b"GGUF" + struct.pack("<IQQ", 3, 1, 0) + struct.pack("<Q", 1) + b"a" + struct.pack("<IQIQ", 1, 8, 99, 0),
        b"GGUF" + struct.pack("<IQQ", 3, 1, 0) + struct.pack("<Q", 1) + b"a" + struct.pack("<IQIQ", 1, 1 << 60, 0, 0),
        b"GGUF" + struct.pack("<IQQ", 3, 1, 0) + struct.pack("<Q", 1) + b"a" + struct.pack("<IQIQ", 1, 8, 0, 1 << 60),
    ],
)
def test_a_damaged_header_is_refused(tmp_path, data):
    (tmp_path / "m.gguf").write_bytes(data)
    assert "not a whole GGUF file" in refusal(tmp_path / "m.gguf")


def test_any_truncation_is_refused(tmp_path):
    write_model(tmp_path / "m.gguf")
    data = (tmp_path / "m.gguf").read_bytes()
    for length in range(0, len(data), len(data) // 40):
        (tmp_path / "cut.gguf").write_bytes(data[:length])
        assert "not a whole GGUF file" in refusal(tmp_path / "cut.gguf")


def test_another_architecture_and_no_file_are_said_so(tmp_path):
    writer = gguf.GGUFWriter(tmp_path / "m.gguf", "gemma")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    assert "'gemma'" in refusal(tmp_path / "m.gguf")
    assert "No such file" in refusal(tmp_path / "none.gguf")


def test_a_packing_that_is_not_read_is_named(tmp_path):
    about = struct.pack("<IQQ", 3, 1, 0) + struct.pack("<Q", 1) + b"a" + struct.pack("<IQIQ", 1, 256, 11, 0)
    (tmp_path / "m.gguf").write_bytes(b"GGUF" + about + bytes(500))
    assert "a is packed as Q3_K, which is not read here; get the model packed as one of BF16" in refusal(
        tmp_path / "m.gguf"
    )
