"""Reading a list's filter from an address, field by field: what cannot be used is told beside its field and left open."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Final, TypeVar

from pydantic import TypeAdapter, ValidationError

from central.web.translation import N_
from contract.faults import RejectError
from contract.names import Name
from contract.records import PLATE_MAX
from contract.units import US_PER_S

Value = TypeVar("Value")
_NAME: Final = TypeAdapter(Name)
_WRONG: Final = {
    "station": N_("Choose a station of the list."),
    "from": N_("Give date and time as 2026-03-02T16:00."),
    "until": N_("Give date and time as 2026-03-02T16:00."),
    "verdict": N_("Choose a verdict of the list."),
    "plate": N_("Give at most 16 characters of a plate."),
    "lane": N_("Give a lane's number, 1 to 99."),
    "axles": N_("Give a number of axles, 1 to 30."),
    "class": N_("Give a class as in the list, at most 40 characters."),
    "over": N_("Give per cent above 0, at most 1000, such as 5 or 12.5."),
    "slowest": N_("Give a speed in km/h, 0 to 300."),
    "fastest": N_("Give a speed in km/h, 0 to 300."),
    "state": N_("Choose a state of the list."),
    "outcome": N_("Choose a decision of the list."),
    "notice": N_("Give at most 60 characters of a notice's number."),
    "person": N_("Give at most 60 characters of a person's name."),
    "subject": N_("Give at most 120 characters, such as case/12, or vehicle/G104/ for all below it."),
    "page": N_("The page's address is damaged; this is the first page."),
}
"""What is said of a field that cannot be used."""
_WRONG_CHOICE: Final = N_("Choose one of the list.")
_MASKED: Final = N_("Your role sees plates masked in lists and cannot search by them.")


@dataclass(frozen=True)
class AddressReader:
    """Reads named fields; `given` holds the non-empty ones as text, `errors` an untranslated sentence for each that cannot be used."""

    query: Mapping[str, str]
    names: tuple[str, ...]
    zone: tzinfo
    given: dict[str, str] = field(init=False)
    errors: dict[str, str] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        given = {name: self.query[name].strip() for name in self.names if self.query.get(name, "").strip()}
        object.__setattr__(self, "given", given)

    def wrong(self, name: str) -> None:
        """Note that a field cannot be used."""
        self.errors[name] = _WRONG.get(name, _WRONG_CHOICE)

    def station(self, name: str = "station") -> str | None:
        """Give a station's name."""
        text = self.given.get(name)
        if text is None:
            return None
        try:
            return _NAME.validate_python(text)
        except ValidationError:
            self.wrong(name)
            return None

    def moment(self, name: str) -> int | None:
        """Give a form's local time, which carries no offset, in UTC µs."""
        text = self.given.get(name)
        if text is None:
            return None
        try:
            return local_us(text, self.zone)
        except RejectError:
            self.wrong(name)
            return None

    def choice(self, name: str, of: Collection[str]) -> str | None:
        """Give one of some words."""
        text = self.given.get(name)
        return text if text is None else self._kept(name, text, sound=text in of)

    def short(self, name: str, most: int) -> str | None:
        """Give a text of at most so many characters."""
        text = self.given.get(name)
        return text if text is None else self._kept(name, text, sound=len(text) <= most and "\x00" not in text)

    def plate(self, *, may_search: bool) -> str | None:
        """Give a part of a plate, None to whoever sees plates masked."""
        if "plate" in self.given and not may_search:
            self.errors["plate"] = _MASKED
            return None
        return self.short("plate", PLATE_MAX)

    def whole(self, name: str, most: int) -> int | None:
        """Give a whole number from 1 on."""
        text = self.given.get(name)
        if text is None:
            return None
        value = int(text) if text.isdecimal() and len(text) < 9 else 0
        return self._kept(name, value, sound=1 <= value <= most)

    def scaled(self, name: str, scale: float, least: float, most: float) -> int | None:
        """Give a number within bounds, which are in a person's unit, in the database's."""
        text = self.given.get(name)
        if text is None:
            return None
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        sound = least <= value <= most
        return self._kept(name, round(value * scale) if sound else 0, sound=sound)

    def _kept(self, name: str, value: Value, *, sound: bool) -> Value | None:
        """Give a value if it is sound, else note that it is not."""
        if sound:
            return value
        self.wrong(name)
        return None


def local_us(text: str, zone: tzinfo) -> int:
    """Give a moment as a form has it, in UTC µs.

    Raises
    ------
    RejectError
        ``bad-moment`` if it is none.
    """
    try:
        moment = datetime.fromisoformat(text)
        return int((moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp() * US_PER_S)
    except (ValueError, OverflowError) as error:
        raise RejectError("bad-moment", "moment", f"{text[:40]!r} is no date and time such as 2026-03-02T16:00") from error
