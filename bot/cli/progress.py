"""The progress bar: on a terminal only, on standard error, one line that is drawn anew and wiped at the end."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

if TYPE_CHECKING:
    from checks.runner import Progress

_WIPE = "\r\x1b[K"


class Bar:
    """Shows how far long work has come; silent where nobody looks at a terminal."""

    def __init__(self, stream: TextIO, *, columns: Callable[[], int] | None = None) -> None:
        self._stream = stream
        self._shown = stream.isatty()
        self._columns = columns or (lambda: shutil.get_terminal_size((80, 24)).columns)
        self.done = 0
        self.total = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.wipe()

    def say(self, sentence: str) -> None:
        """Say what is going on before there is anything to count."""
        self._draw(sentence)

    def show(self, progress: Progress) -> None:
        """Draw the line for this state."""
        self.done, self.total = progress.done, progress.total
        share = progress.done / progress.total if progress.total else 0.0
        filled = round(share * 20)
        bar = "#" * filled + "." * (20 - filled)
        self._draw(f"[{bar}] {progress.done} of {progress.total}  {progress.now}")

    def wipe(self) -> None:
        """Take the line away."""
        if self._shown:
            self._stream.write(_WIPE)
            self._stream.flush()

    def _draw(self, line: str) -> None:
        if self._shown:
            plain = "".join(character for character in line if character.isprintable())
            self._stream.write(_WIPE + plain[: max(10, self._columns() - 1)])
            self._stream.flush()
