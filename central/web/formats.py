"""Numbers and moments as a reader of one language expects them.

What a record states is whole numbers, and is written from whole numbers: a binary fraction would round 49 050 kg down and 49 150 kg up.
Halves round away from zero, so that a figure that moves by whole steps moves as much as it is shown to. Three kinds lean to one side:
an uncertainty or a guard band is rounded up, a probability or certainty down. Where a rounding would read as another side of a limit or
of a whole per cent, more decimals are written (`decimals`, `Formats.degree`).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from typing import Final

from babel import Locale
from babel.dates import format_datetime, format_timedelta
from babel.numbers import get_decimal_symbol, get_group_symbol
from markupsafe import Markup

from central.clock import local_time, utc_text
from central.web.rounding import KG_PER_T, Towards, decimals, decimals_of_u, rounded
from central.web.translation import Language
from contract.units import MM_PER_M, PPM, US_PER_S

CENTS: Final = 100
HUNDREDTHS: Final = 100
MS_US: Final = 1000
AHEAD_S: Final = 60
"""By which a station's clock may lead before it is told."""
NO_BREAK_SPACE: Final = "\u00a0"


KMH_10_PER_M_S: Final = 36
"""Tenths of a km/h in a metre per second."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A measured value and its expanded uncertainty, written with the same decimals."""

    value: str
    u: str

    def __str__(self) -> str:
        return f"{self.value} ± {self.u}"


