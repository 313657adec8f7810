"""Who may sign a station's calibrations."""

import unicodedata
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from contract.signatures import PublicKeyText
from contract.station.table import Table


class Signatory(Table):
    """A person who may propose or approve calibrations, and the key by which they do.

    Nobody is ever taken out of the file, because what they signed is verified for ever: who leaves gets `until`, the last day (UTC) on
    which their signature counts.
    """

    name: Annotated[str, Field(min_length=1, max_length=80)]
    key: PublicKeyText
    may: Annotated[tuple[Literal["propose", "approve"], ...], Field(min_length=1)]
    until: date | None = None

    @property
    def person(self) -> str:
        """The name without what only looks different, to tell whether two are one person."""
        return " ".join(unicodedata.normalize("NFKC", self.name).casefold().split())
