"""Rendered plates of every kind, damaged and photographed, with what they say: the material of `bench.plates`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware_sims.plate_damage import DAMAGES, photograph
from firmware_sims.plate_picture import draw_plate_picture
from firmware_sims.plates import ENERGY_LETTERS, LETTERS, PROVINCES
from plate_reader.recognise.rectify import rectify

EVERYDAY = {"low-resolution": 0.35, "defocus": 0.15, "noise": 0.12, "jpeg": 0.25, "tilt": 0.15, "perspective": 0.15}
"""What every photograph has: 29 pixels for a row, a good lens, JPEG of quality 73, a camera a little aside."""

SEVERITIES = (0.3, 0.6, 0.9)

SEVERAL = "several"
"""Name of the damage that is a bit of everything."""


@dataclass(frozen=True)
class Kind:
    """One kind of plate to draw: its colour, its rows, and the form of its number.

    In `form`, N is a digit, L a letter, S mostly a digit, E an energy letter, anything else itself; province and city letter stand before.
    """

    color: str
    rows: int
    form: str


KINDS = {
    "blue": Kind("blue", 1, "SSSSS"),
    "yellow": Kind("yellow", 1, "SSSSS"),
    "yellow two-row": Kind("yellow", 2, "SSSSS"),
    "trailer two-row": Kind("yellow", 2, "SSSS挂"),
    "green small": Kind("green", 1, "ESNNNN"),
    "green large": Kind("yellow-green", 1, "NNNNNE"),
    "police": Kind("white", 1, "SSSS警"),
    "Hong Kong": Kind("black", 1, "SSSS港"),
}


@dataclass(frozen=True)
class Rendered:
    """One photographed plate, cut out by corners that a detector would find."""

    text: str
    kind: str
    damage: str
    severity: float
    crop: NDArray[np.uint8]


def draw_text(kind: Kind, rng: np.random.Generator) -> str:
    """Draw what a plate of this kind says."""
    if kind.color == "black":
        head = "粤Z"
    else:
        head = str(rng.choice(list(PROVINCES))) + str(rng.choice(list(LETTERS)))
    return head + "".join(_character(form, rng) for form in kind.form)


def _character(form: str, rng: np.random.Generator) -> str:
    if form == "S":
        form = "L" if rng.random() < 0.15 else "N"
    choices = {"N": "0123456789", "L": LETTERS, "E": ENERGY_LETTERS if rng.random() < 0.25 else "DF"}.get(form, form)
    return str(rng.choice(list(choices)))


def render(name: str, damage: str, severity: float, rng: np.random.Generator) -> Rendered:
    """Draw, damage, photograph and cut one plate."""
    kind = KINDS[name]
    text = draw_text(kind, rng)
    damages = {key: value * rng.uniform(0.6, 1.4) for key, value in EVERYDAY.items()}
    for key in DAMAGES if damage == SEVERAL else (damage,):
        own = severity * rng.uniform(0, 0.7) if damage == SEVERAL else severity
        damages[key] = min(1.0, max(damages.get(key, 0.0), own))
    photo, corners = photograph(draw_plate_picture(text, kind.color, kind.rows), damages, rng)
    return Rendered(text, name, damage, severity, rectify(np.asarray(photo), corners))


def rendered_plates(count: int, seed: int) -> Iterator[Rendered]:
    """Render plates of all kinds with all damages at all severities in turn.

    Parameters
    ----------
    count
        How many.
    seed
        Of the random draws; another seed gives other plates.
    """
    damages = (*DAMAGES, SEVERAL)
    names = tuple(KINDS)
    for index in range(count):
        rng = np.random.default_rng((seed, index))
        severity = SEVERITIES[index // (len(names) * len(damages)) % len(SEVERITIES)]
        yield render(names[index % len(names)], damages[index // len(names) % len(damages)], severity, rng)
