"""The command line inside the test's own process, for tests of experiments that are about their commands."""

from tests.cli.conftest import tutor

__all__ = ["tutor"]
