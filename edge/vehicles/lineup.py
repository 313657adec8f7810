"""The axles on and behind the array in one line: each with its crossing of every row that saw it, lost and invented ones told apart.

Axles do not overtake each other, so a row's axles are matched to those of the row before it in order. A row that lost a wheel, or saw a
spike as one, would shift all that follow; which axle it was shows in the time between the rows, which changes from axle to axle only as
far as vehicles change their speed.
"""

from __future__ import annotations

from math import inf, log, sqrt
from statistics import median

from edge.vehicles.rows import RowAxle

LOST, INVENTED = 5.0, 12.0
"""Cost of an axle that a row lost, or that it alone saw, in the units of the squared misfits below: rarer than any manner of driving."""

PACE_LN, STEADY_LN = 0.3, 0.15
"""Scatter of the time between two rows, as logarithm: against the pace told by the time over a sensor, and from axle to axle."""

MISFIT_MOST = 3.0
"""Bound of one misfit: a vehicle that stood between two rows fits neither pace, and is no lost axle for that."""

PLAIN_LN = 0.22
"""Where all times between two rows agree this closely with each other, and the first with the pace, order alone is right."""

HARDEST_M_S2 = 10.0
"""No vehicle brakes or starts harder: a wheel that was fast at a row cannot have stood for long just before it."""

AGREE_FACTOR = 2.0
"""The time over a sensor tells a wheel's pace there to a third, as footprints differ; the pace between two rows, were it steady, lies
within this factor of it. Otherwise the vehicle stood or changed speed between the rows, and the pace at the sensor holds."""

CHATTER_FACTOR = 3
"""A row that saw more than this many times the axles of the others did not see wheels."""

_STEPS = ((1, 1), (1, 2), (1, 3), *((ahead, 1) for ahead in range(2, 9)))
"""From one matched pair to the next: axles that a row lost in a row, as many as a gap takes of a vehicle, and those that it alone saw."""

Track = dict[int, RowAxle]
"""One axle: by index of the row along the way, its crossing there."""


def line_up(queues: list[list[RowAxle]], paces: list[list[float]], rows_m: tuple[float, ...], rate_hz: float) -> list[Track]:
    """Match the axles of all rows to one line.

    Parameters
    ----------
    queues
        Per row along the way its axles in order of time.
    paces
        Of each of them the pace in m per sample that the time over its sensors tells, 0 where that is unknown.
    rows_m
        Positions of the rows along the way.
    rate_hz
        Samples per second.

    Returns
    -------
    list
        The axles in order. A row that chattered takes no part.
    """
    usual = median([len(queue) for queue in queues if queue] or [0])
    line: list[Track] = []
    for row, queue in enumerate(queues):
        if not queue or len(queue) > max(CHATTER_FACTOR * usual, CHATTER_FACTOR):
            continue
        felt = _felt(queue, paces[row])
        most = [[_longest(pace, rows_m[row] - rows_m[max(track)], rate_hz) for pace in felt] for track in line]
        line = _join(line, row, queue, felt=felt, most=most, rows_m=rows_m) if line else [{row: axle} for axle in queue]
    return line


def _join(
    line: list[Track], row: int, queue: list[RowAxle], *, felt: list[float], most: list[list[float]], rows_m: tuple[float, ...]
) -> list[Track]:
    """Add one row's axles to the line; `felt` is the pace of each, `most` the longest time each can have needed from each of the line."""
    last = [max(track) for track in line]
    before = [track[seen].time for track, seen in zip(line, last, strict=True)]
    lags = [[axle.time - time for axle in queue] for time in before]
    # As logarithms of the time between rows times the pace over the way: 0 where the axle kept the pace it has at this row.
    misfit = [
        [
            log(lag * pace / (rows_m[row] - rows_m[seen])) if 0 < lag < bound else -inf
            for lag, pace, bound in zip(own, felt, bounds, strict=True)
        ]
        for own, seen, bounds in zip(lags, last, most, strict=True)
    ]
    pairs = list(zip(range(len(line)), range(len(queue)), strict=False))
    if not _is_plain([misfit[i][j] for i, j in pairs]) or len(queue) > len(line):
        pairs = _align(misfit)
    matched = dict(pairs)
    partner = {j: i for i, j in pairs}
    joined: list[Track] = []
    waiting = 0
    for i, track in enumerate(line):
        # What only this row saw comes before the axles that it matched later ones with, and before those that were at its place later.
        until = matched.get(i)
        while waiting < len(queue) and waiting != until and waiting not in partner:
            was_there = queue[waiting].time - (rows_m[row] - rows_m[last[i]]) / felt[waiting]
            if until is None and was_there > before[i]:
                break
            joined.append({row: queue[waiting]})
            waiting += 1
        if until is None:
            joined.append(track)
        else:
            waiting = until + 1
            joined.append({**track, row: queue[until]})
    joined.extend({row: queue[j]} for j in range(waiting, len(queue)) if j not in partner)
    return joined


def _felt(queue: list[RowAxle], paces: list[float]) -> list[float]:
    """Give the pace of each axle, the median of the others where its own is unknown, in m per sample."""
    known = [pace for pace in paces if pace > 0] or [1.0]
    usual = median(known)
    return [pace if pace > 0 else usual for pace, _ in zip(paces, queue, strict=True)]


def _longest(pace: float, way_m: float, rate_hz: float) -> float:
    """Give the longest time in samples that a wheel with a `pace` (m per sample) at a row can have needed for the way before it."""
    slowest_sq = (pace * rate_hz / AGREE_FACTOR) ** 2 - HARDEST_M_S2 * way_m  # it braked over half of the way and started over the other
    return way_m / sqrt(slowest_sq) * rate_hz if slowest_sq > 0 else inf


def _is_plain(misfits: list[float]) -> bool:
    return abs(misfits[0]) < 2 * PACE_LN and max(misfits) - min(misfits) < PLAIN_LN


def _align(misfit: list[list[float]]) -> list[tuple[int, int]]:
    """Give the cheapest order-keeping pairs of axles (index before, index here); axles behind the last pair are still to come."""
    rows, columns = len(misfit), len(misfit[0])
    cost = [[inf] * columns for _ in range(rows)]
    came: list[list[tuple[int, int] | None]] = [[None] * columns for _ in range(rows)]
    best, end = inf, None
    for i in range(rows):
        for j in range(columns):
            here = misfit[i][j]
            if here == -inf:  # it would have been here before it was there, or cannot have been there so long ago
                continue
            cheapest, origin = LOST * i + INVENTED * j, None
            for step_i, step_j in _STEPS:
                p, q = i - step_i, j - step_j
                if p >= 0 and q >= 0 and cost[p][q] < inf:
                    change = min(((here - misfit[p][q]) / STEADY_LN) ** 2, MISFIT_MOST)
                    total = cost[p][q] + LOST * (step_i - 1) + INVENTED * (step_j - 1) + change
                    if total < cheapest:
                        cheapest, origin = total, (p, q)
            cost[i][j] = cheapest + min((here / PACE_LN) ** 2, MISFIT_MOST)
            came[i][j] = origin
            total = cost[i][j] + INVENTED * (columns - 1 - j)
            if total < best:
                best, end = total, (i, j)
    pairs: list[tuple[int, int]] = []
    while end is not None:
        pairs.append(end)
        end = came[end[0]][end[1]]
    return pairs[::-1]
