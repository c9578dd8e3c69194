"""Records as the engine would send them, with values that a reader can check by eye."""

import dataclasses

import numpy as np

from tutor import paths
from tutor.engine import plan
from tutor.engine.plan import Estimate
from tutor.engine.records import Candidate, Numbers, Step
from tutor.engine.run_folder import Row, RunFolder
from tutor.engine.tokenization import Token
from tutor.engine.vectors import Neighbour
from tutor.experiments import attention, finetune, generate, report, timeline
from tutor.experiments import next as next_word
from tutor.experiments.frame.record import plain

TEXT = "The cat sat"
TOKENS = (Token("The", 1, 0, 3), Token(" cat", 2, 3, 7), Token(" sat", 3, 7, 11))


def patterns():
    """2 layers of 2 heads on 3 tokens: head 1.1 looks at the token before, the others at the first."""
    first = np.array([[1, 0, 0], [1, 0, 0], [1, 0, 0]], np.float32)
    before = np.array([[1, 0, 0], [1, 0, 0], [0, 1, 0]], np.float32)
    return np.stack([np.stack([first, first]), np.stack([first, before])])


def attention_result(inputs):
    """What the engine would say to these inputs."""
    weights = patterns()
    chosen = [
        (layer, head)
        for layer in (range(2) if inputs.layer is None else [inputs.layer])
        for head in (range(2) if inputs.head is None else [inputs.head])
    ]
    # Of three tokens only the last one has a word before it that is not the first: its row says all.
    heads = tuple(attention.Head(*at, *(float(weights[at][2, i]) for i in (0, 2, 1))) for at in chosen)
    row = steps = None
    if inputs.word:
        index = attention.token_of(TEXT, TOKENS, inputs.word)
        row = attention._row(weights, chosen, index)
        numbers = np.ones(3, np.float32)
        steps = Numbers(numbers, numbers, numbers, row.weights, numbers, 1.0, 4) if len(chosen) == 1 else None
    return attention.Result(
        "storyteller", "cpu", TOKENS, 0, inputs.layer, inputs.head, weights,
        heads, None, row, steps,
    )  # fmt: skip


def next_result(*words):
    """A distribution over a few words, the first the most probable."""
    candidates = tuple(Candidate(i, f" {w}", 0.5 / 2**i, -float(i)) for i, w in enumerate(words))
    return next_word.Result(
        model="storyteller", device="cpu", prompt=TEXT, tokens=TOKENS, truncated=0, candidates=candidates,
        filtered=candidates, kept=9, vocabulary=9, entropy_bits=1.5, filtered_entropy_bits=1.5,
    )  # fmt: skip


def step(index, text):
    """One generated token."""
    candidate = Candidate(index, text, 0.75, 0.0)
    return Step(index, index, text, 0.75, (candidate,), (candidate,), "")


def generated(inputs, *texts):
    """The result of a generation that drew these texts."""
    steps = tuple(step(index, text) for index, text in enumerate(texts))
    return generate.Result("storyteller", "cpu", inputs.text, "".join(texts), steps, 0, 0.1, 30.0, "budget")


def started():
    """How a fine-tuning run begins."""
    return finetune.Started("mine", "storyteller", 900, 100, 20, 30.0, 4.0, "Once", "Once a before sample")


def update(number, loss):
    """Where a fine-tuning run stands."""
    return finetune.Update(number, 20, loss, loss, 100.0, 1.0, 2.0)


def foretold(inputs):
    """What a run would take."""
    return dataclasses.replace(tuned(), finished="estimate", loss_after=None, fall_low=None, fall_high=None)


def reported(inputs):
    """What the run `mine` has changed."""
    kept = dataclasses.asdict(tuned(update(5, 3.5), update(15, 2.5)))
    same = {field.name for field in dataclasses.fields(report.Result)} & set(kept)
    values = {name: kept[name] for name in same - {"curve", "samples"}}
    return report.Result(
        **values | {"name": inputs.run}, seconds_low=25.0, seconds_high=35.0, bytes_estimated=None,
        curve=(update(5, 3.5), update(15, 2.5)),
        samples=(report.Pair(0, "Once a before sample", "Once an after sample"),),
        forgetting=report.Forgetting("everyday.txt", 900, 3.5, 3.6, 0.05, 0.15),
        recital=report.Recital(" a lamp", 2, 2, 1, 60, 900), movements=(),
    )  # fmt: skip


def seen_at(inputs):
    """A run of three checkpoints; the later, the surer of "cat"."""
    place = 2 if inputs.checkpoint is None else inputs.checkpoint
    checkpoints = tuple(timeline.Checkpoint(5 * number, 4.0 - number) for number in range(3))
    share = (1 + place) / 4
    return timeline.Result(
        name=inputs.run, model="storyteller", task="lm", prompt="Once", layers=2, heads=2, device="cpu",
        checkpoints=checkpoints, checkpoint=place, sample=f"Once sample {place}", tokens=TOKENS,
        candidates=(Candidate(1, " cat", share, 0.0), Candidate(2, " dog", 0.1, 0.0)), word=" sat",
        neighbours=(Neighbour(" stood", 0.5),), layer=inputs.layer, head=inputs.head, pattern=patterns()[0][0],
    )  # fmt: skip


def tuned(*updates):
    """The end of a fine-tuning run."""
    expected = Estimate(20, 2000, 2.2, 25.0, 35.0, None, 5_800_000, 5_800_000, ())
    return finetune.Result(
        name="mine", model="storyteller", task="lm", method="full", device="cpu", seed=0, estimate=expected, steps=20,
        tokens=2000, seconds=30.0, bytes=None, training_tokens=900, held_out_tokens=100, loss_before=4.0,
        loss_after=3.0, fall_low=0.5, fall_high=1.5, perplexity_before=54.6, perplexity_after=20.1,
        scores_before=None, scores_after=None, curve=tuple(updates), prompt="Once", samples=(),
        sample_before="Once a before sample", sample_after="Once an after sample", notes=(), finished="budget",
        succeeded=True,
    )  # fmt: skip


def unfinished(name, step):
    """A run that was stopped at this step, in the learner's own folder."""
    run = RunFolder(paths.runs() / name)
    run.begin(plain(finetune.Inputs("mine.txt", steps=40)), paths.runs())
    run.append(Row(step, 3.0, 100, 10.0, 1.0))
    run.write_plan(plan.kept(plan.Course(40, 4, 1e-3, 0), tuned().estimate))
