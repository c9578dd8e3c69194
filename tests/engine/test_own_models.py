"""The learner's own shelf: filled from a hub that is only played, written elsewhere, removed; the cache of others."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import load_file

from tests import fakes
from tests.engine.test_gguf_file import write_model
from tutor import paths
from tutor.engine import guests, loading, own_models, registry
from tutor.engine.only_writer import only_writer
from tutor.errors import InputError, UsageError

hub = pytest.importorskip("huggingface_hub", reason="the extra hf is not installed")

JUNK = {"pytorch_model.bin": b"\x80\x04.", "onnx/model.onnx": b"1", "flax_model.msgpack": b"2"}


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A hub with one repository: the files of a folder, to which a test may add. Fetched files are remembered."""
    folder = fakes.checkpoint(tmp_path / "hub" / "tiny")
    for name, data in JUNK.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
    asked: list[str] = []

    class Api:
        def model_info(self, name):
            if name != "owner/tiny":
                raise _not_found()
            files = [file for file in folder.rglob("*") if file.is_file()]
            return SimpleNamespace(
                siblings=[SimpleNamespace(rfilename=file.relative_to(folder).as_posix()) for file in files]
            )

    def snapshot_download(name, *, allow_patterns, local_dir):
        asked.extend(allow_patterns)
        (Path(local_dir) / ".cache" / "huggingface").mkdir(parents=True)
        for pattern in allow_patterns:
            (Path(local_dir) / pattern).write_bytes((folder / pattern).read_bytes())

    monkeypatch.setattr(hub, "HfApi", Api)
    monkeypatch.setattr(hub, "snapshot_download", snapshot_download)
    return folder, asked


def _not_found():
    return hub.errors.RepositoryNotFoundError.__new__(hub.errors.RepositoryNotFoundError)


def shelf() -> list[str]:
    folder = paths.user_models()
    return sorted(file.name for file in folder.iterdir()) if folder.is_dir() else []


def test_what_is_added_opens_by_name_and_has_no_junk(repository):
    entry = own_models.add("owner/tiny")
    assert (entry.name, entry.kind, entry.source) == ("tiny", "decoder", "yours")
    assert sorted(file.name for file in entry.directory.iterdir()) == [
        "config.json", "model.safetensors", "tokenizer.json",
    ]  # fmt: skip
    assert not set(JUNK) & set(repository[1])
    assert loading.decoder("tiny", "cpu").entry == entry


def test_a_gguf_file_is_taken_whole_and_chosen_where_there_are_several(repository):
    folder, asked = repository
    (folder / "model.safetensors").unlink()
    write_model(folder / "tiny-q8.gguf")
    assert own_models.add("owner/tiny", "one").directory.name == "tiny-q8.gguf"
    assert asked == ["tiny-q8.gguf"]
    assert registry.find("one").kind == "decoder"
    assert loading.decoder("one", "cpu").entry.name == "one"
    (folder / "tiny-f32.gguf").write_bytes((folder / "tiny-q8.gguf").read_bytes())
    with pytest.raises(UsageError, match=r"2 GGUF files; give --file: .*tiny-q8"):
        own_models.add("owner/tiny", "two")
    assert own_models.add("owner/tiny", "two", "tiny-f32.gguf").directory.name == "tiny-f32.gguf"
    with pytest.raises(UsageError, match="no such GGUF file"):
        own_models.add("owner/tiny", "three", "../config.json")


def test_nothing_is_left_of_a_download_that_breaks_off(repository, monkeypatch):
    def breaks_off(name, *, allow_patterns, local_dir):
        (Path(local_dir) / "config.json").write_text("{")
        raise ConnectionError("reset by peer\nand more")

    monkeypatch.setattr(hub, "snapshot_download", breaks_off)
    with pytest.raises(InputError, match=r"could not be downloaded \(reset by peer and more\)"):
        own_models.add("owner/tiny")
    assert shelf() == []


def test_a_file_that_did_not_arrive_is_named(repository, monkeypatch):
    monkeypatch.setattr(hub, "snapshot_download", lambda name, **rest: None)
    with pytest.raises(InputError, match="did not arrive"):
        own_models.add("owner/tiny")
    assert shelf() == []


