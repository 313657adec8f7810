"""What is said of drift, in the languages of the catalogue: names, sentences, what to do."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from calibration.catalogue import N_
from calibration.catalogue import language as language_of
from calibration.drift.change import RAMP
from calibration.drift.finding import SURE, Finding
from contract.topics import DriftKind

EPOCH: Final = date(1970, 1, 1)

SIDES: Final = {"left": N_("left side"), "right": N_("right side")}

WHAT_TO_DO: Final = {
    DriftKind.SENSOR: N_(
        "look at this sensor, its joint in the road, cable and amplifier; then drive reference vehicles and calibrate again"
    ),
    DriftKind.ROW: N_("look at this row: joint, grout, road before it; then drive reference vehicles and calibrate again"),
    DriftKind.SIDE: N_(
        "see first whether vehicles run elsewhere in the lane (works, markings, ruts); then look at this side and calibrate again"
    ),
    DriftKind.ALL: N_(
        "compare one vehicle of known weight first: the vehicles themselves may have changed; then look at digitiser and pavement "
        "thermometer, and calibrate again"
    ),
    DriftKind.ZERO: N_("loads do not shift by it; look for water, a loose sensor, or something that presses on it"),
    DriftKind.ZERO_STILL: N_("no sensor is behind this channel any more: look at cable and amplifier"),
}

STEADY: Final = N_("nothing")
SMALL: Final = N_("it moves, but by less than counts: watch it")


def say(language: str, message: str, **values: object) -> str:
    """Give a message in a language, its ``%(name)s`` placeholders filled."""
    text: str = language_of("calibration.drift", "drift", language).catalogue.gettext(message)
    return text % values if values else text


def name_of(finding: Finding, language: str) -> str:
    """Give what a subject is called."""
    subject = finding.subject
    match subject.kind:
        case DriftKind.ROW:
            return say(language, N_("row %(name)s"), name=subject.name)
        case DriftKind.SENSOR:
            return say(language, N_("sensor %(name)s"), name=subject.name)
        case DriftKind.SIDE:
            return say(language, SIDES[subject.name])
        case DriftKind.ALL:
            return say(language, N_("all sensors"))
        case _:
            return say(language, N_("zero of %(name)s"), name=subject.name)


def sure_of(probability: float) -> str:
    """Give a probability in per cent; nothing is sure to all of it."""
    return "> 99.9" if probability > 0.9995 else f"{100.0 * probability:.1f}"


def day_of(number: int, *, dated: bool, language: str) -> str:
    """Give a day's date, or its number where the history bears no date."""
    return str(EPOCH + timedelta(days=number)) if dated else say(language, N_("day %(number)s"), number=number)


def verdict_of(finding: Finding, language: str) -> str:
    """Give what to do about a finding."""
    if finding.alarm:
        return say(language, WHAT_TO_DO[finding.subject.kind])
    return say(language, SMALL if finding.change.sure >= SURE else STEADY)


def sentence_of(finding: Finding, *, dated: bool, language: str) -> str:
    """Give an alarm as a sentence."""
    change, name = finding.change, name_of(finding, language)
    since = day_of(change.since, dated=dated, language=language)
    if finding.subject.kind is DriftKind.ZERO_STILL:
        return say(language, N_("%(name)s has stood still since %(since)s"), name=name, since=since)
    if finding.subject.kind is DriftKind.ZERO:
        return say(language, N_("%(name)s has moved by %(kg)s kg since %(since)s"), name=name, kg=f"{change.now:+.0f}", since=since)
    values = {
        "name": name,
        "now": f"{100.0 * change.now:+.2f}",
        "u": f"{200.0 * change.now_u:.2f}",
        "since": since,
        "sure": sure_of(change.sure),
    }
    if change.course != RAMP:
        return say(language, N_("%(name)s reads %(now)s %% ± %(u)s %% (k = 2) since %(since)s, at once; sure to %(sure)s %%"), **values)
    values["rate"] = f"{700.0 * change.size:+.2f}"
    told = N_("%(name)s reads %(now)s %% ± %(u)s %% (k = 2) since %(since)s, %(rate)s %% a week; sure to %(sure)s %%")
    return say(language, told, **values)
