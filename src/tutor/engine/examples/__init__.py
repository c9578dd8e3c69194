"""A learner's own file as rows to learn from: formats, encodings, columns, bad rows. No torch."""

from tutor.engine.examples.found import Found, Skipped
from tutor.engine.examples.reading import Examples, open_examples
from tutor.engine.examples.rows import BadRows, Columns, LabelledRow, PromptRow, Row, Task, TextRow, Turn
from tutor.engine.examples.tokens import paragraphs

__all__ = [
    "BadRows",
    "Columns",
    "Examples",
    "Found",
    "LabelledRow",
    "PromptRow",
    "Row",
    "Skipped",
    "Task",
    "TextRow",
    "Turn",
    "open_examples",
    "paragraphs",
]