def test_what_cannot_be_added(repository, monkeypatch):
    folder, asked = repository
    with pytest.raises(InputError, match="no such model"):
        own_models.add("owner/other")
    (folder / "model.safetensors").unlink()
    with pytest.raises(InputError, match="no weights in safetensors or GGUF"):
        own_models.add("owner/tiny")
    for name in ("../x", ".hidden", "a/b"):
        with pytest.raises(UsageError, match="no folder can be called so"):
            own_models.add("owner/tiny", name)
    fakes.checkpoint(paths.user_models() / "taken")
    with pytest.raises(UsageError, match="you have a model of that name"):
        own_models.add("owner/tiny", "taken")
    assert asked == []


def test_offline_and_without_the_extra_it_says_so(repository, monkeypatch):
    def offline(name, **rest):
        raise hub.errors.OfflineModeIsEnabled("offline")

    monkeypatch.setattr(hub, "snapshot_download", offline)
    with pytest.raises(InputError, match="HF_HUB_OFFLINE is set"):
        own_models.add("owner/tiny")
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(InputError, match=r"transformer-tutor\[hf\]"):
        own_models.add("owner/tiny")


def test_an_exported_model_is_the_same_one(tmp_path):
    entry = registry.find(str(fakes.checkpoint(tmp_path / "tiny")))
    files = own_models.export(entry, tmp_path / "deep" / "out")
    assert [file.name for file in files] == ["config.json", "model.safetensors", "tokenizer.json"]
    for file in files:
        assert file.read_bytes() == (entry.directory / file.name).read_bytes()


def test_a_gguf_file_is_exported_as_a_checkpoint(tmp_path):
    write_model(tmp_path / "m.gguf")
    entry = registry.find(str(tmp_path / "m.gguf"))
    own_models.export(entry, tmp_path / "out")
    there, here = loading.decoder(str(tmp_path / "out"), "cpu"), loading.decoder(str(tmp_path / "m.gguf"), "cpu")
    ids = torch.tensor([[1, 2, 3]])
    assert torch.equal(there.model(ids), here.model(ids))
    assert loading.encode(there, "The cat").ids == loading.encode(here, "The cat").ids


def test_exporting_refuses_to_overwrite_unless_forced(tmp_path):
    entry = registry.find(str(fakes.checkpoint(tmp_path / "tiny")))
    out = tmp_path / "out"
    out.mkdir()
    own_models.export(entry, out)  # an empty folder is as good as none
    (out / "notes.txt").write_text("mine")
    (out / "config.json").write_text("{}")
    with pytest.raises(UsageError, match="not empty"):
        own_models.export(entry, out)
    own_models.export(entry, out, force=True)
    assert json.loads((out / "config.json").read_text())["model_type"] == "llama"
    assert (out / "notes.txt").read_text() == "mine"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["out", "tiny"]
    with pytest.raises(UsageError, match="this is a file"):
        own_models.export(entry, out / "notes.txt", force=True)


def test_what_is_no_checkpoint_is_not_exported(tmp_path):
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "config.json").write_text("{}")
    with pytest.raises(InputError, match="no checkpoint but another kind"):
        own_models.export(registry.find(str(tmp_path / "words")), tmp_path / "out")


def test_removing_takes_the_model_and_names_its_run(monkeypatch, tmp_path):
    fakes.checkpoint(paths.user_models() / "pirate")
    (paths.runs() / "pirate").mkdir(parents=True)
    assert own_models.remove("pirate") == paths.runs() / "pirate"
    assert shelf() == [] and (paths.runs() / "pirate").is_dir()
    fakes.checkpoint(paths.user_models() / "pirate")
    with only_writer(paths.runs() / "pirate"), pytest.raises(InputError, match="another process is training"):
        own_models.remove("pirate", run=True)
    assert shelf() == ["pirate"] and (paths.runs() / "pirate").is_dir()
    assert own_models.remove("pirate", run=True) is None
    assert not (paths.runs() / "pirate").exists() and shelf() == []


