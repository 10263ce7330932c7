"""Where the program starts: ``convkit`` and ``python -m convkit``."""

import os
import sys
from contextlib import suppress
from typing import NoReturn


def main() -> NoReturn:
    """Run the program, whose modules are loaded here, so that Ctrl-C is quiet meanwhile, too."""
    try:
        from convkit.cli import main as run

        run()
    except KeyboardInterrupt:
        with suppress(OSError, AttributeError):  # full or closed
            sys.stderr.write("error: interrupted\n")
            sys.stderr.flush()
        os._exit(130)


if __name__ == "__main__":
    main()
