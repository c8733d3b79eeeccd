"""How response times are distributed, in some forty bytes an hour: a logarithmic histogram.

Each three doublings of time are split into 64 buckets, so a bucket's middle is within 1.63 % of every value in it,
from 0.1 ms to ten minutes; only buckets that hold something are stored. Histograms add up exactly: a day's is the sum
of its hours', and its percentiles are as good as theirs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate

SMALLEST = 0.1
"""Milliseconds; all that is quicker counts as this."""
GROWTH = 8.0 ** (1 / 64)
LAST = math.ceil(math.log(600_000 / SMALLEST, GROWTH))
"""The last bucket; all that is slower than ten minutes falls into it."""
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many response times fell into which bucket."""

    counts: Mapping[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, milliseconds: Iterable[float]) -> Histogram:
        """From single response times."""
        counts: dict[int, int] = {}
        for each in milliseconds:
            bucket = _bucket(each)
            counts[bucket] = counts.get(bucket, 0) + 1
        return cls(counts)

    @classmethod
    def total(cls, parts: Iterable[Histogram]) -> Histogram:
        """All of them together."""
        counts: dict[int, int] = {}
        for part in parts:
            for bucket, count in part.counts.items():
                counts[bucket] = counts.get(bucket, 0) + count
        return cls(counts)

    @property
    def n(self) -> int:
        """How many values it holds."""
        return sum(self.counts.values())

    def quantile(self, q: float) -> float | None:
        """The value that a share `q` of all do not exceed (nearest rank), in milliseconds; None when empty."""
        rank = max(1, math.ceil(q * self.n))
        passed = 0
        for bucket in sorted(self.counts):
            passed += self.counts[bucket]
            if passed >= rank:
                return _middle(bucket)
        return None

    def to_bytes(self) -> bytes:
        """A format number, then for each filled bucket its distance from the one before and its count, as varints."""
        data, before = bytearray([FORMAT]), 0
        for bucket in sorted(self.counts):
            data += _varint(bucket - before) + _varint(self.counts[bucket])
            before = bucket
        return bytes(data)

    @classmethod
    def from_bytes(cls, data: bytes) -> Histogram:
        """Read back what `to_bytes` wrote. Raises ValueError for anything else."""
        if not data or data[0] != FORMAT:
            raise ValueError("not a histogram of this format")
        if max(data) < 0x80 and len(data) % 2:
            # Nearly always: every number is a byte of its own.
            return cls(dict(zip(accumulate(data[1::2]), data[2::2], strict=True)))
        numbers: list[int] = []
        number = shift = 0
        for byte in data[1:]:
            number |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                numbers.append(number)
                number = shift = 0
        if shift or len(numbers) % 2:
            raise ValueError("a histogram that is cut off")
        counts, bucket = {}, 0
        for distance, count in zip(numbers[::2], numbers[1::2], strict=True):
            bucket += distance
            counts[bucket] = count
        return cls(counts)


def _bucket(milliseconds: float) -> int:
    if not milliseconds > SMALLEST:
        return 0
    if math.isinf(milliseconds):
        return LAST
    return min(LAST, math.floor(math.log(milliseconds / SMALLEST) / math.log(GROWTH)))


def _middle(bucket: int) -> float:
    """The value whose relative distance from both ends of the bucket is the same, so the smallest possible."""
    low = SMALLEST * GROWTH**bucket
    return 2 * low * GROWTH / (1 + GROWTH)


def _varint(number: int) -> bytes:
    data = bytearray()
    while number > 0x7F:
        data.append(number & 0x7F | 0x80)
        number >>= 7
    data.append(number)
    return bytes(data)
