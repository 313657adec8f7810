"""Holds a weighed vehicle against the rule pack, and says what bars the result from enforcement."""

from typing import Final

from contract.limits import RulePack, Weighed, WeighedAxle, evaluate
from contract.recordable import drive_group, gross_kg, recordable, whole_kg, whole_u_kg
from contract.records import CertificateEntry, Clock
from contract.station import Gates
from contract.units import MM_PER_M, PPM
from contract.vehicles import Vehicle, VehicleFlag
from contract.verdicts import DecisionRule, Outcome, Verdict
from edge.verdicts.bars import bars

NOT_WHOLE: Final = frozenset({VehicleFlag.INCOMPLETE})
"""Flags under which the sum of the axle loads is not the vehicle's weight, so that no limit can be held against it."""


def decide(
    vehicle: Vehicle,
    pack: RulePack,
    gates: Gates,
    clock: Clock,
    *,
    plate_certainty: float | None,
    has_pictures: bool,
    calibrated: bool,
    in_force: bool = True,
    certificate: CertificateEntry | None = None,
    time_us: int = 0,
) -> Verdict:
    """Judge one vehicle.

    Parameters
    ----------
    vehicle
        As weighed; loads are rounded to whole kilograms and the gross weight is their sum, exactly as `build_record` writes them.
    pack
        Rules for the moment of passage.
    gates
        The station's conditions for enforcement, and its decision rule.
    clock
        State of the clock at the moment of passage.
    plate_certainty
        How sure the matched plate is, 0 to 1; None where no plate was matched.
    has_pictures
        Whether the record carries a picture of the vehicle.
    calibrated
        Whether a calibration that is valid for this lane and moment was applied.
    in_force
        Whether the pack was in force at the moment of passage (`contract.limits.RuleBook.at`).
    certificate
        What put the calibration into force; None where the station goes without certificates, and so without dates of verification.
    time_us
        UTC of the passage, against which the verification's dates are held.

    Returns
    -------
    Verdict
        Its outcome is `NOT_ASSESSABLE`, whatever the sum says, where the vehicle was not weighed whole.
    """
    vehicle = recordable(vehicle)
    verdict = evaluate(
        pack,
        weighed(vehicle),
        DecisionRule(gates.decision_rule),
        mpe_share_ppm=None if gates.mpe_share is None else round(gates.mpe_share * PPM),
        barred_by=bars(
            vehicle,
            pack,
            gates,
            clock,
            plate_certainty=plate_certainty,
            has_pictures=has_pictures,
            calibrated=calibrated,
            in_force=in_force,
            certificate=certificate,
            time_us=time_us,
        ),
    )
    if NOT_WHOLE.isdisjoint(vehicle.flags):
        return verdict
    return verdict.model_copy(update={"outcome": Outcome.NOT_ASSESSABLE, "overload_probability_ppm": 0})


def weighed(vehicle: Vehicle) -> Weighed:
    """Give what the limits ask of a vehicle, in the integers of its record."""
    return Weighed(
        axles=tuple(
            WeighedAxle(
                load_kg=whole_kg(axle.load_kg),
                u_kg=whole_u_kg(axle.u_kg),
                group=axle.group,
                spacing_mm=None if axle.spacing_m is None else round(axle.spacing_m * MM_PER_M),
                dual_tyres=axle.dual_tyres,
            )
            for axle in vehicle.axles
        ),
        body=vehicle.vehicle_class.body,
        gross_kg=gross_kg(vehicle),
        gross_u_kg=whole_u_kg(vehicle.gross_u_kg),
        drive_axles=vehicle.vehicle_class.drive_axles,
        drive_group=drive_group(vehicle),
    )
