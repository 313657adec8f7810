"""What a day leaves behind: the sums from which every regression over days follows, whatever onset it assumes. Days add up."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, fields
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from calibration.drift.regressors import TRACTOR_PRIOR_SD, VEHICLE_PRIOR_SD, ZERO_PRIOR_SD
from calibration.told import told
from contract.faults import RejectError

Array = NDArray[np.float64]

FORMAT: Final = 1
"""Of packed days; another is written whenever a day would mean something else, and the old days are then left out."""

SIZE_MAX: Final = 1_000
"""Regressors or readings that sums can have: a lane has at most 128 sensors."""


@dataclass(frozen=True)
class Sums:
    """Weighted sums over the readings of a day, of regressors z (p,), readings y (c,) and weights w.

    A reading's variance is taken to be inverse to its weight.
    """

    number: float
    w: float
    wz: Array
    wy: Array
    wzz: Array
    wzy: Array
    wyy: Array

    @classmethod
    def of(cls, regressors: Array, readings: Array, weight: Array) -> Self:
        """Sum up readings: (n, p), (n, c), (n,)."""
        weighted = regressors * weight[:, None]
        return cls(
            number=float(len(weight)),
            w=float(weight.sum()),
            wz=weighted.sum(axis=0),
            wy=weight @ readings,
            wzz=weighted.T @ regressors,
            wzy=weighted.T @ readings,
            wyy=(readings * weight[:, None]).T @ readings,
        )

    @classmethod
    def none(cls, regressors: int, readings: int) -> Self:
        """Give the sums of nothing."""
        return cls.of(np.zeros((0, regressors)), np.zeros((0, readings)), np.zeros(0))

    def __add__(self, other: Sums) -> Sums:
        return Sums(*(getattr(self, part.name) + getattr(other, part.name) for part in fields(Sums)))

    def less(self, shift: Array) -> Sums:
        """Give the sums as if every reading had been less by `shift` (c,)."""
        both = np.outer(self.wy, shift)
        return Sums(
            number=self.number,
            w=self.w,
            wz=self.wz,
            wy=self.wy - self.w * shift,
            wzz=self.wzz,
            wzy=self.wzy - np.outer(self.wz, shift),
            wyy=self.wyy - both - both.T + self.w * np.outer(shift, shift),
        )

    @property
    def shape(self) -> tuple[int, int]:
        """How many regressors and readings."""
        return self.wz.size, self.wy.size


@dataclass(frozen=True)
class Day:
    """One day of one lane under one calibration.

    Attributes
    ----------
    number
        Days since 1970-01-01 (UTC), or since the beginning of a history without date.
    compared, steering
        Sums of the vehicles, see `passing`.
    zero
        Sums of the channels' zeros in kg of nominal load, see `zero`.
    left_out
        Vehicles that did not count because of a flag, a sensor that did not weigh, or an impossible figure.
    without_temperature
        Vehicles that counted although nobody knew the pavement's temperature.
    """

    number: int
    compared: Sums
    steering: Sums
    zero: Sums
    left_out: int = 0
    without_temperature: int = 0

    @classmethod
    def none(cls, number: int, readings: int, sensors: int) -> Self:
        """Give a day on which nothing has passed yet."""
        return cls(
            number,
            Sums.none(VEHICLE_PRIOR_SD.size, readings),
            Sums.none(TRACTOR_PRIOR_SD.size, 1),
            Sums.none(ZERO_PRIOR_SD.size, sensors),
        )

    def __add__(self, other: Day) -> Day:
        return Day(
            self.number,
            self.compared + other.compared,
            self.steering + other.steering,
            self.zero + other.zero,
            self.left_out + other.left_out,
            self.without_temperature + other.without_temperature,
        )

    def fits(self, readings: int, sensors: int) -> bool:
        """Tell whether this version's regressors and a lane's comparisons and sensors made the sums."""
        made = (self.compared.shape, self.steering.shape, self.zero.shape)
        return made == ((VEHICLE_PRIOR_SD.size, readings), (TRACTOR_PRIOR_SD.size, 1), (ZERO_PRIOR_SD.size, sensors))

    def pack(self) -> bytes:
        """Give the day as bytes: its counts, then shape and sums of each kind, float64, compressed with a checksum (zlib)."""
        parts: list[Array] = [np.array([FORMAT, self.number, self.left_out, self.without_temperature], np.float64)]
        for sums in (self.compared, self.steering, self.zero):
            parts.append(np.array(sums.shape, np.float64))
            parts += [np.ravel(getattr(sums, part.name)) for part in fields(Sums)]
        return zlib.compress(np.concatenate(parts).astype("<f8").tobytes())


def unpack(data: bytes, source: str) -> Day:
    """Read a packed day.

    Raises
    ------
    RejectError
        If the bytes are no day of this version.
    """
    try:
        values = np.frombuffer(zlib.decompress(data), "<f8").astype(np.float64)
        version, number, left_out, without = (int(value) for value in values[:4])
        rest = values[4:]
        parts = []
        for _ in range(3):
            sums, rest = _sums(rest)
            parts.append(sums)
    except (zlib.error, ValueError, OverflowError) as error:
        raise RejectError(
            "drift-day-damaged", source, told("holds a day that cannot be read (%(error)s); it is left out", error=error)
        ) from error
    if version != FORMAT or rest.size or not np.isfinite(values).all():
        raise RejectError(
            "drift-day-damaged",
            source,
            told("holds a day that this version does not write (format %(version)s); it is left out", version=version),
        )
    return Day(number, parts[0], parts[1], parts[2], left_out, without)


def _sums(values: Array) -> tuple[Sums, Array]:
    """Take the first sums off the values; ValueError if there are too few."""
    p, c = (int(value) for value in values[:2])
    if not 0 <= p <= SIZE_MAX or not 0 <= c <= SIZE_MAX:
        raise ValueError(f"sums of {p} regressors and {c} readings")
    shapes: list[tuple[int, ...]] = [(), (), (p,), (c,), (p, p), (p, c), (c, c)]
    taken, place = [], 2
    for shape in shapes:
        size = int(np.prod(shape))
        taken.append(values[place : place + size].reshape(shape))
        place += size
    return Sums(float(taken[0]), float(taken[1]), *taken[2:]), values[place:]
