"""Models in other packages, and GGUF files named by their paths, beside the models that have folders."""

from __future__ import annotations

import sys

import pytest

from tests.engine.test_gguf_file import write_model
from tutor.engine import guests, loading, registry, tokenization
from tutor.errors import InputError


@pytest.fixture
def guest(tmp_path, monkeypatch):
    """A package with a GGUF file in it, and a program that would be run if it were imported."""
    package = tmp_path / "brings_one"
    package.mkdir()
    (package / "__init__.py").write_text("raise SystemExit('imported')")
    write_model(package / "model.gguf")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(guests, "PACKAGES", {"guest": "brings_one", "absent": "no_such_package"})
    return package / "model.gguf"


def test_a_guest_is_listed_and_its_package_is_not_imported(guest):
    entry = registry.find("guest")
    assert (entry.directory, entry.kind, entry.source) == (guest, "decoder", "guest")
    assert "absent" not in [entry.name for entry in registry.entries()]
    assert "brings_one" not in sys.modules


def test_a_guest_loads_with_its_tokenizer(guest):
    loaded = loading.decoder("guest", "cpu")
    assert loaded.model.config.vocab_size == loaded.tokenizer.get_vocab_size()
    assert loading.encode(loaded, "The cat").ids == [
        token.id for token in tokenization.load("guest").encode("The cat")
    ]
    assert registry.parameters(guest) == sum(p.numel() for p in loaded.model.parameters())
    assert registry.size(guest) == guest.stat().st_size


def test_a_file_opens_by_its_path(guest):
    entry = registry.find(str(guest))
    assert (entry.name, entry.kind, entry.source) == ("model", "decoder", "path")
    assert loading.decoder(str(guest), "cpu").entry == entry


def test_a_changed_file_is_read_again(guest):
    before = loading.decoder("guest", "cpu")
    assert loading.decoder("guest", "cpu") is before
    write_model(guest, seed=1)
    assert loading.decoder("guest", "cpu") is not before


def test_check_reads_the_header(guest):
    assert registry.check(registry.find("guest")) == []
    guest.write_bytes(guest.read_bytes()[:-1])
    (problem,) = registry.check(registry.find("guest"))
    assert "not a whole GGUF file" in problem


def test_without_the_package_that_reads_gguf_it_says_what_to_install(guest, monkeypatch):
    monkeypatch.setitem(sys.modules, "gguf", None)
    with pytest.raises(InputError, match=r"transformer-tutor\[gguf\]"):
        loading.decoder("guest", "cpu")
