"""The screens that are kept as text: what one should see on each, and how one comes to it."""

import asyncio
import functools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import canned
import canned_labs
import canned_translation
from fake_engine import settled
from textual.pilot import Pilot
from whole_app import PACK, StillEngine

from tutor import paths
from tutor.app.tutor_app import TutorApp
from tutor.course import loader
from tutor.course.progress import Miss, Progress
from tutor.experiments import attention, fill, scale, translate, walk
from tutor.experiments import next as next_word
from tutor.experiments.frame.messages import Answer
from tutor.experiments.pretrain import Sample, Started, Update

RECORDS = {
    "attention": canned.attention_result,
    "draw": canned_labs.drawn,
    "exercise": canned_labs.task,
    "fill": canned_labs.filled,
    "finetune": canned.foretold,
    "next": canned_labs.distribution,
    "surprise": canned_labs.surprised,
    "timeline": canned.seen_at,
    "translate": canned_translation.translated,
    "walk": canned_labs.walked,
}
UNDER_WAY = (
    Started("tiny", "decoder", 1000, 256, 0, 40, 5.5),
    Sample(0, 0, "Once qzx"),
    *(Update(step, 40, step * 100, loss, loss + 0.1, 900.0, 12.0) for step, loss in enumerate((5.4, 4.1, 3.2), 1)),
    Sample(3, 300, "Once there was"),
)
"""What a training from nothing has said so far."""


class CannedEngine(StillEngine):
    """Answers at once from `RECORDS`; a training from nothing does not end."""

    @property
    def second(self):
        self._second = self._second or CannedEngine()
        return self._second

    def run(self, name, inputs, on_message):
        number = super().run(name, inputs, on_message)
        under_way = name == "pretrain"
        for record in UNDER_WAY if under_way else (RECORDS[name](inputs),):
            answer = Answer(number, record, last=not under_way, seconds=0.011)
            asyncio.get_running_loop().call_soon(on_message, answer)
        return number


@dataclass(frozen=True)
class Screen:
    """One screen: its name, what one should see, the keys or calls that lead there, and what is there before."""

    name: str
    seen: str
    open: Callable[[TutorApp, Pilot], Awaitable[None]]
    before: Callable[[], object] = lambda: None
    lessons: Path | None = PACK


async def nothing(app, pilot):
    """Stay on home."""


def some_progress():
    """Two lessons done, a third begun, one guess that was off, a run and a model of one's own."""
    progress = Progress()
    one, two, three = loader.outlines(None)[0][:3]
    done = [(each.name, step.key) for each in (one, two) for step in each.steps]
    for lesson, step in [*done, *((three.name, step.key) for step in three.steps[:7])]:
        progress.mark_done(lesson, step)
    progress.predicted(one.name, one.steps[0].key, Miss("500", "1024", 40))
    progress.visit(three.name, three.steps[7].key)
    for folder in (paths.runs(), paths.user_models()):
        (folder / "lighthouse").mkdir(parents=True)


def lab(name, inputs=None, *keys):
    """Open a lab, wait until it has answered, and press keys there."""

    async def opened(app, pilot):
        from tutor.app.labs import LABS

        experiment = next(info.experiments[0] for info in LABS if info.name == name)
        app._to_experiment(experiment, inputs)
        await settled(pilot, lambda: len(app.screen_stack) > 1 and app.screen.lab.has_focus_within)
        if not keys:
            await settled(pilot, lambda: app.screen.lab.asker.question is None)
            await settled(pilot, lambda: app.screen.lab.company.asker.question is None)
        for key in keys:
            await pilot.press(key)

    return opened


def step(index, *keys):
    """Open the pack's lesson at a step, wait until its lab has answered, and press keys."""

    async def opened(app, pilot):
        (outline,) = app.outlines
        app._to_lesson(outline.name, outline.steps[index].key)
        await settled(pilot, functools.partial(_is_live, app))
        for key in keys:
            await pilot.press(key)

    return opened


def _is_live(app):
    side = getattr(app.screen, "lab_side", None)
    return side is not None and side.preset is not None and side.answer_to(side.preset) is not None


