"""`python -m bot.runbooks`: prove the library and write its JSON. `--lint [FILE …]`: only say what is wrong."""

from __future__ import annotations

import sys
from pathlib import Path

from bot.domain.runbook.lint import grade_of
from bot.runbooks import LIBRARY
from bot.runbooks.places import exact
from bot.runbooks.source import HERE, Sources, compiled, sources


def told(found: Sources) -> str:
    """The library in figures, a line each."""
    figures = found.figures
    lines = [f"{topic}: grade {grade_of(book):.1f}, {len(book.steps)} steps" for topic, book in found.books.items()]
    return "\n".join(
        [
            *lines,
            f"{figures.books} runbooks, {figures.steps} steps",
            f"hardest to read: {figures.hardest[0]} (grade {figures.hardest[1]:.1f})",
            f"{figures.verified} of {figures.changing} changes are followed by a live check ({figures.share:.0%})",
            f"{exact(found.panels)} menu paths for a provider, in {len(found.panels)} panels",
        ]
    )


def main(arguments: list[str]) -> int:
    """0 where everything is in order."""
    only_lint = arguments[:1] == ["--lint"]
    found = sources(only=map(Path, arguments[1:])) if only_lint else sources()
    for problem in sorted(found.problems, key=lambda one: (one.file, one.line, one.column)):
        sys.stdout.write(f"{problem}\n")
    sys.stdout.write(told(found) + "\n")
    if found.problems:
        sys.stdout.write(f"{len(found.problems)} problem{'s' if len(found.problems) > 1 else ''}\n")
    if not only_lint:
        path, text = HERE / LIBRARY, compiled(found)
        changed = not path.is_file() or path.read_text("utf-8") != text
        path.write_text(text, "utf-8")
        sys.stdout.write(f"{LIBRARY} is {'written' if changed else 'up to date'}\n")
    return 1 if found.problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
