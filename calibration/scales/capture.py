"""Waiting for a load to stand still: only what is stable, loaded, gross and positive is taken."""

import statistics
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from calibration.scales.reading import KG_PER_UNIT, Condition, Reading
from calibration.scales.scale import Heard
from calibration.scales.stable_load import StableLoad, uncertainties
from calibration.scales.stream import DAMAGE
from calibration.scales.weighbridge import WeighbridgeCertificate
from calibration.told import told
from contract.faults import RejectError

WINDOW_MAX: Final = 1000
"""Readings held while waiting; a scale sends at most some tens a second, and waiting ends within a minute."""

MINIMUM_INTERVALS: Final = 20
"""Below 20 d a scale of class III is under its minimum capacity (OIML R 76-1, table 3): it is taken for empty."""


@dataclass(frozen=True, slots=True)
class StableRule:
    """When a scale counts as stable: `readings` in a row over at least `over_s`, each within ± d of their mean, none of them in motion.

    `silence_s` without a sound reading is a lost line; after `timeout_s` waiting is given up. `interval_kg` is d where the scale does
    not tell it.
    """

    readings: int = 10
    over_s: float = 2.0
    silence_s: float = 5.0
    timeout_s: float = 60.0
    interval_kg: Decimal | None = None

    def __post_init__(self) -> None:
        if not (2 <= self.readings <= WINDOW_MAX and 0 < self.over_s < self.timeout_s and 0 < self.silence_s):
            msg = f"{self}: needs 2 to {WINDOW_MAX} readings, over_s above 0 and below timeout_s, silence_s above 0"
            raise ValueError(msg)


class _Waiting:
    """The readings in a row that could be the stable ones, and what stands against them."""

    def __init__(self, rule: StableRule, where: str, certificate: WeighbridgeCertificate | None) -> None:
        self.rule = rule
        self.given_interval_kg = rule.interval_kg or (certificate.interval_kg if certificate else None)
        self.where = where
        self.row: deque[tuple[Heard, Reading, Decimal]] = deque(maxlen=WINDOW_MAX)
        self.damage: Counter[str] = Counter()
        self.obstacle: tuple[str, str] = ("scale-silent", told("nothing that could be understood came"))
        self.blocked = 0

    def refuse(self, code: str, what: str) -> RejectError:
        for kind, count in sorted(self.damage.items()):
            what = told("%(what)s; met on the line: %(count)s %(kind)s", what=what, count=count, kind=DAMAGE[kind])
        return RejectError(code, self.where, what)

    def interval_kg(self, reading: Reading) -> Decimal:
        """Give d: the scale's own word, else the one given, else the worth of the last digit."""
        return reading.interval_kg or self.given_interval_kg or reading.digit_kg

    def take(self, heard: Heard, reading: Reading) -> bool:
        """Take a reading in; True when the row is long enough."""
        load_kg = self._load(reading)
        if load_kg is None:
            self.row.clear()
            return False
        self.row.append((heard, reading, load_kg))
        interval_kg = self.interval_kg(reading)
        while not self._close(interval_kg):
            self.row.popleft()
            self.obstacle = (
                "scale-motion",
                told("the load does not settle within ± %(d)s kg; let the vehicle stand, engine off", d=interval_kg),
            )
        return len(self.row) >= self.rule.readings and heard.at_s - self.row[0][0].at_s >= self.rule.over_s

    def _close(self, interval_kg: Decimal) -> bool:
        loads = [load_kg for _, _, load_kg in self.row]
        mean_kg = sum(loads, Decimal()) / len(loads)
        return all(abs(load_kg - mean_kg) <= interval_kg for load_kg in loads)

    def _load(self, reading: Reading) -> Decimal | None:
        """Give the load if it may count, else None with the obstacle noted; what waiting cannot mend is refused once it has lasted."""
        blocking = self._blocking(reading)
        if blocking is not None:
            # One alone may be a damaged frame.
            self.blocked += 1
            self.obstacle = blocking
            if self.blocked >= self.rule.readings:
                raise self.refuse(*blocking)
            return None
        self.blocked = 0
        obstacle = self._passing(reading)
        if obstacle is not None:
            self.obstacle = obstacle
            return None
        return reading.load_kg

    def _blocking(self, reading: Reading) -> tuple[str, str] | None:
        """Name what stands against a reading and will not go away by itself."""
        if reading.condition is Condition.UNKNOWN_UNIT:
            return "scale-unit", told(
                "the scale shows the unit %(unit)s; allowed are %(list)s: switch it over",
                unit=f"{reading.unit!r}",
                list=", ".join(KG_PER_UNIT),
            )
        if reading.net:
            return "scale-net", told("a tare is active, the scale shows net: clear the tare and weigh gross")
        if reading.load_kg is not None and reading.stable is not False and reading.load_kg < -self.interval_kg(reading):
            return "scale-negative", told("the scale shows %(kg)s kg: empty it and set it to zero", kg=reading.load_kg)
        return None

    def _passing(self, reading: Reading) -> tuple[str, str] | None:
        """Name what stands against a reading and may be over in a moment."""
        if reading.load_kg is None:
            said = f" ({reading.note})" if reading.note else ""
            what = told(
                "the scale shows %(condition)s, no load%(said)s; unload it or mend it, then read again",
                condition=reading.condition.value,
                said=said,
            )
            return f"scale-{reading.condition.value}", what
        if reading.stable is False:
            return "scale-motion", told("the scale says that the load moves; let the vehicle stand, engine off, wind kept away")
        if reading.load_kg < MINIMUM_INTERVALS * self.interval_kg(reading):
            what = told(
                "the scale shows %(kg)s kg, below its minimum of %(least)s d: nothing is on it", kg=reading.load_kg, least=MINIMUM_INTERVALS
            )
            return "scale-empty", what
        return None


