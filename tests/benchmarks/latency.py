"""How long a learner waits for an answer: experiments and pictures, warm, on this machine.

    python tests/benchmarks/latency.py [MODEL]

Prints the best and the median of several runs in milliseconds. Not a test: figures depend on what else runs.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable
from typing import Any

from rich.console import Console

from tutor import views
from tutor.experiments import attention, generate, neighbours, positions, result_of, surprise, tokenize
from tutor.experiments import next as next_token

TEXT = "The cat sat on the mat and the dog ran to it. " * 100
RUNS = 7


def measure(name: str, work: Callable[[], object]) -> None:
    work()  # the first run opens the model and fills caches
    seconds = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    seconds.sort()
    print(f"{name:<44} {1000 * seconds[0]:8.1f} best {1000 * seconds[RUNS // 2]:8.1f} median ms")


def draw(result: Any, name: str = "attention") -> None:
    console = Console(file=io.StringIO(), width=100, force_terminal=True, color_system="truecolor")
    console.print(views.picture(name, result))


def main() -> None:
    model = sys.argv[1] if len(sys.argv) > 1 else "storyteller"
    for tokens in (16, 64, 256, 1024):
        text = " ".join(TEXT.split()[: round(tokens * 0.92)])
        result = attention.run(attention.Inputs(text, model=model))
        name = f"attention, all heads, {len(result.tokens)} tokens"
        measure(name, lambda text=text: attention.run(attention.Inputs(text, model=model)))
        measure("  drawing all heads", lambda result=result: draw(result))
        single = attention.run(attention.Inputs(text, layer=0, head=0, model=model))
        measure("  drawing one head", lambda single=single: draw(single))
    measure("tokenize, 200 characters", lambda: tokenize.run(tokenize.Inputs(TEXT[:200])))
    measure("neighbours among 40,000 words", lambda: neighbours.run(neighbours.Inputs("king")))
    encoding = positions.run(positions.Inputs(length=64, width=64))
    measure("drawing a heat map of 64 x 64", lambda: draw(encoding, "positions"))
    measure("next, 12 words", lambda: next_token.run(next_token.Inputs(TEXT[:46], model=model)))
    measure("surprise, 1,000 characters", lambda: surprise.run(surprise.Inputs(TEXT[:1000], model=model)))
    measure("generate, 50 tokens", lambda: result_of("generate", generate.Inputs(TEXT[:46], tokens=50, model=model)))


if __name__ == "__main__":
    main()
