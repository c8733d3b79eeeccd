"""The process in which a pattern is tried that could take long: pattern and page come in, what it takes goes out."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path


def main() -> None:
    """Read, search, answer."""
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from checks import stretches

    pattern, text = json.load(sys.stdin)
    match = stretches.first(re.compile(pattern), text)
    json.dump(match[1] if match else None, sys.stdout)


if __name__ == "__main__":
    main()
