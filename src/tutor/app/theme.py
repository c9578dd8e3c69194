"""The app's own themes: one accent for what can be acted on, quiet greys for the rest."""

from __future__ import annotations

from textual.theme import Theme


def _theme(name: str, dark: bool, colours: dict[str, str]) -> Theme:
    """A theme from eight colours; everything else that Textual asks for follows from them."""
    accent, ink, muted, faint = (colours[key] for key in ("accent", "ink", "muted", "faint"))
    ground, raised = colours["ground"], colours["raised"]
    return Theme(
        name=name,
        dark=dark,
        primary=accent,
        secondary=muted,
        accent=accent,
        foreground=ink,
        background=ground,
        surface=ground,
        panel=raised,
        success=colours["good"],
        warning=accent,
        error=colours["bad"],
        variables={
            "text": ink,
            "text-muted": muted,
            "text-disabled": faint,
            "text-accent": accent,
            "text-primary": accent,
            "text-success": colours["good"],
            "text-error": colours["bad"],
            "text-warning": accent,
            "faint": faint,
            "raised": raised,
            "border": accent,
            "border-blurred": faint,
            "block-cursor-background": raised,
            "block-cursor-foreground": ink,
            "block-cursor-text-style": "bold",
            "block-cursor-blurred-background": ground,
            "block-cursor-blurred-foreground": ink,
            "block-hover-background": raised,
            "input-cursor-background": accent,
            "input-cursor-foreground": ground,
            "input-selection-background": f"{accent} 35%",
            "scrollbar": faint,
            "scrollbar-hover": muted,
            "scrollbar-active": accent,
            "scrollbar-background": ground,
            "scrollbar-background-hover": ground,
            "scrollbar-background-active": ground,
            "scrollbar-corner-color": ground,
            "footer-background": ground,
            "footer-foreground": muted,
            "footer-key-foreground": accent,
            "link-color": accent,
            "link-background-hover": raised,
            "link-color-hover": ink,
            "markdown-h1-color": ink,
            "markdown-h2-color": ink,
            "markdown-h3-color": ink,
        },
    )


DARK = _theme(
    "tutor-dark",
    True,
    {
        "ground": "#14161b",
        "raised": "#22262e",
        "faint": "#4a515e",
        "muted": "#959dab",
        "ink": "#dcdfe5",
        "accent": "#f2a27c",
        "good": "#8ecf9e",
        "bad": "#f2858a",
    },
)
LIGHT = _theme(
    "tutor-light",
    False,
    {
        "ground": "#fbfaf7",
        "raised": "#eeebe4",
        "faint": "#b9b4a9",
        "muted": "#636770",
        "ink": "#23252a",
        "accent": "#b0421b",
        "good": "#2b7541",
        "bad": "#b3261e",
    },
)
CONTRAST = _theme(
    "tutor-contrast",
    True,
    {
        "ground": "#000000",
        "raised": "#333333",
        "faint": "#8a8a8a",
        "muted": "#d6d6d6",
        "ink": "#ffffff",
        "accent": "#ffd24d",
        "good": "#7dff9b",
        "bad": "#ffa0a0",
    },
)

CLEAR = _theme(
    "tutor-colour-blind",
    True,
    # Orange, sky blue and yellow of Okabe and Ito's palette: told apart whichever kind of cone is missing.
    {
        "ground": "#101318",
        "raised": "#242a33",
        "faint": "#5b6470",
        "muted": "#a9b1bd",
        "ink": "#f0f2f5",
        "accent": "#f0e442",
        "good": "#56b4e9",
        "bad": "#e69f00",
    },
)

THEMES = (DARK, LIGHT, CONTRAST, CLEAR)
"""The first one is the default; ctrl+t goes round them."""


def after(name: str) -> str:
    """The theme that follows in the round."""
    names = [theme.name for theme in THEMES]
    return names[(names.index(name) + 1) % len(names)] if name in names else names[0]
