"""Positional encodings against the papers' formulas, and learned ones against their file."""

from __future__ import annotations

import io
import itertools
import json
import math

import numpy as np
import pytest
from rich.console import Console
from safetensors.numpy import save_file

from tutor import views
from tutor.engine.positions import Floats
from tutor.errors import InputError, UsageError
from tutor.experiments.positions import Inputs, run
from tutor.views.ascii import Ascii


def formula(position: int, channel: int, width: int) -> float:
    """Vaswani et al. 2017, section 3.5, one number at a time."""
    angle = position / math.pow(10000.0, (channel - channel % 2) / width)
    return math.cos(angle) if channel % 2 else math.sin(angle)


@pytest.mark.parametrize(("length", "width"), [(1, 2), (3, 2), (50, 64), (1024, 6)])
def test_sinusoids_are_the_paper_s(length, width):
    expected = [[formula(position, channel, width) for channel in range(width)] for position in range(length)]
    np.testing.assert_allclose(run(Inputs(length=length, width=width)).encoding, expected, atol=1e-12)


def test_rotary_positions_are_turned_unit_vectors():
    """A rotation by m·θ takes (1, 0) to its cosine and sine (Su et al. 2021, equation 34)."""
    encoding = run(Inputs("rotary", 20, 8)).encoding
    for position in range(20):
        for pair in range(4):
            turned = complex(1, 0) * np.exp(1j * position * 10000 ** (-2 * pair / 8))
            assert encoding[position, 2 * pair : 2 * pair + 2] == pytest.approx([turned.real, turned.imag])


@pytest.mark.parametrize("kind", ["sinusoidal", "rotary"])
def test_similarity_by_distance_is_a_mean_of_cosines(kind):
    """Both schemes give the mean cosine of the angles between two positions, wherever these are."""
    result = run(Inputs(kind, 40, 16))
    for distance in (0, 1, 7, 39):
        expected = np.mean([math.cos(distance / 10000 ** (2 * pair / 16)) for pair in range(8)])
        assert result.similarity[distance] == pytest.approx(expected)
    assert result.similarity_spread.max() < 1e-12


def learned(folder, table: Floats, name: str = "bert.embeddings.position_embeddings.weight", kind: str = "bert"):
    """A folder with just what is read of a model."""
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps({"model_type": kind}))
    save_file({name: table, "other": np.zeros(2, np.float32)}, folder / "model.safetensors")
    return str(folder)


@pytest.mark.parametrize("name", ["bert.embeddings.position_embeddings.weight", "transformer.wpe.weight"])
def test_learned_positions_are_the_table_in_the_file(tmp_path, name):
    table = np.random.default_rng(0).normal(size=(12, 5)).astype(np.float32)
    result = run(Inputs("learned", 9, 64, learned(tmp_path / "tiny", table, name)))
    assert result.model == "tiny"
    np.testing.assert_array_equal(result.encoding, table[:9].astype(np.float64))
    cosines = [float(a @ b / np.linalg.norm(a) / np.linalg.norm(b)) for a, b in itertools.pairwise(table[:9])]
    assert result.similarity[1] == pytest.approx(np.mean(cosines), abs=1e-6)
    assert result.similarity_spread[1] == pytest.approx(np.std(cosines), abs=1e-6)
    assert "the place matters too" in views.words("positions", result)[1]


def test_a_learned_table_ends_and_some_models_have_none(tmp_path):
    model = learned(tmp_path / "tiny", np.ones((12, 4), np.float32))
    with pytest.raises(UsageError, match="tiny has learned 12 positions and knows no other; give at most 12"):
        run(Inputs("learned", 13, 64, model))
    sinusoids = learned(tmp_path / "marian", np.ones((12, 4), np.float32), "model.encoder.embed_positions.weight")
    with pytest.raises(InputError, match="it has no learned positions"):
        run(Inputs("learned", 4, 64, sinusoids))
    with pytest.raises(InputError, match="no such model"):
        run(Inputs("learned", 4, 64, "no/such/model"))
    broken = learned(tmp_path / "broken", np.full((12, 4), np.nan, np.float32))
    with pytest.raises(InputError, match="no matrix of numbers"):
        run(Inputs("learned", 4, 64, broken))
    (tmp_path / "tiny" / "model.safetensors").write_bytes(b"short")
    with pytest.raises(InputError, match="not a whole safetensors file"):
        run(Inputs("learned", 4, 64, model))


def test_an_odd_width_is_refused():
    with pytest.raises(UsageError, match="channels come in pairs"):
        run(Inputs(width=7))


@pytest.mark.parametrize("kind", ["sinusoidal", "rotary"])
def test_a_model_for_positions_that_follow_a_formula_is_refused(kind):
    with pytest.raises(UsageError, match=f"--model gapfiller: {kind} positions are no model's; add --kind learned"):
        run(Inputs(kind, model="gapfiller"))


def drawn(result, width: int, height: int, ascii_only: bool = False, colour: bool = True) -> list[str]:
    console = Console(
        file=io.StringIO(), width=width, height=height, force_terminal=True, _environ={},
        color_system="truecolor" if colour else None,
    )  # fmt: skip
    picture = views.picture("positions", result)
    with console.capture() as capture:
        console.print(Ascii(picture) if ascii_only else picture)
    return Console(file=io.StringIO()).render_str(capture.get()).plain.splitlines()


@pytest.mark.parametrize(("length", "height"), [(1, 18), (16, 18), (32, 18), (33, 60), (1024, 18), (1024, 60)])
def test_the_map_comes_first_and_fits_the_height_that_there_is(length, height):
    """What can be seen without scrolling holds the whole map and its legend."""
    for ascii_only in (False, True):
        lines = drawn(run(Inputs(length=length, width=64)), 80, height, ascii_only)
        legends = [number for number, line in enumerate(lines) if "value of a channel" in line]
        assert len(legends) == 1 and legends[0] < height
        text = "\n".join(lines)
        assert ("mean similarity" in text and "channel 8" in text) == (length > 1)
        assert not ascii_only or text.isascii()


def test_two_positions_share_a_line_where_a_line_each_is_too_much():
    """Upper and lower half of a character have the colours of two rows."""
    lines = drawn(run(Inputs(length=32, width=8)), 80, 18)
    map_lines = [line for line in lines if "▀" in line]
    assert len(map_lines) == 16
    assert "2 rows a line" in "\n".join(lines)


def test_what_is_told_of_sinusoids():
    result = run(Inputs(length=64, width=64))
    told = views.words("positions", result)
    lowest = 1 + int(np.argmin(result.similarity[1:]))
    assert told[0] == "64 positions of 64 channels each, sinusoidal."
    assert f"it is lowest at {lowest} apart, {result.similarity[lowest]:.2f}; distance alone decides" in told[1]
    assert len(views.words("positions", run(Inputs(length=1)))) == 1
