"""How probable it is that a sighting belongs to a vehicle, given all sightings and all vehicles around, in one lane or several.

An explanation of what was seen gives each sighting to one vehicle or to none, and each vehicle at most one sighting. Vehicles that were
weighed in one lane pass a camera in that order, so two of them never cross; those of different lanes may. The probability of a pair is the
weight of all explanations that hold it over the weight of all. It is summed exactly by going through the sightings in order of time with
the set of vehicles already seen as the state, forward and backward: the recursion of a pair hidden Markov model (Durbin, Eddy, Krogh,
Mitchison: Biological Sequence Analysis, 1998, chapter 4), its state widened from "how far in the lane" to "which of those that still
matter". Only vehicles that a later sighting could be, or whose order still binds one, are kept in the state, so it stays small.
"""

import heapq
import math
from collections.abc import Mapping, Sequence
from typing import Final

STATES_MAX: Final = 512
"""Most likely states kept at one sighting; three lanes bumper to bumper with a wholly unknown clock have some hundred."""

States = dict[int, float]
"""Weight of each set of vehicles already seen, a bit each."""


def pair_probabilities(odds: Sequence[Mapping[int, float]], lanes: Sequence[int]) -> tuple[list[dict[int, float]], float]:
    """Give the probability of each pair.

    Parameters
    ----------
    odds
        Per sighting, in order of time: for each vehicle it may be, how many times likelier it is that the two belong together than that
        both stay alone.
    lanes
        Per vehicle, in order of passage: the lane in which it was weighed.

    Returns
    -------
    tuple
        Per sighting the probability of each vehicle (what they lack to 1: that it is none of them), and the logarithm of the weight of all
        explanations together, by which two sets of odds for the same vehicles and sightings are compared.
    """
    blocking = [sum(1 << w for w in range(v, len(lanes)) if lanes[w] == lane) for v, lane in enumerate(lanes)]
    keep = _kept(odds, lanes)
    forward: list[States] = [{0: 1.0}]
    scales: list[float] = []
    for seen, kept in zip(odds, keep, strict=True):
        states = _advance(forward[-1], seen, blocking, kept)
        scale = math.fsum(states.values())
        scales.append(scale)
        forward.append({state: weight / scale for state, weight in states.items()})
    backward: States = dict.fromkeys(forward[-1], 1.0)
    probabilities: list[dict[int, float]] = []
    for j in range(len(odds) - 1, -1, -1):
        pairs, following = _retreat(forward[j], backward, odds[j], blocking, keep[j])
        probabilities.append({v: min(weight / scales[j], 1.0) for v, weight in pairs.items()})
        backward = {state: weight / scales[j] for state, weight in following.items()}
    return probabilities[::-1], math.fsum(map(math.log, scales))


def _kept(odds: Sequence[Mapping[int, float]], lanes: Sequence[int]) -> list[int]:
    """Give per sighting the vehicles that the state need still hold after it: those that bar one of the candidates to come."""
    first_to_come: dict[int, int] = {}
    kept = []
    for seen in reversed(odds):
        kept.append(sum(1 << v for v, lane in enumerate(lanes) if v >= first_to_come.get(lane, len(lanes))))
        for v in seen:
            first_to_come[lanes[v]] = min(v, first_to_come.get(lanes[v], v))
    return kept[::-1]


def _advance(before: States, seen: Mapping[int, float], blocking: Sequence[int], kept: int) -> States:
    after: States = {}
    for state, weight in before.items():
        alone = state & kept
        after[alone] = after.get(alone, 0.0) + weight
        for v, odds in seen.items():
            if not state & blocking[v]:
                paired = (state | 1 << v) & kept
                after[paired] = after.get(paired, 0.0) + weight * odds
    if len(after) > STATES_MAX:
        return dict(heapq.nlargest(STATES_MAX, after.items(), key=lambda item: (item[1], -item[0])))
    return after


def _retreat(
    before: States, after: States, seen: Mapping[int, float], blocking: Sequence[int], kept: int
) -> tuple[dict[int, float], States]:
    """Give the weight of each pair at one sighting, and of all that follows each state before it."""
    pairs = dict.fromkeys(seen, 0.0)
    following: States = {}
    for state, weight in before.items():
        rest = after.get(state & kept, 0.0)
        for v, odds in seen.items():
            if not state & blocking[v]:
                part = odds * after.get((state | 1 << v) & kept, 0.0)
                pairs[v] += weight * part
                rest += part
        following[state] = rest
    return pairs, following
