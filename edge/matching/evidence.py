"""Puts a decision into words: what was found with what speaks for it, or why nothing was."""

from typing import Final

from contract.plates import PlateRead
from edge.matching.likelihood import kind_ratio
from edge.matching.match import Found, MatchedRead
from edge.matching.sighting import Sighting
from edge.matching.view import Known, Solution, View

DOUBTED: Final = 0.9
"""Trust in a clock below which the reason names it."""


def found_of(sighting: Sighting, view: View, known: Known, probability: float) -> Found:
    """Give a sighting as what a vehicle has, the read that says what all together say first, without reads beyond the tolerance."""
    matched = []
    for read in sighting.reads:
        watch = view.watches[read.camera]
        expected_us, _ = watch.clock.expected_us(watch.seen(known.passage))
        residual_us = read.time_us - expected_us
        if abs(residual_us) <= watch.clock.tolerance_us:
            support = _support(view, known, sighting, read)
            matched.append(MatchedRead(read, view.facing, probability, round(residual_us), support))
    matched.sort(key=lambda one: (one.read.text != sighting.text, -one.read.confidence, one.read.time_us, one.read.event_id))
    return Found(tuple(matched), sighting.text, sighting.confidence)


def _support(view: View, known: Known, sighting: Sighting, read: PlateRead) -> tuple[str, ...]:
    said = []
    passage = known.passage
    if passage.lane not in view.watches[read.camera].camera.lanes:
        said.append(f"weighed in lane {passage.lane}, so it changed lanes")
    kind = kind_ratio(passage, sighting.text, read, view.facing)
    if kind > 1:
        said.append(f"the plate's kind fits a {passage.size.value} vehicle")
    elif kind < 1:
        said.append(f"the plate's kind does not fit a {passage.size.value} vehicle")
    return tuple(said)


def why_not(view: View, known: Known, solution: Solution, trust: float) -> str:
    """Say in words why a view has no sighting for a vehicle; `trust` is the probability that its clock has not jumped."""
    home = view.home(known.passage.lane) or next(iter(view.watches.values()))
    name = home.camera.name
    best = solution.best(known.passage.key)
    if best is None:
        return f"{name}: no read within {home.camera.tolerance_ms} ms of the expected time"
    sighting, probability = best
    what = sighting.text or "no plate"
    if trust < DOUBTED:
        return (
            f"{name}: its reads and the vehicles fit together better at another time; its clock is in doubt (jumped with probability "
            f"{1 - trust:.2f}), so {what} is not matched"
        )
    return (
        f"{name}: ambiguous; {solution.sightings} reads and {solution.vehicles} vehicles hang together, and the likeliest read "
        f"({what}) belongs to this vehicle with probability {probability * trust:.3f} only"
    )