@pytest.mark.parametrize("name", ["storyteller", "../models/pirate", "", ".", ".."])
def test_only_the_learners_own_are_removed(name, monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "bundled_models", lambda: tmp_path)
    fakes.checkpoint(tmp_path / "storyteller")
    fakes.checkpoint(paths.user_models() / "pirate")
    with pytest.raises(InputError):
        own_models.remove(name)
    assert shelf() == ["pirate"] and (tmp_path / "storyteller").is_dir()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A cache as Hugging Face's programs leave it: blobs, and links to them in the folder of a commit."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    files = fakes.checkpoint(tmp_path / "made")
    for name, commit in (("owner--tiny", "b" * 40), ("other--twin", "c" * 40), ("else--twin", "d" * 40)):
        keep(tmp_path / "hub" / f"models--{name}", commit, files)
    return tmp_path / "hub"


def keep(folder: Path, commit: str, files: Path) -> None:
    snapshot = folder / "snapshots" / commit
    snapshot.mkdir(parents=True)
    (folder / "blobs").mkdir(exist_ok=True)
    for file in files.iterdir():
        (folder / "blobs" / file.name).write_bytes(file.read_bytes())
        (snapshot / file.name).symlink_to(folder / "blobs" / file.name)
    (folder / "refs").mkdir(exist_ok=True)
    (folder / "refs" / "main").write_text(commit)


def state_of(folder: Path) -> dict[str, int]:
    return {str(file): file.lstat().st_mtime_ns for file in folder.rglob("*")}


def test_the_cache_is_searched_by_full_and_by_last_name_and_never_written(cache):
    before = state_of(cache)
    for name in ("owner/tiny", "tiny"):
        entry = registry.find(name)
        assert (entry.name, entry.kind, entry.source) == ("owner/tiny", "decoder", "cache")
        assert loading.decoder(name, "cpu").entry == entry
    assert registry.check(entry) == []
    assert [one.name for one in registry.entries()if one.source == "cache"] == [
        "else/twin", "other/twin", "owner/tiny",
    ]  # fmt: skip
    with pytest.raises(InputError, match="no such model"):
        registry.find("twin")  # which of the two is not said
    assert state_of(cache) == before


def test_of_several_commits_the_one_fetched_last_is_opened(cache, tmp_path):
    folder = cache / "models--owner--tiny"
    keep(folder, "e" * 40, tmp_path / "made")
    assert guests.cached()["owner/tiny"].name == "e" * 40
    for odd in ("../../..", "", "f" * 40, "\0"):
        (folder / "refs" / "main").write_text(odd)
        assert guests.cached()["owner/tiny"].parent == folder / "snapshots"


def test_what_cannot_be_opened_is_not_listed(cache):
    for name, file, text in (
        ("a--pickled", "pytorch_model.bin", ""),
        ("b--ears", "config.json", '{"model_type": "x"}'),
    ):
        snapshot = cache / f"models--{name}" / "snapshots" / "1"
        snapshot.mkdir(parents=True)
        (snapshot / file).write_text(text)
    (cache / "models--c--empty").mkdir()
    (cache / "datasets--d--e").mkdir()
    assert {one.name for one in registry.entries() if one.source == "cache"} == {
        "owner/tiny",
        "else/twin",
        "other/twin",
    }


def test_where_the_cache_is(monkeypatch):
    for name in ("HF_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert paths.hub_cache() == Path.home() / ".cache" / "huggingface" / "hub"
    monkeypatch.setenv("XDG_CACHE_HOME", "/c")
    assert paths.hub_cache() == Path("/c/huggingface/hub")
    monkeypatch.setenv("HF_HOME", "/h")
    assert paths.hub_cache() == Path("/h/hub")
    monkeypatch.setenv("HF_HUB_CACHE", "/x")
    assert paths.hub_cache() == Path("/x")


def test_exported_weights_have_the_names_of_the_standard(tmp_path):
    entry = registry.find(str(fakes.translator(tmp_path / "tiny")))
    own_models.export(entry, tmp_path / "out")
    assert (
        load_file(tmp_path / "out" / "model.safetensors").keys()
        == load_file(tmp_path / "tiny" / "model.safetensors").keys()
    )
