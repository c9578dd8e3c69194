"""How long until the first screen is drawn: a trivial Textual app and tutor, side by side, each in a fresh process.

    python tests/benchmarks/first_paint.py [--runs 5] [--limit 1.5]

Prints the median of each in milliseconds, measured from the start of the interpreter, and their ratio; exits 1 if
the ratio is above the limit. Not part of the test suite, because its numbers depend on what else the machine does.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile

TRIVIAL = """
from textual.app import App
from textual.widgets import Footer, Header, Input, Markdown, Tree

class Trivial(App):
    def compose(self):
        yield Header()
        yield Markdown("# Title\\n\\nSome *text*.")
        yield Input()
        yield Tree("root")
        yield Footer()

App_ = Trivial
"""
OURS = """
from tutor.app.tutor_app import TutorApp
App_ = TutorApp
"""
MEASURE = """
import asyncio, time

def leave(app):
    app.painted = time.time()
    app.exit()

App_.on_ready = lambda app: app.call_after_refresh(leave, app)

async def main():
    app = App_()
    async with app.run_test(size=(80, 24)):
        while not hasattr(app, "painted"):
            await asyncio.sleep(0.001)
    print(app.painted)

asyncio.run(main())
"""


def seconds(source: str) -> float:
    """From starting an interpreter to the first paint."""
    import time

    with tempfile.TemporaryDirectory() as state:
        environment = {**os.environ, "TUTOR_STATE": state}
        start = time.time()
        script = source + MEASURE
        done = subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
        )
    return float(done.stdout.split()[-1]) - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--limit", type=float, default=1.5)
    options = parser.parse_args()
    times: dict[str, list[float]] = {TRIVIAL: [], OURS: []}
    for source in times:
        seconds(source)  # fills the caches of the disk and of compiled files
    for _ in range(options.runs):
        for source, measured in times.items():
            measured.append(seconds(source))
    trivial, ours = (statistics.median(measured) for measured in times.values())
    print(f"trivial app {trivial * 1000:.0f} ms, tutor {ours * 1000:.0f} ms, ratio {ours / trivial:.2f}")
    sys.exit(ours / trivial > options.limit)


if __name__ == "__main__":
    main()
