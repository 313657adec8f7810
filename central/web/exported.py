"""What an export was narrowed to, in words: whoever has several must know which is which."""

from collections.abc import Iterator

from central.evidence.vehicle_filter import VehicleFilter
from central.web.formats import Formats
from central.web.judgement import word_of
from central.web.translation import N_
from contract.units import KMH_PER_M_S, MM_PER_M

_KMH_PER_MM_S = KMH_PER_M_S / MM_PER_M


def narrowed_in(narrowed: VehicleFilter, formats: Formats) -> str:
    """Give a filter as a reader's sentence part; empty where the whole list was exported."""
    say = formats.language.say
    return say("; ").join(say(message, value=value) for message, value in _parts(narrowed, formats))


def _parts(narrowed: VehicleFilter, formats: Formats) -> Iterator[tuple[str, str]]:
    say = formats.language.say
    if narrowed.station is not None:
        yield N_("station %(value)s"), narrowed.station
    if narrowed.from_us is not None:
        yield N_("from %(value)s"), formats.moment(narrowed.from_us)
    if narrowed.until_us is not None:
        yield N_("before %(value)s"), formats.moment(narrowed.until_us)
    if narrowed.outcome is not None:
        yield "%(value)s", say(word_of(narrowed.outcome, enforceable=narrowed.enforceable is not False))
    if narrowed.plate is not None:
        yield N_("plate with %(value)s"), narrowed.plate
    if narrowed.lane is not None:
        yield N_("lane %(value)s"), str(narrowed.lane)
    if narrowed.axles is not None:
        yield N_("%(value)s axles"), str(narrowed.axles)
    if narrowed.vehicle_class is not None:
        yield N_("class %(value)s"), narrowed.vehicle_class
    if narrowed.over_permille_min is not None:
        yield N_("over by %(value)s %% and more"), formats.number(narrowed.over_permille_min / 10, 1)
    if narrowed.speed_min_mm_s is not None:
        yield N_("%(value)s km/h and faster"), formats.number(narrowed.speed_min_mm_s * _KMH_PER_MM_S)
    if narrowed.speed_max_mm_s is not None:
        yield N_("%(value)s km/h and slower"), formats.number(narrowed.speed_max_mm_s * _KMH_PER_MM_S)
