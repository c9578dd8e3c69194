"""`tutor models`: what there is, what one is, whether its files are as they should be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import fakes
from tutor import paths
from tutor.cli.models import command
from tutor.engine import registry


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of bundled models with one in it, listed with its sums."""
    monkeypatch.setattr(paths, "bundled_models", lambda: tmp_path)
    folder = fakes.checkpoint(tmp_path / "storyteller")
    (folder / "README.md").write_text("---\nlicense: apache-2.0\n---\n# Storyteller\n\nIt tells stories.\n")
    registry.write_sums(folder)
    return tmp_path


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(command, list(words))
    return result.exit_code, result.output


def test_the_list_says_what_there_is(shelf: Path) -> None:
    status, out = run("list")
    assert status == 0
    assert out.splitlines()[1].split()[:2] == ["storyteller", "decoder"]


def test_the_list_as_json_counts_parameters_and_bytes(shelf: Path) -> None:
    document = json.loads(run("list", "--json")[1])
    (model,) = document["models"]
    files = list((shelf / "storyteller").iterdir())
    assert document["schema"] == "tutor/models-list/1"
    assert model["bytes"] == sum(file.stat().st_size for file in files)
    # Two layers of 16 channels, 4 heads of 4 with 2 groups, 32 hidden, 281 tokens read in and written out.
    layer = 16 * (16 + 8 + 8 + 16) + 3 * 16 * 32 + 2 * 16
    assert model["parameters"] == 2 * 281 * 16 + 2 * layer + 16


def test_the_list_in_sentences(shelf: Path) -> None:
    assert run("list", "--plain")[1].startswith("storyteller: decoder, bundled, ")


def test_no_models_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "bundled_models", lambda: tmp_path)
    assert run("list") == (0, "There are no models yet.\n")


def test_one_model_with_its_card_but_not_the_card_s_header(shelf: Path) -> None:
    out = run("show", "storyteller")[1]
    assert "2 layers, 4 heads, 16 width, 281 vocabulary, 64 context" in out
    assert "It tells stories." in out
    assert "license:" not in out


def test_an_unknown_model_is_one_line_and_status_3(shelf: Path) -> None:
    status, out = run("show", "storyteler")
    assert (status, out) == (3, "tutor: storyteler: no such model; did you mean storyteller?\n")


def test_checking_whole_and_damaged_files(shelf: Path) -> None:
    assert run("check") == (0, "storyteller: as it should be\n")
    (shelf / "storyteller" / "tokenizer.json").write_text("{}")
    status, out = run("check", "storyteller")
    assert status == 1
    assert out == "storyteller: tokenizer.json has changed since it was listed in SHA256SUMS\n"
    assert json.loads(run("check", "--json")[1])["models"][0]["problems"]


def test_a_gguf_file_is_shown_as_a_file(tmp_path: Path) -> None:
    pytest.importorskip("gguf", reason="the extra gguf is not installed")
    from tests.engine.test_gguf_file import write_model

    write_model(tmp_path / "m.gguf")
    out = run("show", str(tmp_path / "m.gguf"), "--plain")[1]
    assert f"File: {tmp_path / 'm.gguf'}" in out and "Folder:" not in out and "Configuration: " in out


def test_removing_is_asked_for_and_exporting_names_its_files(shelf: Path, tmp_path: Path) -> None:
    assert run("export", "storyteller", str(tmp_path / "out"))[1].split() == [
        str(tmp_path / "out" / name) for name in ("README.md", "config.json", "model.safetensors", "tokenizer.json")
    ]
    assert run("export", "storyteller", str(tmp_path / "out"))[0] == 2
    fakes.checkpoint(paths.user_models() / "pirate")
    (paths.runs() / "pirate").mkdir(parents=True)
    status, out = run("remove", "pirate")
    assert status == 2 and "give --yes" in out
    assert run("remove", "storyteller", "--yes")[0] == 3
    assert run("remove", "pirate", "--yes") == (0, f"pirate is removed; its run stays in {paths.runs() / 'pirate'}\n")
    assert run("show", "pirate")[0] == 3