def capture_stable(
    heard: Iterable[Heard],
    rule: StableRule,
    *,
    method: str,
    where: str,
    certificate: WeighbridgeCertificate | None = None,
) -> StableLoad:
    """Wait until a scale is stable and give its load.

    Parameters
    ----------
    heard
        What `scale.listen` gives: readings, and silences in between.
    rule
        When it is stable.
    method, where
        Protocol and line, for the result and for errors.
    certificate
        The weighbridge's; its uncertainty is counted in.

    Raises
    ------
    RejectError
        ``scale-unit``, ``scale-net``, ``scale-negative`` after as many in a row; ``scale-motion``, ``scale-overload``, ``scale-underload``,
        ``scale-error``, ``scale-empty`` when time is up and that was the last obstacle; ``scale-silent`` when nothing understandable
        came; ``certificate-…``.
    RetryError
        ``line-lost``, from the line itself.
    """
    waiting = _Waiting(rule, where, certificate)
    began_s = last_s = None
    for item in heard:
        began_s = item.at_s if began_s is None else began_s
        last_s = began_s if last_s is None else last_s
        waiting.damage.update(item.damage)
        if item.at_s - last_s > rule.silence_s:
            what = told("nothing that could be understood came for %(s)s s; check protocol, baud, cable and power", s=f"{rule.silence_s:g}")
            raise waiting.refuse("scale-silent", what)
        if item.reading is not None:
            last_s = item.at_s
            if waiting.take(item, item.reading):
                return _result(waiting, method, certificate)
        if item.at_s - began_s > rule.timeout_s:
            code, obstacle = waiting.obstacle
            raise waiting.refuse(code, told("not stable within %(s)s s: %(what)s", s=f"{rule.timeout_s:g}", what=obstacle))
    raise waiting.refuse("scale-silent", told("the readings ended before the load was stable"))


def _result(waiting: _Waiting, method: str, certificate: WeighbridgeCertificate | None) -> StableLoad:
    row = waiting.row
    first, last = row[0][0], row[-1][0]
    reading = row[-1][1]
    interval_kg = waiting.interval_kg(reading)
    loads = [load_kg for _, _, load_kg in row]
    load_kg = (sum(loads, Decimal()) / len(loads)).quantize(interval_kg.scaleb(-1))
    if certificate is not None:
        certificate.check(last.time.date(), load_kg, reading.interval_kg or waiting.rule.interval_kg)
        interval_kg = certificate.interval_kg
    return StableLoad(
        load_kg=load_kg,
        interval_kg=interval_kg,
        **uncertainties(interval_kg, float(statistics.stdev(loads)), certificate),
        readings=len(row),
        began=first.time,
        ended=last.time,
        method=method,
        where=waiting.where,
        frames_hex=tuple(reading.raw.hex() for _, reading, _ in row),
        damage=dict(waiting.damage),
        notes=tuple(sorted({reading.note for _, reading, _ in row if reading.note})),
        certificate=certificate,
    )
