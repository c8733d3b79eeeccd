"""Speed as a ratio against something measured in the same run, so that neither a slow nor a busy machine matters.

How the time of a call grows with what it is given (`worse_than_linear`), and how slow this machine is at this moment,
by which a time that is promised in seconds is stretched (`slowness`, `least`).
"""

from __future__ import annotations

import gc
from collections.abc import Awaitable, Callable, Iterable
from time import perf_counter, process_time

TIMES = 4
"""How many times as much the second call is given."""
MOST = 10.0
"""Between the 4 of linear time and the 16 of quadratic time; what outgrows the processor's caches comes to 7."""
TOO_SHORT = 0.004
"""Seconds of the processor; below, the clock's own steps would be measured."""
SIZES = (4 * 1024, 16 * 1024)
LARGE = (*SIZES, 64 * 1024, 256 * 1024)
"""For what is read whole: up to a mebibyte."""
ONE = 64 * 1024
SECONDS = 1.0
"""What 64 KiB of anything may cost of the processor, on a quiet machine."""
DOUBTS = 4
"""How often what looks slow is measured again before it counts."""

TRIES = 5
"""How often what depends on the clock may be tried."""
QUIET = 0.046
"""Seconds that the fixed work of `slowness` takes on a quiet machine for which bars in seconds are written."""
ROUNDS = 6
"""How many rounds `least` grants at most."""


def _took(call: Callable[[], object]) -> float:
    """Without the garbage collection, whose work is that of all the tests before."""
    collects = gc.isenabled()
    gc.disable()
    try:
        began = process_time()
        call()
        return process_time() - began
    finally:
        if collects:
            gc.enable()


def worse_than_linear(call: Callable[[int], object], size: int) -> float | None:
    """How many times longer four times the size takes, where that is more than linear time explains; else None.

    The best of each side counts, and what looks slow is measured again, both sizes in turn: moments in which the
    machine did something else are forgotten, growth is not.
    """
    large, small = _took(lambda: call(TIMES * size)), float("inf")
    for _ in range(DOUBTS):
        if large < TOO_SHORT:
            return None
        small = min(small, _took(lambda: call(size)), _took(lambda: call(size)))
        ratio = large / max(small, TOO_SHORT / TIMES)
        if ratio <= MOST:
            return None
        large = min(large, _took(lambda: call(TIMES * size)))
    return round(ratio, 1)


def repeated(piece: str, size: int) -> str:
    """So many characters of the same piece."""
    return (piece * (size // len(piece) + 1))[:size]


def slow(
    read: Callable[[str], object], text: Callable[[int], str], sizes: tuple[int, ...] = SIZES, most: float = SECONDS
) -> str:
    """What is wrong with the time that a reader takes for such texts; empty where nothing is.

    From each size to four times the size it must not grow by more than linear time explains: a reader that looks at a
    beginning only shows its growth within what it reads. And 64 KiB cost `most` seconds of the processor at the most,
    or what these come to on a machine as slow as this one.
    """
    for size in sizes:
        if ratio := worse_than_linear(lambda size: read(text(size)), size):
            return f"{TIMES * size // 1024} KiB take {ratio} times as long as {size // 1024} KiB"
    whole = text(ONE)
    took = seconds(lambda: read(whole), most)
    return "" if took <= most else f"64 KiB take {took:.1f} s"


def slow_pieces(
    read: Callable[[str], object],
    pieces: Iterable[str],
    *,
    begin: str = "",
    end: str = "",
    sizes: tuple[int, ...] = SIZES,
) -> dict[str, str]:
    """The pieces that are slow when they are repeated, behind `begin` and before `end`, and why."""
    found = {
        piece: slow(read, lambda size, piece=piece: begin + repeated(piece, size) + end, sizes) for piece in pieces
    }
    return {piece: why for piece, why in found.items() if why}


def _fixed_work() -> int:
    """Some milliseconds of what Python programs do: dictionaries, short texts, numbers, sorting."""
    found: dict[str, int] = {}
    for number in range(120_000):
        word = f"{number:x}".encode().hex()
        found[word] = found.get(word[:3], 0) + number
    return sum(sorted(found.values()))


def slowness(clock: Callable[[], float] = perf_counter) -> float:
    """How many times longer a fixed work takes now than on a quiet machine; never less than 1.

    By `perf_counter` it knows the machine's speed and its neighbours; by `process_time` the speed alone.
    """
    began = clock()
    _fixed_work()
    return max(1.0, (clock() - began) / QUIET)


def seconds(call: Callable[[], object], enough: float) -> float:
    """Seconds of the processor that a call takes on a quiet machine: the least of some rounds.

    A round that took no more than `enough` is the last, and needs no comparison; any other is divided by how slow the
    machine was beside it.
    """
    best = float("inf")
    for _ in range(ROUNDS):
        took = _took(call)
        best = min(best, took if took <= enough else took / slowness(process_time))
        if best <= enough:
            break
    return best


async def least(
    measure: Callable[[], Awaitable[float]], enough: float, *, clock: Callable[[], float] = perf_counter
) -> float:
    """The least that was measured in some rounds, each divided by how slow the machine was around it.

    A round that took no more than `enough` is the last. On a quiet machine the figure is what was measured; what is
    slow by itself is so in every round, and fails the bar wherever it runs.
    """
    best, before = float("inf"), 1.0
    for _ in range(ROUNDS):
        if (took := await measure()) <= enough:
            return took
        after = slowness(clock)
        best, before = min(best, took / max(before, after)), after
        if best <= enough:
            break
    return best


async def in_a_quiet_moment(attempt: Callable[[], Awaitable[None]]) -> None:
    """Try again what is on time only where nobody pushes in; what is late by itself fails in each of the tries."""
    for left in reversed(range(TRIES)):
        try:
            await attempt()
        except AssertionError:
            if not left:
                raise
        else:
            return
