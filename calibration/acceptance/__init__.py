"""Acceptance: which class a scale reaches under COST 323, OIML R 134-1, JJG 907 and ASTM E1318, and why not the next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from calibration.acceptance.astm_e1318 import judge_astm_e1318
from calibration.acceptance.cost323 import judge_cost323
from calibration.acceptance.oiml_r134 import judge_oiml_r134
from calibration.acceptance.report import Report, Stage
from calibration.acceptance.sample import Measured, Reference, Run, Sample, sample_of
from calibration.acceptance.standards import MODELS, astm_e1318, cost323, oiml_r134
from calibration.told import told
from contract.faults import RejectError

STANDARDS: Final = tuple(MODELS)

__all__ = ["STANDARDS", "Measured", "Reference", "Report", "Run", "Sample", "judge", "sample_of"]


def judge(
    sample: Sample,
    standards: Sequence[str] = STANDARDS,
    *,
    stage: Stage,
    environment: str | None = None,
    interval_kg: float | None = None,
) -> list[Report]:
    """Judge a sample by each of some standards.

    Parameters
    ----------
    sample
        Runs with truth and finding, from `sample_of`.
    standards
        Names out of `STANDARDS`.
    environment
        Of COST 323: ``r1``, ``r2``, ``R1``, ``R2``; by default the most lenient whose conditions the sample holds.
    interval_kg
        Scale interval d of OIML R 134-1 and JJG 907; without it they name no class.

    Raises
    ------
    RejectError
        If a standard or an environment is unknown.
    """
    environments = [row.name for row in cost323().environment]
    if environment is not None and environment not in environments:
        raise RejectError(
            "environment-unknown",
            told("environment %(environment)s", environment=f"{environment!r}"),
            told("is not known; allowed are %(environments)s", environments=", ".join(environments)),
        )
    return [_judge(sample, name, stage, environment, interval_kg) for name in standards]


def _judge(sample: Sample, name: str, stage: Stage, environment: str | None, interval_kg: float | None) -> Report:
    match name:
        case "cost323":
            return judge_cost323(cost323(), sample, stage=stage, environment=environment)
        case "oiml-r134" | "jjg907":
            return judge_oiml_r134(oiml_r134(name), sample, stage=stage, interval_kg=interval_kg)
        case "astm-e1318":
            return judge_astm_e1318(astm_e1318(), sample, stage=stage)
        case _:
            raise RejectError(
                "standard-unknown",
                told("standard %(name)s", name=f"{name!r}"),
                told("is not known; allowed are %(standards)s", standards=", ".join(STANDARDS)),
            )
