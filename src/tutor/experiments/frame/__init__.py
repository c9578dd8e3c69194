"""What all experiments share: descriptions of inputs, JSON, command lines, and the engine process's loop."""
