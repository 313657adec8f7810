"""What a station says of the drift of its own scale, as a sentence: what, how much, since when, how sure."""

from typing import Final

from central.web.formats import Formats
from central.web.rounding import Towards
from central.web.translation import N_
from contract.topics import DriftKind, DriftNotice

NAMES: Final = {
    DriftKind.SENSOR: N_("sensor %(name)s"),
    DriftKind.ROW: N_("row %(name)s"),
    DriftKind.SIDE: N_("the %(side)s side"),
    DriftKind.ALL: N_("every sensor"),
    DriftKind.ZERO: N_("the zero of %(name)s"),
    DriftKind.ZERO_STILL: N_("the zero of %(name)s"),
}

PERMILLE: Final = 10
"""Thousandths in a hundredth."""
PPM_PERCENT: Final = 10_000
"""Millionths in a hundredth."""

SIDES: Final = {"left": N_("left"), "right": N_("right")}


def drift_sentence(notice: DriftNotice, formats: Formats) -> str:
    """Give a notice as a sentence; what a station sends is shown as text and never trusted to be more."""
    say = formats.language.say
    side = say(SIDES[notice.name]) if notice.name in SIDES else notice.name
    values = {
        "lane": notice.lane,
        "what": say(NAMES[notice.kind], name=notice.name, side=side),
        "since": notice.since.isoformat(),
        "sure": formats.scaled(notice.sure_permille, PERMILLE, 1, Towards.DOWN),
    }
    if notice.kind is DriftKind.ZERO_STILL:
        return say(N_("Lane %(lane)s: %(what)s has stood still since %(since)s."), **values)
    if notice.zero_kg is not None:
        return say(N_("Lane %(lane)s: %(what)s has moved by %(kg)s kg since %(since)s."), **values, kg=formats.change(notice.zero_kg, 1, 0))
    values["change"] = formats.change(notice.change_ppm or 0, PPM_PERCENT, 2)
    values["u"] = formats.scaled(2 * (notice.change_u_ppm or 0), PPM_PERCENT, 2, Towards.UP)
    if notice.per_week_ppm is None:
        return say(
            N_("Lane %(lane)s: %(what)s has read %(change)s %% (± %(u)s, k = 2) since %(since)s, at once; sure to %(sure)s %%."), **values
        )
    values["rate"] = formats.change(notice.per_week_ppm, PPM_PERCENT, 2)
    told = N_("Lane %(lane)s: %(what)s has read %(change)s %% (± %(u)s, k = 2) since %(since)s, %(rate)s %% a week; sure to %(sure)s %%.")
    return say(told, **values)
