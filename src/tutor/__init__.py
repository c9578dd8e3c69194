"""Tutor: an offline terminal tutor and playground for transformers and language models.

Reading order for newcomers: `errors` and `paths` (the ground), `engine.attention` and `engine.decoder` (the
model, from top to bottom like the paper), `experiments.inputs` and `experiments.attention` (what the learner
runs), `views.heatmap` (how it is drawn), `cli` and `app` (the two ways in).

Importing this package imports nothing heavy.
"""

__version__ = "0.1.0"
