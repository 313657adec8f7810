"""What the limits ask of one vehicle: whole kilograms and millimetres, exactly as its record states them."""

from dataclasses import dataclass
from itertools import accumulate

from contract.records import VehicleRecord
from contract.vehicles import Body


@dataclass(frozen=True, slots=True)
class WeighedAxle:
    """What the limits ask of one axle; `dual_tyres` None where it cannot be seen."""

    load_kg: int
    u_kg: int
    group: int
    spacing_mm: int | None
    dual_tyres: bool | None = None


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the limits ask of one vehicle.

    Attributes
    ----------
    axles
        In order of passage.
    body
        One body or a combination.
    gross_kg, gross_u_kg
        Gross weight and its expanded uncertainty (k = 2).
    drive_axles
        How many axles the power unit drives, None where it cannot be seen.
    drive_group
        Number of the axle group that holds the driven axles, None where the configuration does not tell it.
    """

    axles: tuple[WeighedAxle, ...]
    body: Body
    gross_kg: int
    gross_u_kg: int
    drive_axles: int | None = None
    drive_group: int | None = None

    @property
    def pattern(self) -> str:
        """Axles per group from the front, e.g. ``1+2+3``."""
        return "+".join(str(len(self.members(number))) for number in self.groups)

    @property
    def groups(self) -> list[int]:
        """Numbers of the axle groups, from the front."""
        return sorted({axle.group for axle in self.axles})

    def members(self, group: int) -> list[WeighedAxle]:
        """Give the axles of one group."""
        return [axle for axle in self.axles if axle.group == group]

    def positions_mm(self) -> list[int]:
        """Give the distance of each axle behind the first."""
        return list(accumulate(axle.spacing_mm or 0 for axle in self.axles))


def weighed_of(record: VehicleRecord) -> Weighed:
    """Give what the limits ask of a recorded vehicle, so that anyone who holds the record can evaluate it anew."""
    return Weighed(
        axles=tuple(WeighedAxle(axle.load_kg, axle.u_kg, axle.group, axle.spacing_mm, axle.dual_tyres) for axle in record.axles),
        body=record.body,
        gross_kg=record.gross_kg,
        gross_u_kg=record.gross_u_kg,
        drive_axles=record.drive_axles,
        drive_group=record.drive_group,
    )
