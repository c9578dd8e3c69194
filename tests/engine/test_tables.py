"""Tables of vectors in a model's files: against what was saved there, and against torch's own cosine."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file
from safetensors.torch import save_file as save_torch

from tests import fakes
from tutor.engine import checkpoint, registry, tables, vectors
from tutor.errors import InputError


def test_the_token_embeddings_of_a_decoder(tmp_path):
    folder = fakes.checkpoint(tmp_path)
    weights = checkpoint.load_decoder(folder, "cpu").model.embed_tokens.weight.detach().float()
    found = tables.token_vectors(registry.find(str(folder)))
    expected = torch.nn.functional.normalize(weights, dim=1).numpy()
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_the_nearest_rows_are_those_of_the_largest_cosine():
    table = np.random.default_rng(0).normal(size=(200, 8)).astype(np.float32)
    unit = table / np.linalg.norm(table, axis=1, keepdims=True)
    found = vectors.nearest(unit, unit[3], 5, without=[3])
    cosines = torch.nn.functional.cosine_similarity(torch.tensor(table), torch.tensor(table[3])[None]).numpy()
    cosines[3] = -2
    assert [row for row, _ in found] == np.argsort(-cosines)[:5].tolist()
    np.testing.assert_allclose([cosine for _, cosine in found], np.sort(cosines)[::-1][:5], atol=1e-5)


def test_a_row_of_zeros_is_near_to_nothing(tmp_path):
    save_file({"shared.weight": np.array([[0, 0], [3, 4]], np.float16)}, tmp_path / "model.safetensors")
    found = tables.token_vectors(registry.Entry("toy", tmp_path, "seq2seq", "path"))
    np.testing.assert_allclose(found, [[0, 0], [0.6, 0.8]], atol=1e-6)


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (lambda file: save_file({"other": np.ones((2, 2))}, file), "no table of token embeddings"),
        (lambda file: save_file({"wte.weight": np.full((2, 2), np.nan)}, file), "no matrix of numbers"),
        (
            lambda file: save_torch({"wte.weight": torch.ones(2, 2, dtype=torch.bfloat16)}, file),
            "cannot read the type",
        ),
        (lambda file: file.write_bytes(b"\xff" * 20), "not a whole safetensors file"),
    ],
)
def test_what_holds_no_table_is_said(tmp_path, write, said):
    write(tmp_path / "model.safetensors")
    with pytest.raises(InputError, match=said):
        tables.token_vectors(registry.Entry("toy", tmp_path, "decoder", "path"))
