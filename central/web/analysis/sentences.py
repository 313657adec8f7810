"""What each chart says, in one sentence: a reader who does not see the drawing, or has no time for it, reads this."""

from collections.abc import Mapping
from typing import Final

from central.analysis.patrol import INTERVAL, OVERLOADS_MIN, Silence
from central.analysis.report import Traffic
from central.web.analysis.cells import rate_text
from central.web.analysis.choice import Choice
from central.web.analysis.tables import TABLE_IDS, WEEKDAYS, Report, Table
from central.web.formats import Formats
from central.web.translation import N_

WHOLE_FROM_KG: Final = 10_000
"""From which excess on it is told in whole tonnes."""
NOTHING: Final = N_("No passage in this selection.")
NO_OVERLOAD: Final = N_("No overload in this selection.")


def sentences(report: Report, choice: Choice, formats: Formats) -> Mapping[str, str]:
    """Give a sentence for each table, by its id."""
    say, total = formats.language.say, report.total
    if not total.passages:
        return dict.fromkeys(TABLE_IDS, say(NOTHING))
    said = {
        "stations": _stations(report, formats),
        "matching": _matching(total, formats),
        "compliance": _compliance(report.compliance, formats),
        "damage": _damage(total, formats),
        "damage-stations": _worst_station(report.damage_stations, formats),
        "patrol": _patrol(report, choice, formats),
        "hours": _hours(report, formats),
        "decisions": _decisions(report.decisions, formats),
    }
    if not total.overloads:
        return said | dict.fromkeys(("stations", "hours", "configurations", "degrees", "carriers", "plates"), say(NO_OVERLOAD))
    return said | {
        "configurations": _first(
            report.configurations,
            formats,
            N_("Most overloads are of the configuration %(name)s: %(count)s (%(share)s of all)."),
            total.overloads,
            count=2,
        ),
        "degrees": _degrees(report.degrees, formats),
        "carriers": _carriers(report.carriers, formats),
        "plates": _plates(report.plates, formats),
    }


def headline(total: Traffic, formats: Formats) -> str:
    """Give the whole in one sentence."""
    if not total.passages:
        return formats.language.say(NOTHING)
    return formats.language.say(
        "%(overloads)s of %(assessed)s assessed vehicles were overloaded (%(share)s), together by %(excess)s t; "
        "%(enforceable)s can be enforced.",
        overloads=formats.number(total.overloads),
        assessed=formats.number(total.assessed),
        share=formats.percent(total.overloads, total.assessed, 2),
        excess=formats.tonnes(total.over_kg, 0 if total.over_kg >= WHOLE_FROM_KG else 1),
        enforceable=formats.number(total.enforceable),
    )


def _matching(total: Traffic, formats: Formats) -> str:
    if not total.unread and not total.unsure:
        return formats.language.say("Every passage has a plate that is certain.")
    return formats.language.count(
        "%(unread)s passage (%(unread_share)s) has no plate and %(unsure)s (%(unsure_share)s) an uncertain one: "
        "no overload among them can be enforced.",
        "%(unread)s passages (%(unread_share)s) have no plate and %(unsure)s (%(unsure_share)s) an uncertain one: "
        "no overload among them can be enforced.",
        total.unread,
        unread=formats.number(total.unread),
        unread_share=formats.percent(total.unread, total.passages, 1),
        unsure=formats.number(total.unsure),
        unsure_share=formats.percent(total.unsure, total.passages, 1),
    )


def _stations(report: Report, formats: Formats) -> str:
    return _first(
        report.stations,
        formats,
        N_("Most overloads were weighed at %(name)s: %(count)s (%(share)s of all)."),
        report.total.overloads,
        count=4,
    )


def _first(table: Table, formats: Formats, sentence: str, whole: int, *, count: int) -> str:
    """Say the first row's name, its figure in the column `count`, and that figure's share of the whole."""
    row = table.rows[0]
    figure = row[count]
    if not isinstance(figure, int):
        raise TypeError(sentence)
    return formats.language.say(sentence, name=row[0], count=formats.number(figure), share=formats.percent(figure, whole))


def _hours(report: Report, formats: Formats) -> str:
    week = report.week
    rates = week.overloads / week.observed_h.clip(min=1)
    weekday, hour = divmod(int(rates.argmax()), rates.shape[1])
    days = int(week.days[weekday])
    return formats.language.count(
        "Overloads are most frequent on %(weekday)s from %(from)s to %(until)s: %(count)s on %(days)s day of a station.",
        "Overloads are most frequent on %(weekday)s from %(from)s to %(until)s: %(count)s on %(days)s days of a station.",
        days,
        **{
            "weekday": formats.language.say(WEEKDAYS[weekday]),
            "from": f"{hour:02d}:00",
            "until": f"{hour + 1:02d}:00",
            "count": formats.number(int(week.overloads[weekday, hour])),
            "days": formats.number(days),
        },
    )


