"""The lab of training from nothing: what is drawn while the run is under way, and how it is stopped."""

from fake_engine import FakeEngine, LabApp, settled

from tutor.app.labs.pretrain import PretrainLab
from tutor.experiments.pretrain import Sample, Started, Update


async def test_the_curve_and_the_samples_grow_while_it_trains_and_escape_keeps_it():
    """A curve, the newest sample above the first, the time left; after escape the run may take its time to save."""
    engine = FakeEngine()
    async with (app := LabApp("pretrain", engine)).run_test(size=(80, 24)) as pilot:
        await settled(pilot, lambda: "enter runs this" in app.text)
        await pilot.press("enter")
        await settled(pilot, lambda: bool(engine.asked))
        engine.say(Started("tiny", "decoder", 1000, 256, 0, 40, 5.5), last=False)
        engine.say(Sample(0, 0, "Once qzx"), last=False)
        for step, loss in enumerate((5.4, 4.1, 3.2), 1):
            engine.say(Update(step, 40, step * 100, loss, loss + 0.1, 900.0, 12.0), last=False)
        engine.say(Sample(3, 300, "Once there was"), last=False)
        await settled(pilot, lambda: "Once there was" in app.text)
        assert "Once qzx" in app.text and "12 s left" in app.words and "held-out loss" in app.text
        await pilot.press("escape")
        assert engine.cancelled == [(1, PretrainLab.STOP_PATIENCE)] and PretrainLab.STOP_PATIENCE > 10
