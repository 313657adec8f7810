"""What light, rain, dirt and a slow shutter make of a picture."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter

DAY_SHUTTER_MS = 1.0
"""Plate cameras expose for a millisecond: at 80 km/h that is 22 mm."""
DARKNESS = 0.14
"""What is left of daylight on what no lamp and no flash lights."""
BLUR_MOST_PX = 40


@dataclass(frozen=True)
class Conditions:
    """Under what a picture is taken.

    Attributes
    ----------
    night
        Dark, lamps on; the plate, which throws the camera's flash back, stays bright.
    rain
        0 dry to 1 downpour: streaks, haze, a softer picture.
    dirt
        Share of the plate that is caked, 0 to 1.
    shutter_ms
        How long it exposes; what moves is smeared over the way it goes meanwhile.
    """

    night: bool = False
    rain: float = 0.0
    dirt: float = 0.0
    shutter_ms: float = DAY_SHUTTER_MS


CLEAR = Conditions()


def soil(plate: Image.Image, dirt: float, seed: str) -> Image.Image:
    """Cake a share of a plate in mud: blots and splashes, thicker towards its lower edge."""
    if dirt <= 0:
        return plate
    rng = random.Random(seed)  # noqa: S311 - looks, not a secret
    width, height = plate.size
    mud = Image.new("L", plate.size, 0)
    draw = ImageDraw.Draw(mud)
    covered = 0.0
    for _ in range(400):
        if covered >= dirt * width * height:
            break
        radius = rng.uniform(0.03, 0.16) * height
        x, y = rng.uniform(0, width), height * (1 - rng.random() ** 1.6)
        draw.ellipse((x - 1.6 * radius, y - radius, x + 1.6 * radius, y + radius), fill=rng.randint(150, 245))
        covered += 3.14 * 1.6 * radius**2 * 0.8
    mud = mud.filter(ImageFilter.GaussianBlur(height * 0.02))
    return Image.composite(Image.new("RGB", plate.size, (112, 98, 78)), plate, mud)


def after(
    picture: Image.Image,
    conditions: Conditions,
    *,
    lamps: list[tuple[float, float, float]],
    plates: list[tuple[int, int, int, int]],
    travel_px: tuple[float, float],
    rng: random.Random,
) -> Image.Image:
    """Apply conditions to a painted picture.

    Parameters
    ----------
    picture
        As it would be on a clear day in an instant.
    conditions
        What there is instead.
    lamps
        Their places and scale (x, y, pixels per metre).
    plates
        Boxes that throw the camera's flash back.
    travel_px
        Way of the vehicle in the picture while the shutter is open.
    rng
        Where drops fall.
    """
    picture = smear(picture, travel_px)
    if conditions.night:
        picture = _darkened(picture, lamps, plates, rng)
    if conditions.rain > 0:
        picture = _rained(picture, conditions.rain, rng)
    return picture


def smear(picture: Image.Image, way_px: tuple[float, float]) -> Image.Image:
    """Smear a picture along a way: the mean of what it is at each pixel of it. Less than half a pixel changes nothing."""
    steps = min(BLUR_MOST_PX, round(max(abs(way_px[0]), abs(way_px[1]))))
    if steps < 1:
        return picture
    array = np.asarray(picture)
    total = np.zeros(array.shape, np.uint32)
    for step in range(steps + 1):
        shift = [math.floor(way * (step / steps - 0.5)) for way in reversed(way_px)]
        total += np.roll(array, shift, axis=(0, 1))
    return Image.fromarray((total // (steps + 1)).astype(np.uint8))


def _darkened(
    picture: Image.Image, lamps: list[tuple[float, float, float]], plates: list[tuple[int, int, int, int]], rng: random.Random
) -> Image.Image:
    """Night: all dark and grainy but the plates, which throw the flash back, and the lamps with their halo."""
    array = np.asarray(picture).astype(np.float32)
    dark: NDArray[np.float32] = array * np.float32(DARKNESS) * np.array([0.9, 0.95, 1.15], np.float32)
    night = Image.fromarray(np.clip(dark, 0, 255).astype(np.uint8))
    grain = Image.effect_noise(picture.size, rng.uniform(8, 14)).convert("RGB")
    night = ImageChops.add(night, grain, scale=1, offset=-128)
    for box in plates:
        night.paste(Image.blend(picture.crop(box), Image.new("RGB", (box[2] - box[0], box[3] - box[1])), 0.12), box[:2])
    glow = Image.new("RGB", (picture.width // 4, picture.height // 4))
    draw = ImageDraw.Draw(glow)
    for x, y, scale in lamps:
        radius = max(1.0, 0.16 * scale / 4)
        draw.ellipse((x / 4 - radius, y / 4 - radius, x / 4 + radius, y / 4 + radius), fill=(255, 248, 225))
    spread = max((scale for *_, scale in lamps), default=0.0) * 0.12 / 4
    halo = ImageChops.add(glow.filter(ImageFilter.GaussianBlur(max(1.0, spread))), glow.filter(ImageFilter.GaussianBlur(1)))
    return ImageChops.add(night, halo.resize(picture.size, Image.Resampling.BILINEAR))


def _rained(picture: Image.Image, rain: float, rng: random.Random) -> Image.Image:
    """Rain: haze towards grey, a film of water that softens, and streaks of falling drops."""
    haze = Image.new("RGB", picture.size, (150, 155, 160))
    picture = Image.blend(picture, haze, 0.28 * rain).filter(ImageFilter.GaussianBlur(0.4 + 0.8 * rain))
    streaks = Image.new("L", picture.size, 0)
    draw = ImageDraw.Draw(streaks)
    for _ in range(int(500 * rain)):
        x, y, length = rng.uniform(0, picture.width), rng.uniform(-30, picture.height), rng.uniform(12, 46)
        draw.line((x, y, x - 0.12 * length, y + length), fill=rng.randint(50, 120), width=1)
    return Image.composite(Image.new("RGB", picture.size, (225, 228, 232)), picture, streaks.filter(ImageFilter.GaussianBlur(0.6)))
