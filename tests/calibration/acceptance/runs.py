"""Runs for the tests: vehicles of known weight, found with errors that the test chooses."""

from calibration.acceptance import Measured, Reference, Run

LAYOUTS = {2: (1, 1), 3: (1, 2), 5: (1, 1, 3), 6: (1, 2, 3)}
SIDES = ("centre",) * 6 + ("left",) * 2 + ("right",) * 2


def groups_of(layout):
    return tuple(number for number, count in enumerate(layout, start=1) for _ in range(count))


def run_of(number, vehicle, axle_kg, errors, *, found_kmh=50.0, lateral="unknown", **reference):
    """Give a run of a vehicle whose axles are found with relative errors; the gross weight is their sum."""
    layout = LAYOUTS[len(axle_kg)]
    found = tuple(load * (1.0 + error) for load, error in zip(axle_kg, errors, strict=True))
    return Run(
        run=number,
        reference=Reference(vehicle=vehicle, gross_kg=sum(axle_kg), axle_kg=tuple(axle_kg), **reference),
        measured=Measured(
            gross_kg=sum(found), axle_kg=found, spacings_m=(3.0,) * (len(axle_kg) - 1), speed_kmh=found_kmh, groups=groups_of(layout)
        ),
        lateral=lateral,
    )


TRUCKS = {"A": (6000.0, 10_000.0), "B": (6000.0, 9000.0, 8000.0, 8000.0, 8000.0), "C": (6000.0, 8000.0, 8000.0, 7000.0, 7000.0, 7000.0)}


def planned_runs(error, *, trucks=TRUCKS, **reference):
    """Give ten runs of each truck as the plan of R 134 wants them; `error(truck, turn, axle)` is relative."""
    stated = {"gross_u_kg": 4.0, "axle_u_kg": 4.0} | reference
    return [
        run_of(
            10 * place + turn + 1,
            truck,
            loads,
            [error(truck, turn, axle) for axle in range(len(loads))],
            found_kmh=(20.0, 40.0, 60.0)[turn % 3],
            lateral=SIDES[turn],
            **stated,
        )
        for place, (truck, loads) in enumerate(trucks.items())
        for turn in range(10)
    ]
