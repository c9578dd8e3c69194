"""What fills the picture pane: the picture, the same facts in words, or the code behind it."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from tutor.app.labs.picture import Picture

PICTURE, WORDS, SOURCE = "picture", "words", "source"


class Panes(Picture):
    """The picture pane with its three faces; an answer that comes meanwhile waits behind the one shown."""

    def __init__(self) -> None:
        super().__init__()
        self.face = PICTURE
        self._faces: dict[str, RenderableType] = {PICTURE: "", WORDS: "", SOURCE: ""}

    def fill(self, picture: RenderableType, words: list[str]) -> None:
        """Take over a new answer."""
        self._faces |= {PICTURE: picture, WORDS: Text("\n\n".join(words))}
        if self.face != SOURCE:
            self.show(self._faces[self.face])

    def turn(self, face: str) -> None:
        """Show another face."""
        self.face = face
        self.scroll_home(animate=False)
        self.show(self._faces[face])

    def turn_to_source(self, experiment: str) -> None:
        """Show the code behind an experiment."""
        self._faces[SOURCE] = _source(experiment, self.app.current_theme.dark)
        self.turn(SOURCE)


def _source(experiment: str, dark: bool) -> RenderableType:
    from rich.syntax import Syntax

    from tutor.app.labs.source import passages

    theme = "monokai" if dark else "friendly"
    parts: list[RenderableType] = []
    for passage in passages(experiment):
        parts.append(Text(f"{passage.file}:{passage.line}", style="bold"))
        parts.append(Syntax(passage.text, "python", theme=theme, background_color="default", word_wrap=True))
        parts.append(Text(""))
    return Group(*parts)
