"""`python -m tutor` is the same as the command `tutor`."""

from tutor.cli import main

if __name__ == "__main__":
    main()
