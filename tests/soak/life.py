"""A life that begins with a real start of the interpreter: `python -m tests.soak.life SEED NUMBER FOLDER WHERE FD`."""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path

from tests.soak.office import Line
from tests.soak.plan import draw
from tests.soak.run import live

if __name__ == "__main__":
    seed, number, folder, where, end = sys.argv[1:]
    live(draw(int(seed)), int(number), Path(folder), Line(socket.socket(fileno=int(end))), json.loads(where))
