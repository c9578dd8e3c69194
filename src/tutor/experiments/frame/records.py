"""The engine's small records that results are made of, for views and labs, which must not import the engine."""

from __future__ import annotations

from tutor.engine.records import Candidate, Numbers, Step
from tutor.engine.tokenization import Token

__all__ = ["Candidate", "Numbers", "Step", "Token"]
