"""Numbers and moments as a reader of one language expects them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from typing import Final

from babel import Locale
from babel.dates import format_datetime, format_timedelta
from babel.numbers import get_decimal_symbol, get_group_symbol
from markupsafe import Markup

from central.web.translation import Language
from contract.units import KMH_PER_M_S, MM_PER_M, US_PER_S

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
CENTS: Final = 100
KG_PER_T: Final = 1000
AHEAD_S: Final = 60
"""By which a station's clock may lead before it is told."""
NO_BREAK_SPACE: Final = "\u00a0"


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
        """Give a number with a fixed count of decimals and a true minus sign."""
        rounded = round(value, digits) + 0.0  # adding zero turns a negative zero into a plain one
        return f"{rounded:,.{digits}f}".translate(_signs(self.language.locale))

    def tonnes(self, load_kg: int, digits: int = 1) -> str:
        """Give a load in tonnes, without its unit."""
        return self.number(load_kg / KG_PER_T, digits)

    def speed_kmh(self, speed_mm_s: int) -> str:
        """Give a speed in whole km/h, without its unit."""
        return self.number(speed_mm_s / MM_PER_M * KMH_PER_M_S)

    def load(self, load_kg: int, u_kg: int) -> Measured:
        """Give a load with its uncertainty in tonnes."""
        return self._measured(load_kg / KG_PER_T, u_kg / KG_PER_T)

    def speed(self, speed_mm_s: int, u_mm_s: int) -> Measured:
        """Give a speed with its uncertainty in km/h."""
        factor = KMH_PER_M_S / MM_PER_M
        return self._measured(speed_mm_s * factor, u_mm_s * factor)

    def _measured(self, value: float, u: float) -> Measured:
        """Write one decimal; a second one where the uncertainty would otherwise read as none."""
        digits = 1 if u >= 0.05 or u == 0 else 2
        return Measured(self.number(value, digits), self.number(u, digits))

    def metres(self, length_mm: int, digits: int = 2) -> str:
        """Give a length in metres, without its unit."""
        return self.number(length_mm / MM_PER_M, digits)

    def percent(self, part: float, whole: float, digits: int = 0) -> str:
        """Give a share with its sign; nothing to share gives a dash."""
        return self.number(100 * part / whole, digits) + NO_BREAK_SPACE + "%" if whole else "–"

    def ppm(self, share_ppm: int) -> str:
        """Give a probability in per cent; the normal distribution has no certainty, and so none is written."""
        if share_ppm < 100:
            return "< " + self.number(0.01, 2) + NO_BREAK_SPACE + "%"
        if share_ppm > 999_900:
            return "> " + self.number(99.99, 2) + NO_BREAK_SPACE + "%"
        # One decimal would make 99.96 % a certainty and 0.03 % an impossibility.
        digits = 1 if 500 <= share_ppm < 999_500 else 2
        return self.number(share_ppm / 10_000, digits) + NO_BREAK_SPACE + "%"

    def money(self, cents: int, currency: str = "CNY") -> str:
        """Give an amount of money; cents only where there are some."""
        amount = self.number(cents / CENTS, 2 if cents % CENTS else 0)
        return f"{amount}元" if self.language.code == "zh" and currency == "CNY" else f"{amount}{NO_BREAK_SPACE}{currency}"

    def size(self, size: int) -> str:
        """Give a count of bytes, in kB from a thousand on."""
        if size < 1000:
            return self.number(size) + NO_BREAK_SPACE + "B"
        return self.number(size / 1000, 1) + NO_BREAK_SPACE + "kB"

    def moment(self, time_us: int) -> str:
        """Give a local time with its offset, to the second: 2026-03-02 16:00:08 +08:00."""
        return self._local(time_us).isoformat(sep=" ", timespec="seconds").replace("+", " +")

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
        return (_EPOCH + timedelta(microseconds=time_us)).isoformat(timespec="microseconds").replace("+00:00", "Z")

    def ago(self, time_us: int, now_us: int) -> str:
        """Give how long before now a moment was: 3 minutes ago. Clocks of two machines differ, so what lies ahead by seconds is now."""
        seconds = round((time_us - now_us) / US_PER_S)
        if 0 <= seconds < AHEAD_S:
            return self.language.say("just now")
        span = timedelta(seconds=seconds)
        return format_timedelta(span, add_direction=True, locale=self.language.locale)

    def _local(self, time_us: int) -> datetime:
        return (_EPOCH + timedelta(microseconds=time_us)).astimezone(self.zone)


@cache
def _signs(locale: Locale) -> dict[int, str]:
    """Give what a locale writes for Python's signs; Babel's own formatting reads its pattern anew for each number, which a table feels."""
    return {ord(","): get_group_symbol(locale), ord("."): get_decimal_symbol(locale), ord("-"): "−"}
