"""``python -m convkit``."""

from convkit.cli import main

if __name__ == "__main__":
    main()