def _degrees(table: Table, formats: Formats) -> str:
    counts = [row[1] for row in table.rows if isinstance(row[1], int)]
    heavy = sum(counts[3:])
    return formats.language.count(
        "%(heavy)s overload (%(share)s of all) was more than 30 %% above the limit, %(worst)s of them above twice the limit.",
        "%(heavy)s overloads (%(share)s of all) were more than 30 %% above the limit, %(worst)s of them above twice the limit.",
        heavy,
        heavy=formats.number(heavy),
        share=formats.percent(heavy, sum(counts)),
        worst=formats.number(counts[-1]),
    )


def _decisions(table: Table, formats: Formats) -> str:
    if not table.rows:
        return formats.language.say("No case of this selection is open or closed.")
    counts = [int(row[1] or 0) for row in table.rows]
    return formats.language.count(
        "%(penalty)s of %(cases)s cases ended in a penalty (%(share)s); %(open)s is not decided yet.",
        "%(penalty)s of %(cases)s cases ended in a penalty (%(share)s); %(open)s are not decided yet.",
        counts[-1],
        **{
            "penalty": formats.number(counts[0]),
            "cases": formats.number(sum(counts)),
            "share": formats.percent(counts[0], sum(counts)),
            "open": formats.number(counts[-1]),
        },
    )


def _carriers(table: Table, formats: Formats) -> str:
    known = [row for row in table.rows if row[0] is not None]
    if not known:
        return formats.language.say("No carrier is known: an administrator imports the list of carriers by plate.")
    total = sum(int(row[2] or 0) for row in table.rows)
    return _first(
        table,
        formats,
        N_("Of the carriers that are known, %(name)s has most overloads: %(count)s (%(share)s of those listed)."),
        total,
        count=2,
    )


def _plates(table: Table, formats: Formats) -> str:
    if not table.rows:
        return formats.language.say("No plate that is held has more than one overload.")
    return formats.language.count(
        "One plate has several overloads: %(count)s.",
        "The plate with most overloads has %(count)s; %(plates)s plates with several overloads are listed.",
        len(table.rows),
        count=formats.number(int(table.rows[0][2] or 0)),
        plates=formats.number(len(table.rows)),
    )


def _compliance(table: Table, formats: Formats) -> str:
    judged = [(str(row[0]), float(row[3])) for row in table.rows if row[3] is not None]
    if not judged:
        return formats.language.say("No vehicle was assessed in this selection.")
    worst, last = min(judged, key=lambda one: one[1]), judged[-1]
    if worst[0] == last[0]:
        return formats.language.say(
            "%(last)s of the assessed vehicles kept to the limits in the last step (%(when)s); in no step did fewer.",
            last=formats.percent(last[1], 1, 1),
            when=last[0],
        )
    return formats.language.say(
        "%(last)s of the assessed vehicles kept to the limits in the last step (%(when)s); "
        "fewest did in that of %(worst_when)s: %(worst)s.",
        last=formats.percent(last[1], 1, 1),
        when=last[0],
        worst_when=worst[0],
        worst=formats.percent(worst[1], 1, 1),
    )


def _damage(total: Traffic, formats: Formats) -> str:
    return formats.language.say(
        "The road bore the wear of %(damage)s standard axles; overloaded vehicles, %(vehicles)s of all, caused %(share)s of it.",
        damage=formats.number(total.damage),
        vehicles=formats.percent(total.overloads, total.assessed, 1),
        share=formats.percent(total.overload_damage, total.damage, 1),
    )


def _worst_station(table: Table, formats: Formats) -> str:
    worst = max(table.rows, key=lambda row: float(row[4] or 0))
    return formats.language.say(
        "The share of overloaded vehicles in the wear is greatest at %(name)s: %(share)s.",
        name=worst[0],
        share=formats.percent(float(worst[4] or 0), 1, 1),
    )


def _patrol(report: Report, choice: Choice, formats: Formats) -> str:
    say, number, patrols = formats.language.say, formats.number, report.patrols
    if patrols.silence is Silence.FEW:
        return formats.language.count(
            "%(count)s overload is too few to tell the hours apart; %(least)s are needed.",
            "%(count)s overloads are too few to tell the hours apart; %(least)s are needed.",
            patrols.overloads,
            count=number(patrols.overloads),
            least=number(OVERLOADS_MIN),
        )
    if patrols.silence is Silence.ALIKE:
        return say("The hours of the week differ no more than chance alone explains: any is as good as any other.")
    best = patrols.suggestions[0]
    return say(
        "A patrol of %(hours)s h on %(weekday)s from %(from)s meets about %(rate)s overloads an hour at one station "
        "(%(low)s to %(high)s with %(interval)s %% probability); the week's mean is %(mean)s.",
        **{
            "hours": choice.shift_h,
            "weekday": say(WEEKDAYS[best.weekday]),
            "from": f"{best.hour:02d}:00",
            "rate": rate_text(best.rate, formats),
            "low": rate_text(best.low, formats),
            "high": rate_text(best.high, formats),
            "interval": number(100 * INTERVAL),
            "mean": rate_text(patrols.mean, formats),
        },
    )
