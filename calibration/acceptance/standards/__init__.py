"""The standards that ship with this version, each one TOML file with its tables, its sources and how each row is known."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final, TypeVar

from pydantic import ValidationError

from calibration.acceptance.standards.astm_e1318 import AstmE1318
from calibration.acceptance.standards.cost323 import Cost323
from calibration.acceptance.standards.oiml_r134 import OimlR134
from calibration.acceptance.standards.tables import Head
from calibration.told import told
from contract.faults import StopError

MODELS: Final[Mapping[str, type[Head]]] = {
    "cost323": Cost323,
    "oiml-r134": OimlR134,
    "jjg907": OimlR134,
    "astm-e1318": AstmE1318,
}


Known = TypeVar("Known", bound=Head)


def parse_standard(data: bytes, source: str) -> Head:
    """Read a standard's file.

    Raises
    ------
    StopError
        If it is no TOML, of an unknown standard, or a key is missing, unknown or impossible; the text names every one.
    """
    return _parse(data, source, MODELS)


def _parse(data: bytes, source: str, models: Mapping[str, type[Known]]) -> Known:
    try:
        content = tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StopError("standard-invalid", source, told("is no TOML: %(error)s", error=error)) from error
    model = models.get(str(content.get("id")))
    if model is None:
        raise StopError(
            "standard-invalid",
            source,
            told("id = %(content)s; known are %(models)s", content=f"{content.get('id')!r}", models=", ".join(models)),
        )
    try:
        return model.model_validate(content)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False)
        what = "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'the file'}: {fault['msg']}" for fault in faults)
        raise StopError("standard-invalid", source, what) from error


@cache
def cost323() -> Cost323:
    """Give COST 323 as shipped."""
    return _shipped("cost323", Cost323)


@cache
def oiml_r134(name: str = "oiml-r134") -> OimlR134:
    """Give OIML R 134-1, or JJG 907 by its name, as shipped."""
    return _shipped(name, OimlR134)


@cache
def astm_e1318() -> AstmE1318:
    """Give ASTM E1318 as shipped."""
    return _shipped("astm-e1318", AstmE1318)


def _shipped(name: str, model: type[Known]) -> Known:
    return _parse(files(__name__).joinpath(f"{name}.toml").read_bytes(), f"{name}.toml", {name: model})