SCREENS = (
    Screen(
        "home-fresh",
        "Three lines of welcome, the third with the key; ten lessons with minutes; all labs with key and words.",
        nothing,
        lessons=None,
    ),
    Screen(
        "home-progress",
        "Where to go on and how much is left; two lessons done, one half; a guess, a model and a run under Yours.",
        nothing,
        some_progress,
        lessons=None,
    ),
    Screen(
        "lab-tokens",
        "The line, two controls, the text cut into seven tokens with their numbers, and that in words below; from "
        "120 columns the other tokenizers' cuts between them.",
        lab("tokens"),
    ),
    Screen(
        "lab-embeddings",
        "A word in the line; its ten neighbours as bars, the nearest first, each with its similarity; from 120 "
        "columns the same words as a map beside them.",
        lab("embeddings"),
    ),
    Screen(
        "lab-positions",
        "No line, the first control marked; rows of a heat map with a legend, curves below it with even numbers.",
        lab("positions"),
    ),
    Screen(
        "lab-attention",
        "Four small patterns, layers down and heads across, the first one marked; what the heads do, in words.",
        lab("attention", attention.Inputs("The cat sat")),
    ),
    Screen(
        "lab-inside",
        "A list of stages with a mark at the first; its meaning, shape and numbers; from 120 columns the lens too.",
        lab("inside", walk.Inputs("The cat sat")),
    ),
    Screen(
        "lab-translation",
        "The translation, word under word what it was read from, and for the marked word what it looked at.",
        lab("translation", translate.Inputs("Where is the library?")),
    ),
    Screen(
        "lab-generation",
        "Three next words as bars with a pointer at the first; controls of sampling; what enter would do; from 120 "
        "columns how much each word that was read surprised the model.",
        lab("generation", next_word.Inputs("The cat sat on the")),
    ),
    Screen(
        "lab-gaps",
        "The sentence filled and with its gap, bars for what fits, and where the gap looked, as arrows.",
        lab("gaps", fill.Inputs("The [MASK] barked.")),
    ),
    Screen(
        "lab-zoo",
        "A drawing of eight by eight greys beside its numbers, what it was drawn from and is read back as.",
        lab("zoo"),
    ),
    Screen(
        "lab-scale",
        "A table of three models by size, numbers under their headings; the one of chosen sizes among them.",
        lab("scale", scale.Inputs(("gpt2", "gpt3"), layers=12)),
    ),
    Screen(
        "lab-training-before",
        "What enter would run, in a sentence, and each control with what it sets; no empty picture.",
        lab("training"),
    ),
    Screen(
        "lab-training",
        "A loss that falls, the newest sample above the first, and in the status how long it still takes.",
        lab("training", None, "enter"),
    ),
    Screen(
        "lab-finetune",
        "The file with its first lines, what a run would take in time and memory, and the key that starts it.",
        lab("finetune"),
    ),
    Screen(
        "lab-runs",
        "A slider over three checkpoints at its last one; what was written there, expected and looked at.",
        lab("runs"),
        lambda: canned.unfinished("lamp", 12),
    ),
    Screen(
        "lab-build",
        "The task in words, the code to complete in an editor with the focus, and the key that runs it.",
        lab("build"),
    ),
    Screen(
        "step-read",
        "Title and text; the lab beside it or as a tab, with the command above it; seven dots, the first half full.",
        step(0),
    ),
    Screen(
        "step-try",
        "The word Try before the title, the task, a ring that waits to be filled, one hint shown and one left.",
        step(1, "g"),
    ),
    Screen(
        "step-predict",
        "A question with four answers, the first marked, and a covered lab that does not give it away.",
        step(2),
    ),
    Screen(
        "step-predict-answered",
        "What was guessed and how sure, under it the model's answer with the verdict; then the rest of the text.",
        step(2, "down", "down", "enter", "right", "enter"),
    ),
    Screen(
        "step-quiz",
        "A wrong answer with a cross and why, the right one with a tick and why, then the rest of the text.",
        step(4, "enter", "down", "enter"),
    ),
    Screen(
        "step-myth",
        "The claim, and after the experiment has run the verdict, with the lab uncovered beside it.",
        step(5, "enter"),
    ),
    Screen(
        "step-check",
        "The word Check, a task, a ring that waits, how many hints there are; the lab as the step before left it.",
        step(6),
    ),
)
