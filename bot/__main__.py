"""`python -m bot` and the console script `launch`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    from bot.cli import execute

    sys.exit(execute(sys.argv[1:]))


if __name__ == "__main__":
    main()
