"""Sizes and costs, against the numbers that papers and releases give."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console, RenderableType

import fakes
from tutor import views
from tutor.engine import loading, sizes
from tutor.errors import InputError, UsageError
from tutor.experiments import scale

PUBLISHED = {
    "gpt2": 124_439_808,
    "smollm2-135m": 134_515_008,
    "gpt2-xl": 1_557_611_200,
    "llama-2-7b": 6_738_415_616,
}
"""Parameters of the released checkpoints, counted in their files."""


def one(name: str) -> scale.Sized:
    (model,) = scale.run(scale.Inputs((name,))).models
    return model


@pytest.mark.parametrize("name, parameters", PUBLISHED.items())
def test_parameters_are_those_of_the_released_files(name: str, parameters: int) -> None:
    assert one(name).parameters == parameters


def test_gpt3_has_the_parameters_and_the_training_cost_of_its_paper() -> None:
    """Brown et al. 2020, table D.1: 174,600 million parameters and 3.14e23 operations for 300 billion tokens."""
    gpt3 = one("gpt3")
    assert gpt3.parameters == pytest.approx(174_600e6, rel=1e-3)
    assert gpt3.training_operations == pytest.approx(3.14e23, rel=2e-3)


def test_operations_worked_by_hand() -> None:
    """GPT-2: 12·(4·768² + 8·768²) = 84,934,656 weights, and 38,597,376 in the output matrix."""
    operations = 2 * (84_934_656 + 50257 * 768) + 4 * 12 * 1024 * 768
    assert one("gpt2").operations_per_token == operations


def test_the_cache_of_llama_2_worked_by_hand() -> None:
    assert one("llama-2-7b").cache_bytes == 2 * 32 * 4096 * 2 * 4096  # K and V, layers, width, 16 bits, tokens


def test_a_checkpoint_is_counted_as_torch_counts_it(tmp_path: Path) -> None:
    for tied in (True, False):
        folder = fakes.checkpoint(tmp_path / str(tied), tie_word_embeddings=tied)
        model = loading.decoder(str(folder), "cpu").model
        assert one(str(folder)).parameters == sum(p.numel() for p in model.parameters())


def test_the_smallest_comes_first_and_the_sentence_compares_the_ends() -> None:
    result = scale.run(scale.Inputs(("gpt3", "gpt2")))
    assert [model.name for model in result.models] == ["gpt2", "gpt3"]
    assert views.words("scale", result)[0].startswith("gpt3 has 1,403 times the parameters of gpt2")


def test_a_configuration_without_sizes_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "llama", "hidden_size": 8}')
    with pytest.raises(InputError, match="sizes are missing"):
        one(str(tmp_path))


def test_grouped_keys_make_the_cache_smaller() -> None:
    shape = sizes.llama(fakes.tiny_config(num_key_value_heads=4).to_dict())
    grouped = sizes.llama(fakes.tiny_config(num_key_value_heads=1).to_dict())
    assert sizes.cache_bytes_per_token(shape) == 4 * sizes.cache_bytes_per_token(grouped)


def test_chosen_sizes_that_are_gpt2_s_give_gpt2() -> None:
    """Parameters and operations are the published model's; 1 billion tokens cost 6 operations a parameter each."""
    inputs = scale.Inputs(("gpt2",), layers=12, width=768, heads=12, vocabulary=50257, context=1024, billions=1.0)
    chosen, published = sorted(scale.run(inputs).models, key=lambda one: one.name == "gpt2")
    assert chosen.name == scale.CHOSEN and chosen.parameters == published.parameters
    assert chosen.operations_per_token == published.operations_per_token
    assert chosen.training_operations == pytest.approx(6e9 * chosen.parameters)
    assert views.words("scale", scale.run(inputs))[0].startswith(scale.CHOSEN)


def test_heads_have_to_share_the_width() -> None:
    with pytest.raises(UsageError, match="cannot be shared"):
        scale.run(scale.Inputs(("gpt2",), layers=2, width=100, heads=3))


def test_the_picture_says_what_its_columns_are_in() -> None:
    """`14.7 M` a token could be parameters, bytes or operations. A column that is left out is not explained."""
    result = scale.run(scale.Inputs(("gpt2", "gpt3")))
    wide, narrow = (drawn(views.picture("scale", result), width) for width in (100, 40))
    assert "a token: additions and multiplications" in wide and "cache: keys and values of one full context" in wide
    assert "a token: additions" in narrow and "cache:" not in narrow


def drawn(picture: RenderableType, width: int) -> str:
    console = Console(width=width, file=io.StringIO(), color_system=None)
    with console.capture() as capture:
        console.print(picture)
    return " ".join(capture.get().split())
