"""Writes the kept screens anew: `python tests/app/make_snapshots.py`, or with the names of some of them behind it."""

import os
import sys
from pathlib import Path

import pytest
from test_snapshots import WRITE

if __name__ == "__main__":
    os.environ[WRITE] = "1"
    some = ["-k", " or ".join(sys.argv[1:])] if sys.argv[1:] else []
    sys.exit(pytest.main([str(Path(__file__).parent / "test_snapshots.py"), "-q", "-n0", "-k", "test_screen", *some]))
