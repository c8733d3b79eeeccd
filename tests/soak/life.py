"""A life that begins with a real start of the interpreter: `python -m tests.soak.life SEED NUMBER FOLDER WHERE`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.soak.plan import draw
from tests.soak.run import live

if __name__ == "__main__":
    seed, number, folder, where = sys.argv[1:]
    live(draw(int(seed)), int(number), Path(folder), json.loads(where))
