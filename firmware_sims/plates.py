"""Licence plates for simulated vehicles (GA 36 numbering)."""

from __future__ import annotations

import random

from firmware_sims.vehicle import HEAVY_KINDS

PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Neither I nor O: too like 1 and 0."""
SERIAL = LETTERS + "0123456789"
ENERGY_LETTERS = "DABCEFGHJK"
"""First serial letter of small new-energy vehicles."""
HOME_PROVINCE = "湘"
"""Where most of the simulated traffic is at home."""
HOME_SHARE = 0.6
ENERGY_SHARE = 0.25
"""Share of new-energy vehicles among cars."""


def draw_plate(kind: str, rng: random.Random) -> tuple[str, str]:
    """Draw a plate for a vehicle of this kind.

    Returns
    -------
    text, color
        For example ``湘A12345`` and ``yellow``; trucks and buses yellow, cars and vans blue, some cars green.
    """
    head = HOME_PROVINCE if rng.random() < HOME_SHARE else rng.choice(PROVINCES)
    head += rng.choice(LETTERS)
    if kind == "car" and rng.random() < ENERGY_SHARE:
        digits = "".join(rng.choices("0123456789", k=4))
        return head + rng.choice(ENERGY_LETTERS) + rng.choice(SERIAL) + digits, "green"
    body = rng.choices("0123456789", k=5)
    if rng.random() < 0.5:
        body[rng.randrange(5)] = rng.choice(LETTERS)
    return head + "".join(body), "yellow" if kind in HEAVY_KINDS else "blue"


def draw_trailer_plate(plate: str) -> str:
    """Draw the plate of the trailer behind a tractor: for example ``湘A1234挂``; a tractor always draws the same one."""
    rng = random.Random(f"trailer/{plate}")  # noqa: S311 - a plate's looks, not a secret
    return plate[:1] + rng.choice(LETTERS) + "".join(rng.choices("0123456789", k=4)) + "挂"


class PlateDraw:
    """Draws plates that differ from each other; the same seed text gives the same plates again."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._taken: set[str] = set()

    def draw(self, kind: str, key: str) -> tuple[str, str]:
        """Draw for the vehicle named by `key`; see `draw_plate` for what is returned."""
        rng = random.Random(f"{self._seed}/{key}")  # noqa: S311 - a plate's looks, not a secret
        while True:
            text, color = draw_plate(kind, rng)
            if text not in self._taken:
                self._taken.add(text)
                return text, color
