"""The Textual app: paints first, never waits for tensors and never imports torch."""
