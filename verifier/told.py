"""A report in words, or as values for a program."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from contract.units import US_PER_S
from verifier.findings import Report, State
from verifier.language import N_, Language
from verifier.meanings import meaning_of

STATES: Final = {State.OK: N_("ok"), State.OPEN: N_("open"), State.FAILED: N_("FAILED")}
SOUND: Final = N_("Nothing fails.")
OPEN: Final = N_("Nothing fails; %(n)s steps are open: what could not be checked stands beside them.")
BROKEN: Final = N_("%(n)s steps FAILED. The bundle does not prove what it says; what failed is named above.")
ABOUT: Final = N_("Station %(station)s, record %(seq)s of %(time)s: %(gross)s ± %(u)s kg, %(outcome)s.")
EXISTED: Final = N_("Proven to have existed before %(time)s.")


def lines(report: Report, language: Language) -> Iterator[str]:
    """Give the lines that a person reads."""
    say = language.say
    for step in report.steps:
        yield f"{step.number:2}. {say(STATES[step.state]):<6} {say(step.name)} ({step.objects})"
        for finding in step.findings:
            yield f"      {say(STATES[State.FAILED if finding.fails else State.OPEN])} {finding.object}: {say(meaning_of(finding.code))}"
            yield f"        [{finding.code}] {finding.what}"
    yield ""
    facts = report.facts
    if "time_us" in facts:
        values = {"station": facts["station"], "seq": facts["seq"], "gross": facts["gross_kg"], "u": facts["gross_u_kg"]}
        yield say(ABOUT, **values, time=_time(facts["time_us"]), outcome=say(OUTCOMES[str(facts["outcome"])]))
    if "existed_before_us" in facts:
        yield say(EXISTED, time=_time(facts["existed_before_us"]))
    counts = {state: sum(step.state is state for step in report.steps) for state in State}
    if counts[State.FAILED]:
        yield say(BROKEN, n=counts[State.FAILED])
    else:
        yield say(OPEN, n=counts[State.OPEN]) if counts[State.OPEN] else say(SOUND)


OUTCOMES: Final = {
    "within-limits": N_("within the limits"),
    "inside-guard-band": N_("over a limit within the guard band, no overload"),
    "overload": N_("overload"),
    "not-assessable": N_("not assessable"),
}


def as_values(report: Report, language: Language) -> dict[str, Any]:
    """Give the report as plain values."""
    return {
        "sound": report.sound,
        "facts": report.facts,
        "steps": [
            {
                "number": step.number,
                "name": language.say(step.name),
                "state": step.state.value,
                "objects": step.objects,
                "findings": [
                    {
                        "code": finding.code,
                        "object": finding.object,
                        "what": finding.what,
                        "fails": finding.fails,
                        "meaning": language.say(meaning_of(finding.code)),
                    }
                    for finding in step.findings
                ],
            }
            for step in report.steps
        ],
    }


def _time(time_us: str | int) -> str:
    return datetime.fromtimestamp(int(time_us) / US_PER_S, UTC).isoformat(timespec="seconds")
