"""The lab beside a lesson's text: the right lab for each preset, a line above it, and a cover while one guesses."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widgets import Static

from tutor.app.later import later
from tutor.course.lesson import Preset

if TYPE_CHECKING:
    from tutor.app.engine_client import EngineClient
    from tutor.app.labs.base import Lab

FRESH = 0.9
"""Seconds for which the line above the lab shows that a preset was loaded."""
_COVER = "The answer is under here."


class LabSide(Vertical):
    """One lab at a time; those that were open keep what the learner did in them."""

    def __init__(self, engine: EngineClient) -> None:
        super().__init__(id="lab-side")
        self.engine = engine
        self.labs: dict[str, Lab] = {}
        self.lab: Lab | None = None
        self.preset: Preset | None = None
        self._fading: asyncio.TimerHandle | None = None
        self.task_line = ""
        """What the step asks, for the line above the lab where the text cannot be seen."""
        self.done = False
        """Whether the step is done."""
        # Held, not looked up: a key may come while the screen is being made, or taken down.
        self._caption = Static(id="caption", markup=False)
        self._no_lab = Static("No lab in this step.", id="no-lab", classes="quiet")
        self._lid = Static(_COVER, id="cover")
        self._lid.display = False
        self._stage = Container(self._no_lab, self._lid, id="stage")

    def compose(self) -> ComposeResult:
        yield self._caption
        yield self._stage

    async def show(self, preset: Preset, hidden: bool = False) -> None:
        """Load a preset, in the lab that shows its experiment. What is quick is run unless it is to be `hidden`."""
        from tutor.app.labs import lab_for, make_lab

        if not self._stage.is_mounted:  # the screen was left before it was there
            return
        self.preset = preset
        name = lab_for(preset.experiment)
        lab = self.labs.get(name)
        if lab is None:
            lab = self.labs[name] = make_lab(preset.experiment, self.engine)
            await self._stage.mount(lab, before=self._lid)
            if not self.is_attached:  # the screen was left meanwhile
                return
        self._no_lab.display = False
        for other in self.labs.values():
            other.display = other is lab
        self.lab = lab
        await lab.load(preset.inputs)
        if preset.experiment in lab.QUICK and not hidden:
            lab.ask(on_request=True)
        self._caption.add_class("-fresh")
        if self._fading is not None:
            self._fading.cancel()
        self._fading = later(self, FRESH, lambda: self._caption.remove_class("-fresh"))
        self.write_caption()

    @property
    def covered(self) -> bool:
        """Whether the lab is hidden behind a word."""
        return bool(self._lid.display)

    @covered.setter
    def covered(self, covered: bool) -> None:
        self._lid.display = covered
        for lab in self.labs.values():
            lab.disabled = covered

    def write_caption(self) -> None:
        """The task where the text is not beside the lab, else the command that stands for the preset."""
        if not self.is_attached:  # a resize asks for it after the next drawing, when the lesson may have been left
            return
        changed = self.changed and not self.covered
        note = Content.styled("   changed; ^r: as in the step", "$text-muted") if changed else Content("")
        if self.screen.has_class("-narrow") and self.task_line:
            mark = ("● ", "$text-success") if self.done else ("○ ", "$accent")
            line = Content.assemble(mark, (self.task_line, "bold"))
        else:
            line = Content.styled(self.preset.line if self.preset else "", "$text-muted")
            # A long command gives way: that it is no longer what the lab shows has to be seen.
            if changed and (room := self._caption.content_size.width - note.cell_length) > 0:
                line = line.truncate(room, ellipsis=True)
        self._caption.update(Content.assemble(line, note))

    @property
    def changed(self) -> bool:
        """Whether the learner has left the preset."""
        if self.lab is None or self.preset is None:
            return False
        inputs = self.lab.inputs
        return inputs is not None and inputs != self.preset.inputs

    def answer_to(self, preset: Preset) -> Any | None:
        """The result that is there for a preset already, or None."""
        reply = self.lab.reply if self.lab is not None else None
        if reply is None or reply.question.name != preset.experiment or reply.question.inputs != preset.inputs:
            return None
        return reply.result
