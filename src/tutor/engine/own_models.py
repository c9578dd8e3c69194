"""Models on the learner's own shelf: fetched from Hugging Face, written elsewhere as checkpoints, removed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tutor import paths, storage
from tutor.engine import adapter_folder, gguf_file, registry
from tutor.engine.only_writer import only_writer
from tutor.engine.registry import Entry
from tutor.errors import InputError, UsageError

EXTRA = 'python -m pip install "transformer-tutor[hf]"'

_WEIGHTS = ".safetensors"
_BESIDE = (
    "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json",
    "model.safetensors.index.json", "prompt_template.json", "README.md", "LICENSE",
)  # fmt: skip
"""What belongs to a checkpoint beside its weights."""
_LONGEST_NAME = 100


def add(repository: str, name: str | None = None, file: str | None = None) -> Entry:
    """Download a model from Hugging Face onto the learner's own shelf; all of it is there, or nothing.

    `repository` is `owner/name`; `name` is what it is to be called here, `file` which of several GGUF files to take.
    Only weights in safetensors or GGUF, their JSON and their tokenizer are fetched. Raises InputError if the extra is
    missing, there is no network, or no such model; UsageError for a name that is taken.
    """
    if not repository.strip():
        raise UsageError("REPO", "it is empty", "write it as owner/name")
    chosen = _free_name(name or repository.rpartition("/")[2])
    hub = _hub()
    wanted = _wanted(repository, _listed(hub, repository), file)
    with _new_folder(paths.user_models(), paths.user_models() / chosen) as part:
        with _hub_errors(hub, repository):
            hub.snapshot_download(repository, allow_patterns=wanted, local_dir=part)
        shutil.rmtree(part / ".cache", ignore_errors=True)  # the notes of the library that fetched them
        if lost := [each for each in wanted if not (part / each).is_file()]:
            raise InputError(repository, f"{lost[0]} did not arrive", "try again")
    return registry.find(chosen)


def _free_name(name: str) -> str:
    if (
        not name
        or len(name) > _LONGEST_NAME
        or name.startswith(".")
        or any(character in name for character in '/\\:*?"<>|\0')
    ):
        raise UsageError(f"--name {name}", "no folder can be called so", "give a name of letters and digits")
    if (paths.user_models() / name).exists():
        raise UsageError(name, "you have a model of that name", f"give --name, or: tutor models remove {name}")
    return name


def _hub() -> Any:
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"  # read when the library is imported
    try:
        import huggingface_hub
        import huggingface_hub.errors  # by name: a package that imports its parts late may not have them yet
        from huggingface_hub.utils import logging
    except ImportError:
        raise InputError(
            "models add", "it takes the package huggingface_hub, which is not installed", EXTRA
        ) from None
    logging.set_verbosity_error()
    return huggingface_hub


@contextmanager
def _hub_errors(hub: Any, repository: str) -> Iterator[None]:
    """What can go wrong between here and there, each as one line."""
    try:
        yield
    except hub.errors.OfflineModeIsEnabled:
        raise InputError(repository, "HF_HUB_OFFLINE is set", "unset it, as this command downloads") from None
    except hub.errors.RepositoryNotFoundError:
        why = "Hugging Face has no such model, or it is not open to all"
        raise InputError(repository, why, "check the name: it is written owner/name") from None
    except hub.errors.HFValidationError:
        raise UsageError(repository, "not the name of a repository", "write it as owner/name") from None
    except Exception as error:  # noqa: BLE001 - the kinds of network errors belong to libraries below that one
        said = " ".join(str(error).split())[:160] or type(error).__name__
        raise InputError(repository, f"it could not be downloaded ({said})", "check the network, try again") from None


def _listed(hub: Any, repository: str) -> list[str]:
    with _hub_errors(hub, repository):
        # Not list_repo_files, which tries for half a minute where there is no network.
        return [file.rfilename for file in hub.HfApi().model_info(repository).siblings or ()]


def _wanted(repository: str, listed: list[str], file: str | None) -> list[str]:
    """The files to fetch: a safetensors checkpoint, or one GGUF file, which holds everything."""
    top = [each for each in listed if "/" not in each]
    weights = [each for each in top if each.endswith(_WEIGHTS)]
    packed = [each for each in top if each.endswith(".gguf")]
    if file is not None:
        if file not in packed:
            raise UsageError(f"--file {file}", "no such GGUF file", f"choose one of: {', '.join(packed) or 'none'}")
        return [file]
    if weights:
        index = "model.safetensors.index.json" in top
        whole = [each for each in weights if each == "model.safetensors" or (index and each.startswith("model-"))]
        return [*(whole or weights), *(each for each in top if each in _BESIDE)]
    if len(packed) == 1:
        return packed
    if packed:
        raise UsageError(repository, f"it has {len(packed)} GGUF files", f"give --file: {', '.join(packed)}")
    why = "it has no weights in safetensors or GGUF, and nothing else is opened here"
    raise InputError(repository, why, "choose another model")


def export(entry: Entry, folder: Path, *, force: bool = False, adapter: bool = False) -> list[Path]:
    """Write a model as a standard checkpoint into `folder` and return its files; a GGUF file is unpacked.

    An adapter is merged into its base, or, with `adapter`, written as it is. Raises UsageError if the folder holds
    anything and `force` is not set, InputError for what is no checkpoint, or no adapter where one is asked for.
    """
    if adapter and not adapter_folder.is_adapter(entry.directory):
        raise InputError(entry.name, "it is a whole model, not an adapter", "leave --adapter out")
    if entry.kind not in ("decoder", "seq2seq", "encoder"):
        raise InputError(
            entry.name,
            f"it is no checkpoint but {registry.called(entry.kind)}",
            "name a decoder, encoder or translator",
        )
    if folder.exists() and not folder.is_dir():
        raise UsageError(str(folder), "this is a file", "name a folder")
    taken = folder.is_dir() and any(folder.iterdir())
    if taken and not force:
        raise UsageError(str(folder), "it is not empty", "name a new folder, or give --force")
    with _new_folder(folder.parent, None if taken else folder) as part:
        _write_checkpoint(entry, part, adapter)
        names = sorted(file.name for file in part.iterdir())
        for name in names if taken else ():
            (part / name).replace(folder / name)
    return [folder / name for name in names]


def _write_checkpoint(entry: Entry, folder: Path, adapter: bool) -> None:
    source = entry.directory
    is_merged = adapter_folder.is_adapter(source) and not adapter
    if not gguf_file.is_gguf(source) and not is_merged:
        for file in sorted(source.iterdir()):
            if file.name in (*_BESIDE, adapter_folder.CONFIG) or file.suffix == _WEIGHTS:
                shutil.copyfile(file, folder / file.name)
        return
    from tutor.engine import checkpoint, subword

    checkpoint.save_decoder(checkpoint.load_decoder(source), folder)
    storage.write_text(folder / "tokenizer.json", subword.source(entry.tokenizer))


@contextmanager
def _new_folder(beside: Path, final: Path | None) -> Iterator[Path]:
    """An empty folder that becomes `final` when the block ends well, and is gone in any other case."""
    beside.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=".", suffix=".part", dir=beside))
    try:
        yield part
        if final is not None:
            part.chmod(0o755)  # mkdtemp makes folders that only their owner may read
            if final.is_dir():
                final.rmdir()  # it is empty
            part.replace(final)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def folder_of_own(name: str) -> Path:
    """The folder of one of the learner's own models. Raises InputError for any other."""
    shelf = paths.user_models()
    if shelf.is_dir() and name in {each.name for each in shelf.iterdir() if each.is_dir()} and name[:1] != ".":
        return shelf / name
    entry = registry.find(name)
    raise InputError(entry.name, "it is not one of your own models", "only what you have added or tuned is removed")


def remove(name: str, *, run: bool = False) -> Path | None:
    """Remove one of the learner's own models, with `run` its run too. The run's folder if it stays, or None.

    Raises InputError for a model that is not the learner's own, and for a run that another process is training.
    """
    model, kept = folder_of_own(name), paths.runs() / name
    if not (run and kept.is_dir()):
        _drop(model)
        return kept if kept.is_dir() else None
    with only_writer(kept):
        _drop(model)
        _drop(kept)
    return None


def _drop(folder: Path) -> None:
    """Remove a folder so that half of it is never found under its name."""
    aside = Path(tempfile.mkdtemp(prefix=".", suffix=".removed", dir=folder.parent))
    folder.replace(aside / folder.name)
    shutil.rmtree(aside)
