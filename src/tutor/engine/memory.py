"""How much memory this process has had, and how much there is."""

from __future__ import annotations

import os
import sys


def peak(device: str) -> int | None:
    """The most bytes that this process has held so far, on a GPU those of the GPU; None where that is not told."""
    if device == "cuda":
        import torch

        return int(torch.cuda.max_memory_allocated())
    try:
        import resource
    except ImportError:  # Windows
        return None
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return held if sys.platform == "darwin" else held * 1024


def there_is() -> int | None:
    """The bytes of memory of this machine; None where that is not told."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None
