"""The lab of training from nothing: a live curve, and samples that get better while a tiny model learns."""

from __future__ import annotations

from typing import Any, ClassVar

from tutor.app.labs.asking import Piece
from tutor.app.labs.base import Lab


class PretrainLab(Lab):
    """What a run says is drawn as it comes; escape ends the run and keeps what it has learned."""

    STOP_PATIENCE: ClassVar[float] = 60.0
    """Measuring and saving the model takes a while."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.records: list[Any] = []
        """What the run under way has said so far."""

    def ask(self, on_request: bool = False) -> None:
        if on_request:
            self.records = []
        super().ask(on_request)

    def on_piece(self, piece: Piece) -> None:
        """The curve so far, the newest sample and the first one."""
        from tutor.experiments.pretrain import Sample, Started, Update
        from tutor.views.records.pretrain import during, progress

        record = piece.record
        self.records = [record] if isinstance(record, Started) else [*self.records, record]
        if not isinstance(self.records[0], Started):
            return
        updates = [each for each in self.records if isinstance(each, Update)]
        samples = [each for each in self.records if isinstance(each, Sample)]
        said = progress(updates[-1] if updates else self.records[0])
        self.undim()
        self.panes.fill(
            during(self.records[0], updates, samples, self.panes.scrollable_content_region.height), [said]
        )
        self.reading.say([f"{self.records[0].name} begins at a loss of {self.records[0].loss:.3f}."])
        self.status.say(f"{said} · escape stops and keeps it")
