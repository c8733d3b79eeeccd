"""What measures speed finds what is slow by itself, and forgives a slow machine."""

from __future__ import annotations

from time import perf_counter, process_time

from tests.growth import QUIET, least, repeated, seconds, slow, slow_pieces, slowness, worse_than_linear

WORK = 20_000


def linear(size: int) -> int:
    """As long as the size says."""
    return sum(range(size * 40))


def quadratic(size: int) -> int:
    """As long as the size times itself."""
    return sum(range(size * size // 200))


def test_growth_is_found_and_length_alone_is_none():
    """Quadratic time stands out; linear time, and what is over before the clock moves, does not."""
    assert worse_than_linear(linear, WORK) is None
    assert worse_than_linear(quadratic, WORK // 4) > 10
    assert worse_than_linear(lambda _size: None, WORK) is None


def test_a_reader_is_tried_with_each_piece():
    """The one that makes it slow is named; a beginning that alone is read, and read slowly, is found all the same."""

    def read(text: str) -> int:
        return quadratic(len(text[:16_000])) if "x" in text else linear(len(text))

    assert list(slow_pieces(read, ["a", "x", "bc"])) == ["x"]
    assert slow_pieces(read, ["a"], begin="b", end="c") == {}
    assert repeated("abc", 7) == "abcabca"


def test_what_costs_much_at_any_size_is_slow_too():
    """64 KiB have a share of the processor, and no more."""
    assert slow(lambda _text: linear(WORK * 10), lambda size: "a" * size) == ""
    assert "64 KiB take" in slow(lambda _text: linear(WORK * 10), lambda size: "a" * size, most=0.01)


def test_a_second_is_one_of_a_quiet_machine():
    """However slow the machine is, the fixed work takes its own time; what takes it four times is over twice of it."""
    assert slowness() >= 1.0
    assert slowness(process_time) >= 1.0

    def four_times() -> None:
        for _ in range(4):
            slowness()

    assert 2 * QUIET < seconds(four_times, 2 * QUIET) < 8 * QUIET


async def test_the_best_round_counts_as_on_a_quiet_machine():
    """Rounds end with the first that is good enough; slow in each of them is slow."""
    rounds = iter([10.0, 0.01, 10.0])

    async def measure() -> float:
        return next(rounds)

    assert await least(measure, 0.05) == 0.01
    assert list(rounds) == [10.0]

    async def work() -> float:
        began = perf_counter()
        for _ in range(4):
            slowness()
        return perf_counter() - began

    assert await least(work, QUIET) > QUIET
