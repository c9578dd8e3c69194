"""Fine-tuning runs whose process is killed; a program of its own, because a test must not fork a busy process.

    python -m tests.engine.killed_runs FOLDER

It imports torch once and forks a child for every attempt, which trains until it dies: after a random time, or at a
write, perhaps with half of the file on the disk. The next child resumes. Prints one JSON object.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
from pathlib import Path

from tests.fakes import checkpoint
from tutor import experiments

KILLS = 20
STEPS = 12


def main(folder: Path) -> None:
    """Kill runs of one training until that many kills have been survived; compare with one that was left alone."""
    os.environ["TUTOR_STATE"] = str(folder / "state")
    base = str(checkpoint(folder / "base", context=512))
    text = folder / "text.txt"
    text.write_text("the cat sat on it\nThe cat was hungry\n" * 60, encoding="utf-8")
    from tutor.engine import estimate, tuning
    from tutor.experiments.finetune import Inputs

    # What takes time and writes nothing is left out: measuring the pace, and sampling.
    estimate.MEASURED_SECONDS = 0.0
    tuning.Tuning.sample = lambda self, seed: self.prompt
    # In this process, so that the children find everything imported.
    experiments.result_of("finetune", Inputs(str(text), steps=STEPS, model=base, name="whole"))
    seconds, _ = attempt(Inputs(str(text), steps=STEPS, model=base, name="again"), lambda: None)
    chance, kills, runs = random.Random(0), 0, []
    while kills < KILLS:
        name = f"killed-{len(runs)}"
        inputs, deaths = Inputs(str(text), steps=STEPS, model=base, name=name), []
        while True:
            arm = in_a_write(chance) if chance.random() < 0.6 else after(chance.uniform(0.0, seconds))
            _, ended = attempt(inputs, arm if len(deaths) < 6 else lambda: None)
            if ended:
                break
            deaths.append(steps_on_disk(folder / "state" / "runs" / name))
            if (folder / "state" / "runs" / name / "run.json").exists():
                inputs = Inputs(resume=name)
        kills += len(deaths)
        runs.append({"name": name, "deaths": deaths})
    print(json.dumps({"kills": kills, "runs": runs, "left": left(folder / "state")}))


def attempt(inputs, arm):
    """Run in a child that `arm` has prepared to die; how long it took, and whether it came to its end."""
    import time

    start = time.perf_counter()
    child = os.fork()
    if not child:
        status = 3
        try:
            arm()
            experiments.result_of("finetune", inputs)
            status = 0
        except BaseException as error:  # noqa: BLE001 - told to the parent, whatever it is
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status) and os.WEXITSTATUS(status):
        raise SystemExit(f"{inputs} failed")
    return time.perf_counter() - start, not os.WIFSIGNALED(status)


def after(seconds):
    """Dies after so long, wherever it is then: nothing handles the alarm, so the kernel ends the process."""
    return lambda: signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.001))


def in_a_write(chance):
    """Dies at one of the next writes: with half of the file there, before it gets its name, or right after."""
    countdown, where = chance.randint(1, 30), chance.choice(("half", "before", "after"))

    def arm():
        replace, waiting = Path.replace, [countdown]

        def deadly(path, target):
            waiting[0] -= 1
            if waiting[0] == 0 and where == "half":
                os.truncate(path, path.stat().st_size // 2) if path.is_file() else None
            if waiting[0] == 0 and where != "after":
                os.kill(os.getpid(), signal.SIGKILL)
            made = replace(path, target)
            if waiting[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return made

        Path.replace = deadly

    return arm


def steps_on_disk(run: Path) -> int:
    """The steps that the run's state holds."""
    from tutor.engine.finetuning import steps_done
    from tutor.engine.run_folder import RunFolder

    return steps_done(RunFolder(run))


def left(state: Path) -> list[str]:
    """Files and folders that only a process at work should have."""
    return [str(path.relative_to(state)) for path in state.rglob("*") if path.suffix in (".part", ".old")]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
