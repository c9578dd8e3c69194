"""One file an experiment: its record as a picture and as words."""
