"""The axles on and behind the array in one line: each with its crossing of every row that saw it, lost and invented ones told apart.

Axles do not overtake each other, so a row's axles are matched to those of the row before it in order. A row that lost a wheel, or saw a
spike as one, would shift all that follow; which axle it was shows in the time between the rows, which changes from axle to axle only as
far as vehicles change their speed.
"""

from __future__ import annotations

from math import inf, log
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

CHATTER_FACTOR = 3
"""A row that saw more than this many times the axles of the others did not see wheels."""

_STEPS = ((1, 1), (2, 1), (1, 2), (3, 1), (1, 3))

Track = dict[int, RowAxle]
"""One axle: by index of the row along the way, its crossing there."""


def line_up(queues: list[list[RowAxle]], paces: list[list[float]], rows_m: tuple[float, ...]) -> list[Track]:
    """Match the axles of all rows to one line.

    Parameters
    ----------
    queues
        Per row along the way its axles in order of time.
    paces
        Of each of them the pace in m per sample that the time over its sensors tells, 0 where that is unknown.
    rows_m
        Positions of the rows along the way.

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
        line = _join(line, row, queue, paces, rows_m) if line else [{row: axle} for axle in queue]
    return line


def _join(line: list[Track], row: int, queue: list[RowAxle], paces: list[list[float]], rows_m: tuple[float, ...]) -> list[Track]:
    """Add one row's axles to the line."""
    last = [max(track) for track in line]
    before = [track[seen].time for track, seen in zip(line, last, strict=True)]
    felt = _felt(queue, paces[row])
    lags = [[axle.time - time for axle in queue] for time in before]
    # As logarithms of the time between rows times the pace over the way: 0 where the axle kept the pace it has at this row.
    misfit = [
        [log(lag * felt[j] / (rows_m[row] - rows_m[seen])) if lag > 0 else -inf for j, lag in enumerate(own)]
        for own, seen in zip(lags, last, strict=True)
    ]
    pairs = list(zip(range(len(line)), range(len(queue)), strict=False))
    if not _is_plain([misfit[i][j] for i, j in pairs]) or len(queue) > len(line):
        pairs = _align(misfit)
    matched = dict(pairs)
    partner = {j: i for i, j in pairs}
    joined: list[Track] = []
    waiting = 0
    for i, track in enumerate(line):
        if i in matched:
            joined.extend({row: queue[j]} for j in range(waiting, matched[i]))
            waiting = matched[i] + 1
            joined.append({**track, row: queue[matched[i]]})
        else:
            joined.append(track)
    joined.extend({row: queue[j]} for j in range(waiting, len(queue)) if j not in partner)
    return joined


def _felt(queue: list[RowAxle], paces: list[float]) -> list[float]:
    """Give the pace of each axle, the median of the others where its own is unknown, in m per sample."""
    known = [pace for pace in paces if pace > 0] or [1.0]
    usual = median(known)
    return [pace if pace > 0 else usual for pace, _ in zip(paces, queue, strict=True)]


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
            if here == -inf:  # it would have been here before it was there
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
