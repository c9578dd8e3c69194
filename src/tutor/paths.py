"""The only module that knows where lessons, models and the learner's own state live."""

from __future__ import annotations

import os
from pathlib import Path

from tutor.errors import InputError

PACKAGE = Path(__file__).resolve().parent
CHECKOUT = PACKAGE.parent.parent


def _data(name: str) -> Path:
    """A data folder: the checkout's own, or the copy inside the installed package.

    The checkout wins because an editable install leaves a stale packaged copy behind.
    """
    in_checkout = CHECKOUT / name
    is_checkout = (CHECKOUT / "pyproject.toml").is_file() and in_checkout.is_dir()
    return in_checkout if is_checkout else PACKAGE / name


def lessons() -> Path:
    """The folder with one Markdown file a lesson."""
    return _data("lessons")


def named(name: str) -> Path:
    """The file that a learner or a lesson named.

    Lessons call their practice files `lessons/practice/…`, as they lie in the repository; an installed tutor finds
    them wherever its lessons are. A file of that name in the current directory comes first. Raises InputError as
    `typed` does.
    """
    path = typed(name)
    if os.path.exists(path) or path.parts[:1] != ("lessons",):  # noqa: PTH110 - Path.exists raises for a locked folder
        return path
    packaged = lessons().joinpath(*path.parts[1:])
    return packaged if os.path.exists(packaged) else path  # noqa: PTH110 - and for a name that is too long


def typed(name: str) -> Path:
    """The path that a learner typed, with `~` for a home; there may be nothing yet.

    Raises InputError for what no file can be called: nothing, a pasted text, a NUL, an unknown ~user.
    """
    if not name.strip():
        raise InputError("a file's name", "it is empty", "name a file")
    try:
        path = Path(name).expanduser()
        path.stat()
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        pass
    except (OSError, ValueError, RuntimeError):
        raise InputError(name, "no file can be called that", "check the path") from None
    return path


def existing(name: str) -> Path | None:
    """The file or folder that a learner typed, or None if nothing is there."""
    try:
        path = typed(name)
        return path if path.exists() else None
    except (OSError, InputError):
        return None


def bundled_models() -> Path:
    """The folder with one folder a bundled model."""
    return _data("models")


def state() -> Path:
    """The learner's own folder: progress, notebook, runs and models. Not created here.

    `TUTOR_STATE` names another folder; a class that shares one machine, and the tests, need that.
    """
    if chosen := os.environ.get("TUTOR_STATE"):
        return Path(chosen).expanduser()
    import platformdirs

    return Path(platformdirs.user_data_dir("tutor", appauthor=False))


def progress() -> Path:
    """The file that remembers which lesson steps are done."""
    return state() / "progress.json"


def preferences() -> Path:
    """The file that remembers how the learner likes the app, such as its theme."""
    return state() / "preferences.json"


def runs() -> Path:
    """The folder with one folder a fine-tuning run."""
    return state() / "runs"


def user_models() -> Path:
    """The folder with one folder a model of the learner's own."""
    return state() / "models"


def user_tokenizers() -> Path:
    """The folder with one folder a tokenizer of the learner's own."""
    return state() / "tokenizers"


def hub_cache() -> Path:
    """Where Hugging Face's programs keep what they have downloaded; read here, never written."""
    if chosen := os.environ.get("HF_HUB_CACHE"):
        return Path(chosen).expanduser()
    if home := os.environ.get("HF_HOME"):
        return Path(home).expanduser() / "hub"
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "huggingface" / "hub"


def engine_log() -> Path:
    """The file that takes what the engine process would print to a terminal."""
    return state() / "engine.log"
