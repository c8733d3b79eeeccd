"""`python -m checks.providers`: check the data files and write the JSON beside them."""

from __future__ import annotations

import sys

from checks.providers.source import Mistake, compile_all

if __name__ == "__main__":
    try:
        changed = compile_all()
    except Mistake as mistake:
        sys.exit(str(mistake))
    sys.stdout.write(f"written: {', '.join(changed)}\n" if changed else "everything is up to date\n")
