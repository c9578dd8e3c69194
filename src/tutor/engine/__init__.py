"""Tensors and arrays: models, tokenizers, vectors, positions, training. Prints nothing and draws nothing.

Importing this package imports nothing; each module says at its top whether it needs torch.
"""
