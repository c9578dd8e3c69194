"""What the app no longer shows is freed, and what it frees goes back to the system."""

from __future__ import annotations

import ctypes
import sys

from textual._styles_cache import StylesCache

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
"""glibc's names for mallopt (malloc.h)."""
_BLOCK = 128 * 1024


def forget_drawn() -> None:
    """Let go of how widgets looked that may be gone.

    Textual remembers two colours for each of the last 1,024 widgets that were drawn, and with them, by mistake,
    every line of each (its issue 6665): some 450,000 objects after 36 lessons were opened, and 60 MB. The colours are
    worked out anew in no time.
    """
    forget = getattr(getattr(StylesCache, "get_inner_outer", None), "cache_clear", None)
    if forget is not None:  # else this Textual does not make the mistake
        forget()


def give_back() -> None:
    """Set up glibc's allocator for a process that runs for hours and frees what it draws; harmless elsewhere.

    By itself glibc keeps ever larger blocks in its heap once some were freed, and has a heap for each thread: after
    four minutes of random keys 87 of 138 MB there were holes, with this 5 of 35 MB. The engine is another process,
    which wants the contrary.
    """
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        libc.mallopt(_M_MMAP_THRESHOLD, _BLOCK)
        libc.mallopt(_M_TRIM_THRESHOLD, _BLOCK)
        libc.mallopt(_M_ARENA_MAX, 1)
