"""A tune in ABC notation, written note by note by a model that has read folk tunes and nothing else.

The model is told the style by the tune's first line, and writes metre, key and notes itself. A tune that cannot be
read, or whose bars do not add up, is thrown away and written again; the record says how often.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from tutor.experiments.frame.inputs import Argument, Device, Model, Option, Seed

if TYPE_CHECKING:
    from pathlib import Path

    from tutor.engine.abc import Tune

TOPIC = "AI and generative AI"
SCHEMA = 1
NEEDS_TORCH = True
BEHIND = ("composing.attempts",)
EXAMPLES = (
    "tutor compose jig",
    "tutor compose reel --bars 8 --seed 7",
    "tutor compose hornpipe --temperature 0.6 --plain",
)
STYLES = ("jig", "reel", "hornpipe", "slip jig", "strathspey", "march", "air")
"""What the model has read: each stood at the beginning of the tunes of its kind."""
_SPEEDS = {"jig": 170, "slip jig": 170, "reel": 200, "hornpipe": 160, "strathspey": 140, "march": 120, "air": 90}
"""Quarter notes a minute, for listening."""


@dataclass(frozen=True)
class Inputs:
    style: Annotated[
        str, Argument("What kind of tune: jig, reel, hornpipe, slip jig, strathspey, march or air.", piped=False)
    ] = "jig"
    bars: Annotated[int, Option("End it after so many bars; 0 lets it end itself.", low=0, high=64, step=4)] = 0
    temperature: Annotated[float, Option("0 always takes the best; higher is bolder.", low=0, high=5, step=0.1)] = 0.8
    top_p: Annotated[float, Option("Draw from the most probable up to this sum.", low=0, high=1, step=0.05)] = 0.95
    attempts: Annotated[int, Option("How many tunes to try at most until one adds up.", low=1, high=100)] = 20
    abc: Annotated[str, Option("Write the tune to this new file, for programs that print music.")] = ""
    midi: Annotated[str, Option("Write the tune to this new file, to listen to.")] = ""
    seed: Seed = 0
    model: Model = "composer"
    device: Device = "auto"


@dataclass(frozen=True)
class Note:
    """One note as written, repeats once."""

    text: str
    """In ABC."""
    pitch: int | None
    """As MIDI counts, 60 for the middle C; None for a rest."""
    start: float
    """In quarter notes from the beginning."""
    beats: float
    """Its length in quarter notes."""
    bar: int
    """The bar it stands in, from 0."""


@dataclass(frozen=True)
class Bar:
    number: int
    """As musicians count, from 1; 0 for a pick-up, which belongs to the bar that it completes."""
    beats: float
    """Its length in quarter notes."""
    right: bool
    """Whether that is the metre's length, or a pick-up's, or what a pick-up leaves over."""


@dataclass(frozen=True)
class Result:
    model: str
    device: str
    style: str
    abc: str
    """The tune as a file would hold it."""
    key: str
    sharps: int
    """Of the key's signature; flats below 0."""
    metre: str
    bars: tuple[Bar, ...]
    full_bars: int
    """Bars' worth of music, where a pick-up counts with the bar that it completes."""
    notes: tuple[Note, ...]
    wrong_bars: int
    problem: str
    """Why even the best attempt is not accepted; empty if it is."""
    attempts: int
    """Tunes that were written; all but the last were thrown away."""
    tokens: int
    """In the tune that was kept."""
    seconds: float
    files: tuple[str, ...]
    """What was written to disk."""

    @property
    def succeeded(self) -> bool:
        return not self.problem


def run(inputs: Inputs) -> Result:
    """Raises UsageError for a style that the model does not know, InputError for a file that is in the way."""
    import time

    from tutor.engine import composing, loading
    from tutor.engine.abc import signature
    from tutor.engine.sampling import SamplingOptions

    style = _style(inputs.style)
    files = _targets(inputs)
    loaded = loading.decoder(inputs.model, inputs.device, "abc")
    start = time.perf_counter()
    options = SamplingOptions(inputs.temperature, top_p=inputs.top_p)
    tried = list(
        composing.attempts(
            loaded, style, bars=inputs.bars, options=options, seed=inputs.seed, most=inputs.attempts
        )
    )  # fmt: skip
    kept = composing.best(tried)
    seconds = time.perf_counter() - start
    text = composing.titled(kept.abc, f"{style} number {inputs.seed}")
    _write(files, text, kept.tune, style)
    notes, bars = _records(kept.tune)
    return Result(
        model=loaded.entry.name,
        device=loaded.device,
        style=style,
        abc=text,
        key=kept.tune.key if kept.tune else "",
        sharps=sum(signature(kept.tune.key).values()) if kept.tune else 0,
        metre=kept.tune.metre if kept.tune else "",
        bars=bars,
        full_bars=composing.full_bars(kept.abc),
        notes=notes,
        wrong_bars=kept.wrong_bars,
        problem=kept.problem,
        attempts=len(tried),
        tokens=kept.tokens,
        seconds=seconds,
        files=tuple(str(path) for path in files.values()) if kept.tune else (),
    )


def _style(typed: str) -> str:
    """The style that was meant: `Slip-Jig`, `reels` and `slipjig` are understood."""
    from tutor.errors import UsageError

    plain = "".join(typed.lower().split()).replace("-", "")
    known = {style.replace(" ", ""): style for style in STYLES}
    found = known.get(plain) or known.get(plain.removesuffix("s")) or known.get(plain.removesuffix("es"))
    if found is None:
        raise UsageError(typed[:40] or "STYLE", "a style that it has not read", f"choose one of: {', '.join(STYLES)}")
    return found


def _targets(inputs: Inputs) -> dict[str, Path]:
    """The files to write, by what goes into them; refused before any work is done."""
    from tutor.storage import place_for

    named = {"abc": inputs.abc, "midi": inputs.midi}
    return {kind: place_for(name) for kind, name in named.items() if name}


def _write(files: dict[str, Path], text: str, tune: Tune | None, style: str) -> None:
    from tutor.engine.midi import midi
    from tutor.storage import replacing, write_text

    if tune is None:
        return
    if "abc" in files:
        write_text(files["abc"], text)
    if "midi" in files:
        with replacing(files["midi"]) as part:
            part.write_bytes(midi(tune.played(), beats_a_minute=_SPEEDS[style]))


def _records(tune: Tune | None) -> tuple[tuple[Note, ...], tuple[Bar, ...]]:
    notes: list[Note] = []
    bars: list[Bar] = []
    start, number = 0.0, 0
    for section in tune.sections if tune else ():
        for index, bar in enumerate(section.bars):
            is_pickup = index == 0 and len(section.bars) > 1 and bar.length < section.bars[1].length
            number += not is_pickup
            for note in bar.notes:
                beats = float(4 * note.length)
                notes.append(Note(note.text, note.pitch, round(start, 6), beats, len(bars)))
                start += beats
            bars.append(Bar(0 if is_pickup else number, float(4 * bar.length), bar.right))
    return tuple(notes), tuple(bars)
