"""What a sensor of each class must hold, as data."""

import tomllib
from importlib import resources
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from calibration.told import told
from contract.faults import RejectError

Percent = Annotated[float, Field(gt=0, le=10, allow_inf_nan=False)]


class StaticLimits(BaseModel):
    """Largest size of each figure, in per cent of the rated load; `source` says where they come from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    linearity_percent: Percent
    uniformity_percent: Percent
    hysteresis_percent: Percent
    repeatability_percent: Percent
    creep_percent: Percent
    zero_return_percent: Percent
    zero_percent: Percent
    zero_per_hour_percent: Percent
    zero_per_k_percent: Percent
    noise_percent: Percent
    shunt_percent: Percent


def parse_limits(text: str, source: str) -> dict[str, StaticLimits]:
    """Read limits by class from TOML.

    Raises
    ------
    RejectError
        ``limits-invalid`` with file, key and what is wrong.
    """
    try:
        return {name: StaticLimits.model_validate(table) for name, table in tomllib.loads(text).items()}
    except tomllib.TOMLDecodeError as error:
        raise RejectError("limits-invalid", source, told("is no TOML: %(error)s", error=error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "a table"
        raise RejectError(
            "limits-invalid",
            source,
            told(
                "%(key)s: %(first)s; keys are %(model_fields)s",
                key=key,
                first=first["msg"],
                model_fields=", ".join(StaticLimits.model_fields),
            ),
        ) from error


def known_limits() -> dict[str, StaticLimits]:
    """Give the limits that come with the program."""
    name = "limits.toml"
    return parse_limits(resources.files("calibration.statics").joinpath(name).read_text(encoding="utf-8"), name)


def limits_of(name: str, known: dict[str, StaticLimits]) -> StaticLimits:
    """Give the limits of a class.

    Raises
    ------
    RejectError
        ``limits-class`` if it is not known.
    """
    if name not in known:
        raise RejectError("limits-class", name, told("is no class of limits; known are %(known)s", known=", ".join(known)))
    return known[name]
