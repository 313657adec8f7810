"""The verification certificate of a weighbridge: what makes its figure a reference."""

import tomllib
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from calibration.told import told
from contract.faults import RejectError

Text = Annotated[str, Field(min_length=1, max_length=100)]
Positive = Annotated[Decimal, Field(gt=0, allow_inf_nan=False)]


class WeighbridgeCertificate(BaseModel):
    """What an institute certified of a weighbridge or platform scale.

    Attributes
    ----------
    number, institute
        Which certificate, and whose.
    valid_from, valid_until
        First and last day on which it holds.
    accuracy_class
        OIML R 76 class.
    interval_kg
        Verification scale interval, equal to the actual interval d on such scales.
    max_kg
        Capacity.
    expanded_uncertainty_kg
        U at capacity, or the greatest over the range.
    coverage_factor
        k of that U.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: Text
    institute: Text
    valid_from: date | None = None
    valid_until: date
    accuracy_class: Literal["I", "II", "III", "IIII"]
    interval_kg: Positive
    max_kg: Positive
    expanded_uncertainty_kg: Positive
    coverage_factor: Annotated[Decimal, Field(ge=1, le=4)] = Decimal(2)

    @model_validator(mode="after")
    def _possible(self) -> "WeighbridgeCertificate":
        if self.valid_from is not None and self.valid_from > self.valid_until:
            msg = told("valid_from %(begin)s is after valid_until %(end)s", begin=self.valid_from, end=self.valid_until)
            raise ValueError(msg)
        if self.max_kg <= self.interval_kg:
            msg = told("max_kg %(most)s is not above interval_kg %(d)s", most=self.max_kg, d=self.interval_kg)
            raise ValueError(msg)
        if self.expanded_uncertainty_kg > self.max_kg / 100:
            msg = told("expanded_uncertainty_kg %(u)s is more than 1 %% of max_kg; is it in grams?", u=self.expanded_uncertainty_kg)
            raise ValueError(msg)
        return self

    @property
    def standard_uncertainty_kg(self) -> Decimal:
        """U divided by k."""
        return self.expanded_uncertainty_kg / self.coverage_factor

    def check(self, on: date, load_kg: Decimal | None = None, interval_kg: Decimal | None = None) -> None:
        """Check that it holds on a day, for a load and for the interval that the scale itself tells.

        Raises
        ------
        RejectError
            ``certificate-expired``, ``certificate-not-yet``, ``certificate-capacity`` or ``certificate-interval``.
        """
        where = told("certificate %(number)s of %(institute)s", number=self.number, institute=self.institute)
        if on > self.valid_until:
            what = told(
                "ended on %(valid_until)s, the weighing is of %(on)s; use a scale whose certificate holds",
                valid_until=self.valid_until,
                on=on,
            )
            raise RejectError("certificate-expired", where, what)
        if self.valid_from is not None and on < self.valid_from:
            raise RejectError(
                "certificate-not-yet",
                where,
                told(
                    "begins on %(valid_from)s, the weighing is of %(on)s; check the date and the clock", valid_from=self.valid_from, on=on
                ),
            )
        if load_kg is not None and load_kg > self.max_kg:
            what = told(
                "is for at most %(max_kg)s kg, %(load_kg)s kg were weighed; check the figure or use a larger scale",
                max_kg=self.max_kg,
                load_kg=load_kg,
            )
            raise RejectError("certificate-capacity", where, what)
        if interval_kg is not None and interval_kg != self.interval_kg:
            what = told(
                "states d = %(interval_kg)s kg, the scale counts by %(scale_kg)s kg; is it the certificate of this scale?",
                interval_kg=self.interval_kg,
                scale_kg=interval_kg,
            )
            raise RejectError("certificate-interval", where, what)


def parse_certificate(text: str, source: str) -> WeighbridgeCertificate:
    """Read a certificate from TOML.

    Raises
    ------
    RejectError
        ``certificate-invalid`` with file, key, and what is wrong.
    """
    try:
        return WeighbridgeCertificate.model_validate(tomllib.loads(text, parse_float=Decimal))
    except tomllib.TOMLDecodeError as error:
        raise RejectError("certificate-invalid", source, told("is no TOML: %(error)s", error=error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or told("the whole")
        allowed = ", ".join(WeighbridgeCertificate.model_fields)
        raise RejectError(
            "certificate-invalid", source, told("%(key)s: %(first)s; keys are %(allowed)s", key=key, first=first["msg"], allowed=allowed)
        ) from error
