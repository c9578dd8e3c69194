"""Two pictures side by side, one below the other, or the first alone: by the room there is."""

import io

import numpy as np
import pytest
from rich.console import Console
from rich.text import Text

from tutor import views
from tutor.experiments import draw
from tutor.views.beside import Beside


def drawn(picture, width):
    console = Console(file=io.StringIO(), width=width, color_system=None)
    with console.capture() as capture:
        console.print(picture)
    return [line.rstrip() for line in capture.get().splitlines()]


@pytest.mark.parametrize(
    ("extra", "narrow"), [(False, ["one", "left", "", "two", "right"]), (True, ["left"])], ids=["below", "left out"]
)
def test_without_room_the_right_one_goes_below_or_away(extra, narrow):
    both = Beside(Text("left"), Text("right"), ("one", "two"), room=30, left_width=10, is_extra=extra)
    assert drawn(both, 30) == ["one        two", "left       right"]
    assert drawn(both, 29) == narrow


def test_a_drawing_has_its_openness_beside_it_where_there_is_room():
    """The pixel that was hardest to choose has 2 bits, in the same row and column as in the drawing."""
    levels, openness = np.zeros((8, 8), np.int64), np.zeros((8, 8))
    levels[2, 5], openness[2, 5] = 16, 2.0
    result = draw.Result("painter", "cpu", "a dot", ("a", "dot"), levels, openness, 5.0, "a dot", 70, 0.1)
    wide, narrow = (drawn(views.picture("draw", result), width) for width in (100, 80))
    assert wide[2].split()[-8:] == ["0.00"] * 5 + ["2.00"] + ["0.00"] * 2
    assert " 2 bits: how open each pixel was" in wide[8]
    assert not any("bits:" in line for line in narrow) and narrow[2].split()[-8:] == ["0"] * 5 + ["16"] + ["0"] * 2
