"""One colour scale for every number that is drawn.

Lightness rises in equal steps of OKLab (Ottosson 2020), so that equal steps of a value look equally far apart, and
the hue runs from blue to yellow, which readers with any of the common colour deficiencies can tell apart; lightness
alone carries the value when hue is lost (the reason that viridis and cividis are built the same way).
"""

from __future__ import annotations

import functools
import math

STEPS = 64
"""How many shades are distinguished; more than a terminal reader can see."""

SHADES = " ·░▒▓█"
"""The scale as characters, where colour is missing."""
ASCII_SHADES = " .:+#@"
"""The scale as ASCII characters."""

_LIGHTNESS = (0.20, 0.92)
_HUE = (265.0, 100.0)
_CHROMA = (0.09, 0.145)


def _oklch_to_rgb(lightness: float, chroma: float, hue: float) -> tuple[int, int, int]:
    """An OKLCh colour as 8-bit sRGB, each channel clipped to the gamut (Ottosson 2020)."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    red, green, blue = (round(255 * _gamma(min(max(channel, 0.0), 1.0))) for channel in linear)
    return red, green, blue


def _gamma(linear: float) -> float:
    return 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055


@functools.cache
def rgb(step: int) -> tuple[int, int, int]:
    """The colour of one of the `STEPS` steps, 0 the darkest."""
    share = step / (STEPS - 1)
    lightness = _LIGHTNESS[0] + share * (_LIGHTNESS[1] - _LIGHTNESS[0])
    chroma = _CHROMA[0] + share * (_CHROMA[1] - _CHROMA[0])
    return _oklch_to_rgb(lightness, chroma, _HUE[0] + share * (_HUE[1] - _HUE[0]))


def step_of(share: float) -> int:
    """The step that shows `share` of the scale; shares outside 0 to 1 take the nearest end."""
    return min(max(int(share * (STEPS - 1) + 0.5), 0), STEPS - 1)


def hexadecimal(share: float) -> str:
    """The colour for `share` (0 to 1) as `#rrggbb`."""
    return "#{:02x}{:02x}{:02x}".format(*rgb(step_of(share)))


def ink(share: float) -> str:
    """Black or white, whichever can be read on the colour for `share`."""
    return "#000000" if share > 0.55 else "#ffffff"


def shade(share: float, ascii_only: bool = False) -> str:
    """The character for `share` (0 to 1): blank for nothing, full for all."""
    shades = ASCII_SHADES if ascii_only else SHADES
    if share <= 0.005:
        return shades[0]
    return shades[min(1 + int(share * (len(shades) - 1)), len(shades) - 1)]
