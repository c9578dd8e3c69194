"""Keys of one's own: `keys.toml` in the state folder, one line an action, such as `"lesson.next" = "j, ctrl+j"`.

The names are those of the bindings (see `NAMES`). What the file says stands in place of the usual keys; an unknown
name, a line that is no text and two actions of one screen on the same key are told in one line.
"""

from __future__ import annotations

import re
import tomllib

from tutor import paths

NAMES = {
    "app.theme": "ctrl+t",
    "app.search": "ctrl+p",
    "app.help": "question_mark,f1",
    "home.open": "enter",
    "home.other": "tab,left,right",
    "home.before": "shift+tab",
    "home.remove": "d,delete",
    "home.quit": "q",
    "lesson.next": "n,ctrl+n,alt+right",
    "lesson.back": "b,ctrl+b,alt+left",
    "lesson.lab": "l,ctrl+l,f6",
    "lesson.hint": "g,ctrl+g",
    "lesson.home": "escape",
    "lesson.reload": "r",
    "lesson.narrower": "left_square_bracket,f7",
    "lesson.wider": "right_square_bracket,f8",
    "playground.home": "escape",
    "playground.next": "ctrl+n,alt+right",
    "playground.before": "ctrl+b,alt+left",
    "review.home": "escape",
    "lab.reset": "r,ctrl+r",
    "lab.another": "a,f5",
    "lab.run": "enter",
    "lab.picture": "pagedown",
    "lab.stop": "escape",
    "lab.command": "y,ctrl+y",
    "lab.export": "e,ctrl+e",
    "lab.source": "s,ctrl+s",
    "lab.words": "p,f2",
    "tokens.next": "space,f4",
    "tokens.before": "backspace,f3",
    "generation.take": "enter",
    "generation.draw": "space,f4",
    "generation.undo": "backspace,ctrl+z",
    "generation.write": "w,ctrl+g",
    "generation.compare": "c,f3",
    "attention.closer": "enter",
    "attention.zoom": "plus,equals_sign",
    "attention.less": "minus",
    "attention.off": "x,f4",
    "attention.layer_before": "shift+up",
    "attention.layer_next": "shift+down",
    "attention.head_before": "shift+left",
    "attention.head_next": "shift+right",
    "inside.next": "enter,space",
    "inside.before": "backspace",
    "inside.layer_next": "shift+right,shift+down",
    "inside.layer_before": "shift+left,shift+up",
    "translation.table": "enter",
    "translation.align": "h,f4",
    "translation.up": "shift+up",
    "translation.down": "shift+down",
    "translation.before": "shift+left",
    "translation.next": "shift+right",
    "translation.zoom": "plus,equals_sign",
    "translation.less": "minus",
    "gaps.next": "enter,space,f4",
    "gaps.before": "backspace,f3",
    "finetune.train": "enter",
    "finetune.go_on": "o,f3",
    "finetune.pause": "z,f4",
    "finetune.time_machine": "v,f9",
    "finetune.use": "u,f10",
    "exercise.run": "ctrl+o,f5",
    "exercise.hint": "h,f3",
    "exercise.solution": "v,f4",
    "runs.earlier": "f3",
    "runs.later": "f4",
    "runs.view": "v,f9",
    "runs.use": "u,f10",
}
"""Every action that can have other keys, with those it has."""
_KEY = re.compile(r"((ctrl|alt|shift)\+)*[a-z0-9_]+|\S", re.IGNORECASE)


def read() -> tuple[dict[str, str], str]:
    """The keys that were chosen, by action, and what is wrong with the file or nothing."""
    file = paths.state() / "keys.toml"
    try:
        wanted = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}, ""
    except (OSError, ValueError) as error:
        return {}, f"keys.toml: {' '.join(str(error).split())}; the usual keys are in force"
    good = {name: keys.replace(" ", "") for name, keys in _flat(wanted).items() if name in NAMES and _are_keys(keys)}
    odd = next((name for name in _flat(wanted) if name not in good), "")
    trouble = f"keys.toml: {odd}: no such action, or no keys; the actions are in help" if odd else clash(good)
    return good, trouble


def clash(chosen: dict[str, str]) -> str:
    """Two actions that can be met at once on one key that neither had there before; or nothing."""
    keys = {name: set(each.split(",")) for name, each in (NAMES | chosen).items()}
    for name in chosen:
        new = keys[name] - set(NAMES[name].split(","))
        for other in NAMES:
            if other != name and _meet(name.split(".")[0], other.split(".")[0]) and (both := new & keys[other]):
                return f"keys.toml: {sorted(both)[0]} is both {name} and {other}; give one of them another key"
    return ""


def _meet(one: str, other: str) -> bool:
    """Whether keys of both places work at once: a lab stands in a lesson or in the playground."""
    screens = {"home", "lesson", "playground", "review"}
    if one == other or "app" in (one, other):
        return True
    labs = {one, other} - screens
    if len(labs) == 2:
        return "lab" in labs
    return bool(labs) and bool({one, other} & {"lesson", "playground"})


def _flat(wanted: dict[str, object]) -> dict[str, str]:
    """`lesson.next = …` without quotation marks is a table in TOML; both ways mean the same."""
    flat: dict[str, str] = {}
    for name, value in wanted.items():
        if isinstance(value, dict):
            flat |= {f"{name}.{action}": keys for action, keys in _flat(value).items()}
        else:
            flat[name] = value if isinstance(value, str) else ""
    return flat


def _are_keys(text: str) -> bool:
    return all(_KEY.fullmatch(key) for key in text.replace(" ", "").split(","))
