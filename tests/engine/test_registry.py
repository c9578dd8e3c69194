"""Which models there are, by name and by path, and whether their files are as they should be."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from tutor import paths
from tutor.engine import registry
from tutor.errors import InputError


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Empty folders for bundled models and for the learner's own."""
    monkeypatch.setattr(paths, "bundled_models", lambda: tmp_path / "models")
    monkeypatch.setenv("TUTOR_STATE", str(tmp_path / "state"))
    return tmp_path


def make(folder: Path, model_type: str = "llama") -> Path:
    """A folder that looks like a checkpoint: 2 × 3 + 4 parameters."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"model_type": model_type}))
    (folder / "tokenizer.json").write_text("{}")
    save_file({"a": np.zeros((2, 3), np.float32), "b": np.zeros(4, np.float16)}, folder / "model.safetensors")
    return folder


def test_no_models_is_no_error(shelf: Path) -> None:
    assert registry.entries() == ()


def test_bundled_models_and_the_learners_own_are_listed_by_name(shelf: Path) -> None:
    make(shelf / "models" / "storyteller")
    make(shelf / "models" / "gapfiller", "bert")
    make(shelf / "state" / "models" / "pirate")
    found = [(entry.name, entry.kind, entry.source) for entry in registry.entries()]
    assert found == [
        ("gapfiller", "encoder", "bundled"),
        ("pirate", "decoder", "yours"),
        ("storyteller", "decoder", "bundled"),
    ]


def test_the_learners_own_model_hides_a_bundled_one_of_its_name(shelf: Path) -> None:
    make(shelf / "models" / "storyteller")
    own = make(shelf / "state" / "models" / "storyteller")
    assert registry.find("storyteller").directory == own


@pytest.mark.parametrize("model_type, kind", [("llama", "decoder"), ("marian", "seq2seq"), ("gpt2", "other")])
def test_the_kind_is_read_from_the_configuration(tmp_path: Path, model_type: str, kind: str) -> None:
    assert registry.kind_of(make(tmp_path / "m", model_type)) == kind


def test_a_damaged_configuration_is_listed_all_the_same(shelf: Path) -> None:
    folder = make(shelf / "models" / "storyteller")
    (folder / "config.json").write_text("{")
    assert registry.find("storyteller").kind == "other"
    with pytest.raises(InputError, match=r"config\.json: unreadable"):
        registry.config(folder)


def test_a_directory_or_its_weights_open_by_path(shelf: Path) -> None:
    folder = make(shelf / "elsewhere" / "mine")
    for named in (folder, folder / "model.safetensors"):
        entry = registry.find(str(named))
        assert (entry.name, entry.source, entry.directory) == ("mine", "path", folder)


def test_an_unknown_name_is_told_the_close_one(shelf: Path) -> None:
    make(shelf / "models" / "storyteller")
    with pytest.raises(InputError, match="did you mean storyteller"):
        registry.find("storyteler")


def test_an_unlike_name_is_told_all_names(shelf: Path) -> None:
    make(shelf / "models" / "storyteller")
    make(shelf / "models" / "gapfiller", "bert")
    with pytest.raises(InputError, match="gapfiller, storyteller"):
        registry.find("xyz")


def test_only_models_that_can_be_used_are_offered(shelf: Path) -> None:
    for name, recipe in (
        ("writer", ""),
        ("coder", '[tokenizer]\npieces = "python"'),
        ("painter", 'kind = "painter"'),
    ):
        (make(shelf / "models" / name) / "recipe.toml").write_text(recipe, encoding="utf-8")
    make(shelf / "models" / "matcher", "tutor-matcher")
    assert registry.alike(["decoder"]) == ["writer"]
    assert registry.alike(["decoder"], "python") == ["coder"]
    assert registry.find("matcher").kind == "matcher"
    with pytest.raises(InputError, match=r"choose one of: painter$"):
        registry.find("xyz", ["decoder"], "digits")


@pytest.mark.parametrize("suffix", [".bin", ".pt", ".pth", ".ckpt", ".pkl"])
def test_pickled_weights_are_refused_with_the_reason(shelf: Path, suffix: str) -> None:
    folder = shelf / "foreign"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    file = folder / f"model{suffix}"
    file.write_bytes(b"\x80\x04.")
    for named in (file, folder):
        with pytest.raises(InputError, match=r"refused, because .* run any program"):
            registry.find(str(named))


def test_a_directory_without_a_configuration_is_refused(shelf: Path) -> None:
    (shelf / "empty").mkdir()
    with pytest.raises(InputError, match=r"no config\.json"):
        registry.find(str(shelf / "empty"))


@pytest.mark.parametrize("name", ["", "x" * 5000, "a\0b", "~no-such-user/x"])
def test_what_can_be_no_name_and_no_path(shelf: Path, name: str) -> None:
    with pytest.raises(InputError, match="no such model"):
        registry.find(name)


def test_parameters_are_counted_from_the_header(tmp_path: Path) -> None:
    assert registry.parameters(make(tmp_path / "m")) == 10


@pytest.mark.parametrize("header", [b"", b"\xff" * 8, (10).to_bytes(8, "little") + b"not json!!"])
def test_a_damaged_header_is_one_clear_error(tmp_path: Path, header: bytes) -> None:
    folder = make(tmp_path / "m")
    (folder / "model.safetensors").write_bytes(header)
    with pytest.raises(InputError, match="header is damaged"):
        registry.parameters(folder)


def test_sums_are_what_sha256sum_checks(shelf: Path) -> None:
    folder = make(shelf / "models" / "storyteller")
    registry.write_sums(folder)
    assert registry.check(registry.find("storyteller")) == []
    assert subprocess.run(["sha256sum", "-c", "--quiet", registry.SUMS], cwd=folder, check=False).returncode == 0


def test_a_changed_a_missing_and_an_unlisted_file_are_found(shelf: Path) -> None:
    folder = make(shelf / "models" / "storyteller")
    (folder / "README.md").write_text("card")
    registry.write_sums(folder)
    (folder / "config.json").write_text('{"model_type": "llama", "more": 1}')
    (folder / "README.md").unlink()
    (folder / "extra.txt").write_text("?")
    problems = registry.check(registry.find("storyteller"))
    assert sorted(problems) == [
        "README.md is missing",
        "config.json has changed since it was listed in SHA256SUMS",
        "extra.txt is not listed in SHA256SUMS",
    ]


def test_only_a_bundled_model_has_to_have_sums(shelf: Path) -> None:
    make(shelf / "models" / "storyteller")
    make(shelf / "state" / "models" / "pirate")
    assert registry.check(registry.find("storyteller")) == ["SHA256SUMS is missing"]
    assert registry.check(registry.find("pirate")) == []


def test_missing_weights_are_found_without_sums(shelf: Path) -> None:
    folder = make(shelf / "state" / "models" / "pirate")
    (folder / "model.safetensors").unlink()
    assert registry.check(registry.find("pirate")) == ["model.safetensors is missing"]