@dataclass(frozen=True, slots=True)
class Formats:
    """Writes quantities for one language and one time zone."""

    language: Language
    zone: tzinfo

    def number(self, value: float, digits: int = 0) -> str:
        """Give a number with a fixed count of decimals and a true minus sign; for what a record states there is `scaled`."""
        rounded = round(value, digits) + 0.0  # adding zero turns a negative zero into a plain one
        return f"{rounded:,.{digits}f}".translate(_signs(self.language.locale))

    def scaled(self, figure: int, per_unit: int, digits: int = 0, towards: Towards = Towards.NEAREST) -> str:
        """Give a whole number of parts of a unit, `per_unit` to each, in the unit: rounded once, exactly."""
        steps = rounded(figure * 10**digits, per_unit, towards)
        whole, rest = divmod(abs(steps), 10**digits)
        text = f"{'-' if steps < 0 else ''}{whole:,}" + (f".{rest:0{digits}d}" if digits else "")
        return text.translate(_signs(self.language.locale))

    def change(self, figure: int, per_unit: int, digits: int) -> str:
        """Give what something has changed by, as `scaled`, with its sign where it rose, too."""
        return ("+" if figure >= 0 else "") + self.scaled(figure, per_unit, digits)

    def tonnes(self, load_kg: int, digits: int = 1) -> str:
        """Give a load in tonnes, without its unit."""
        return self.scaled(load_kg, KG_PER_T, digits)

    def speed_kmh(self, speed_mm_s: int) -> str:
        """Give a speed in whole km/h, without its unit."""
        return self.scaled(speed_mm_s * KMH_10_PER_M_S, MM_PER_M * 10)

    def load(self, load_kg: int, u_kg: int, digits: int = 1) -> Measured:
        """Give a load with its uncertainty in tonnes; a decimal more where the uncertainty would otherwise be mostly its rounding."""
        shown = max(digits, decimals_of_u(u_kg, KG_PER_T))
        return Measured(self.tonnes(load_kg, shown), self.scaled(u_kg, KG_PER_T, shown, Towards.UP))

    def guard(self, guard_kg: int, digits: int) -> str:
        """Give a guard band in tonnes, never smaller than it is, because what it leaves open is in the vehicle's favour."""
        return self.scaled(guard_kg, KG_PER_T, digits, Towards.UP)

    def excess(self, over_kg: int, load_kg: int | None = None, limit_kg: int | None = None) -> str:
        """Give in tonnes what a load is above its limit, as many decimals as load and limit are given with beside it.

        It reads as a whole tonne only where it is one, because fines go by whole tonnes.
        """
        load_kg, limit_kg = (over_kg, 0) if load_kg is None or limit_kg is None else (load_kg, limit_kg)
        return self.tonnes(over_kg, decimals(load_kg, limit_kg))

    def pair(self, load_kg: int, limit_kg: int | None) -> tuple[str, str | None]:
        """Give a load and the limit it is held against in tonnes, so that it is seen which is more."""
        digits = 1 if limit_kg is None else decimals(load_kg, limit_kg)
        return self.tonnes(load_kg, digits), None if limit_kg is None else self.tonnes(limit_kg, digits)

    def held(self, load_kg: int, u_kg: int, limit_kg: int | None) -> tuple[Measured, str | None]:
        """Give a load with its uncertainty, and the limit it is held against, so that it is seen which is more."""
        digits = max(1 if limit_kg is None else decimals(load_kg, limit_kg), decimals_of_u(u_kg, KG_PER_T))
        return self.load(load_kg, u_kg, digits), None if limit_kg is None else self.tonnes(limit_kg, digits)

    def speed(self, speed_mm_s: int, u_mm_s: int) -> Measured:
        """Give a speed with its uncertainty in km/h."""
        digits = decimals_of_u(u_mm_s * KMH_10_PER_M_S, MM_PER_M * 10)
        value = self.scaled(speed_mm_s * KMH_10_PER_M_S, MM_PER_M * 10, digits)
        return Measured(value, self.scaled(u_mm_s * KMH_10_PER_M_S, MM_PER_M * 10, digits, Towards.UP))

    def clock_u_ms(self, u_us: int) -> str:
        """Give a clock's uncertainty in milliseconds, never smaller than it is, without its unit."""
        return self.scaled(u_us, MS_US, 1, Towards.UP)

    def factor(self, factor_ppm: int) -> str:
        """Give a factor with every decimal that it has: what differs from 1 does not read as 1."""
        whole, point, rest = self.scaled(factor_ppm, PPM, 6).partition(get_decimal_symbol(self.language.locale))
        return whole + (point + rest.rstrip("0") if rest.strip("0") else "")

    def metres(self, length_mm: int, digits: int = 2) -> str:
        """Give a length in metres, without its unit."""
        return self.scaled(length_mm, MM_PER_M, digits)

    def spacing(self, spacing_mm: int) -> str:
        """Give the distance of two axles in metres, to the centimetre; to the millimetre where that would read as a bound of the rules."""
        reads_as_bound = rounded(spacing_mm, 10) % 10 == 0
        return self.metres(spacing_mm, 3 if reads_as_bound and spacing_mm % 100 else 2)

    def percent(self, part: float, whole: float, digits: int = 0) -> str:
        """Give a share with its sign; nothing to share gives a dash."""
        return self.share(part, whole, digits) + NO_BREAK_SPACE + "%" if whole else "–"

    def share(self, part: float, whole: float, digits: int) -> str:
        """Give a share in per cent without the sign; what is not none or all of it is not written as if it were."""
        share, least = HUNDREDTHS * part / whole, 10.0**-digits
        if 0 < share < least / 2:
            return f"< {self.number(least, digits)}"
        if HUNDREDTHS - least / 2 <= share < HUNDREDTHS:
            return f"> {self.number(HUNDREDTHS - least, digits)}"
        return self.number(share, digits)

    def degree(self, over_kg: int, limit_kg: int) -> str:
        """Give by how many per cent of its limit a load was over it, without the sign; a limit of nothing gives a dash.

        One decimal; as many more as it takes until it is a whole per cent only where it is one exactly, because bands of overload and
        the degree of a major case end at whole per cents.
        """
        if not limit_kg:
            return "–"
        for digits in range(1, 7):
            steps = rounded(over_kg * HUNDREDTHS * 10**digits, limit_kg)
            if steps % 10**digits or steps * limit_kg == over_kg * HUNDREDTHS * 10**digits:
                break
        return self.scaled(over_kg * HUNDREDTHS, limit_kg, digits)

    def ppm(self, share_ppm: int) -> str:
        """Give a probability in per cent, never higher than it is; the normal distribution has no certainty, and so none is written."""
        if share_ppm < 100:
            return f"< {self.number(0.01, 2)}{NO_BREAK_SPACE}%"
        if share_ppm > 999_900:
            return f"> {self.number(99.99, 2)}{NO_BREAK_SPACE}%"
        digits = 1 if 1_000 <= share_ppm < 999_000 else 2
        return self.scaled(share_ppm, PPM // HUNDREDTHS, digits, Towards.DOWN) + NO_BREAK_SPACE + "%"

    def short_of(self, share_ppm: int, least_ppm: int) -> tuple[str, str]:
        """Give a share in per cent and the least one that it falls short of, with the decimals at which that is seen."""
        for digits in range(1, 5):
            told = [rounded(ppm * 10**digits, PPM // HUNDREDTHS, Towards.DOWN) for ppm in (share_ppm, least_ppm)]
            if told[0] < told[1] or share_ppm >= least_ppm:
                break
        share, least = (self.scaled(ppm, PPM // HUNDREDTHS, digits, Towards.DOWN) for ppm in (share_ppm, least_ppm))
        return f"{share}{NO_BREAK_SPACE}%", f"{least}{NO_BREAK_SPACE}%"

    def money(self, cents: int, currency: str = "CNY") -> str:
        """Give an amount of money; cents only where there are some."""
        amount = self.amount(cents)
        return f"{amount}元" if self.language.code == "zh" and currency == "CNY" else f"{amount}{NO_BREAK_SPACE}{currency}"

    def amount(self, cents: int) -> str:
        """Give an amount of money without its currency."""
        return self.scaled(cents, CENTS, 2 if cents % CENTS else 0)

    def size(self, size: int) -> str:
        """Give a count of bytes, in kB from a thousand on."""
        if size < 1000:
            return self.number(size) + NO_BREAK_SPACE + "B"
        return self.number(size / 1000, 1) + NO_BREAK_SPACE + "kB"

    def moment(self, time_us: int) -> str:
        """Give a local time with its offset, to the second: 2026-03-02 16:00:08 +08:00."""
        local = self._local(time_us)
        return f"{local:%Y-%m-%d %H:%M:%S} {local.isoformat()[-6:]}"

    def stamp(self, time_us: int) -> Markup:
        """Give `moment` as an element of a page, which breaks between day and clock and nowhere else."""
        day, _, clock = self.moment(time_us).partition(" ")
        return Markup('<time datetime="{}"><span>{}</span> <span>{}</span></time>').format(self.utc(time_us), day, clock)

    def day(self, time_us: int) -> str:
        """Give a local day: 2026-03-02."""
        return self._local(time_us).date().isoformat()

    def moment_long(self, time_us: int) -> str:
        """Give a local time as a sentence would: 2 March 2026, 16:00:08 +08:00."""
        pattern = "y年M月d日 HH:mm:ss xxx" if self.language.code == "zh" else "d MMMM y, HH:mm:ss xxx"
        return format_datetime(self._local(time_us), pattern, locale=self.language.locale)

    def form_moment(self, time_us: int) -> str:
        """Give a local time as a form's field for date and time holds it."""
        return self._local(time_us).replace(tzinfo=None).isoformat(timespec="seconds")

    def wall_ms(self, time_us: int) -> float:
        """Give what the clock on the wall shows as milliseconds since 1970, for charts that know no time zones."""
        return self._local(time_us).replace(tzinfo=UTC).timestamp() * 1_000

    def last_day(self, until_us: int) -> str:
        """Give the last local day before a moment at which a term ends."""
        return self.day(until_us - 1)

    def utc(self, time_us: int) -> str:
        """Give a moment in UTC to the microsecond, as the record means it."""
        return utc_text(time_us)

    def ago(self, time_us: int, now_us: int) -> str:
        """Give how long before now a moment was: 3 minutes ago. Clocks of two machines differ, so what lies ahead by seconds is now."""
        seconds = round((time_us - now_us) / US_PER_S)
        if 0 <= seconds < AHEAD_S:
            return self.language.say("just now")
        span = timedelta(seconds=seconds)
        return format_timedelta(span, add_direction=True, locale=self.language.locale)

    def _local(self, time_us: int) -> datetime:
        return local_time(time_us, self.zone)


@cache
def _signs(locale: Locale) -> dict[int, str]:
    """Give what a locale writes for Python's signs; Babel's own formatting reads its pattern anew for each number, which a table feels."""
    return {ord(","): get_group_symbol(locale), ord("."): get_decimal_symbol(locale), ord("-"): "−"}
