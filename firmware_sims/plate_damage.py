"""What road, weather, light and camera do to the picture of a plate.

A plate goes through them in the order of nature: dirt lies on it, light falls on it, it stands askew, the lens blurs it, the sensor has
so many pixels and its noise, and JPEG comes last. Each is given a severity from 0 (nothing) to 1 (a human reader begins to guess).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import convolve1d, gaussian_filter

from firmware_sims.errors import SimulationError
from firmware_sims.plate_picture import PIXELS_PER_MM

Light = NDArray[np.float64]
"""A picture as (height, width, 3), 0 … 255."""

Quad = tuple[tuple[float, float], ...]
"""Upper left, upper right, lower right and lower left corner, x and y in pixels."""

STREAK_MAX_MM, DEFOCUS_MAX_MM = 40.0, 11.0
"""On the plate: the longest streak of motion, 25 m/s over 1.6 ms, and the largest sigma of a lens out of focus."""


def dirt(light: Light, severity: float, rng: np.random.Generator) -> Light:
    """Throw blots of mud, up to a fifth of the plate, nowhere quite opaque, and a film over all."""
    height, width = light.shape[:2]
    cloud = gaussian_filter(rng.standard_normal((height, width)), height / 9)
    share = 0.2 * severity
    edge = np.quantile(cloud, 1 - share) if share else np.inf
    cover = np.clip((cloud - edge) / (np.std(cloud) * 0.3) + 0.5, 0, 1) * 0.75 + 0.25 * severity
    return light * (1 - np.clip(cover, 0, 0.9))[..., None] + np.array([108.0, 92.0, 74.0]) * np.clip(cover, 0, 0.9)[..., None]


def glare(light: Light, severity: float, rng: np.random.Generator) -> Light:
    """Add a lamp's reflection: a bright spot that saturates the sensor around it."""
    height, width = light.shape[:2]
    y, x = np.mgrid[0:height, 0:width]
    middle_x, middle_y = rng.uniform(0.1, 0.9) * width, rng.uniform(0.2, 0.8) * height
    distance = np.hypot((x - middle_x) / 1.6, y - middle_y) / (height * 0.45)
    spot: Light = 330.0 * severity * np.exp(-(distance**2))
    return light + spot[..., None]


def night(light: Light, severity: float, rng: np.random.Generator) -> Light:
    """Leave little light of a lamp's colour, uneven across the plate."""
    lamp = np.array([1.0, rng.uniform(0.7, 1.0), rng.uniform(0.4, 1.0)])
    cast = 1 - (1 - lamp) * severity
    fall = 1 - 0.5 * severity * np.linspace(0, 1, light.shape[1])[None, :, None]
    return light * cast * (fall if rng.random() < 0.5 else fall[:, ::-1]) * (1 - 0.86 * severity)


def motion(light: Light, severity: float, rng: np.random.Generator) -> Light:
    """Draw a streak as long as the exposure, along the travel: half to all of it downwards, as cameras look along the lane."""
    length = STREAK_MAX_MM * severity * PIXELS_PER_MM
    share = rng.uniform(0.5, 1.0)
    return _streak(_streak(light, length * share, 0), length * (1 - share), 1)


def defocus(light: Light, severity: float, rng: np.random.Generator) -> Light:
    """Put the lens out of focus; up to `DEFOCUS_MAX_MM`."""
    sigma = DEFOCUS_MAX_MM * severity * PIXELS_PER_MM
    return gaussian_filter(light, (sigma, sigma, 0))


def noise(light: Light, severity: float, rng: np.random.Generator) -> Light:
    """Add shot and read noise of a small sensor, which demosaicing has made grains of."""
    grain = gaussian_filter(rng.standard_normal(light.shape), (0.5, 0.5, 0)) * 1.8
    return light + grain * severity * (8.0 + 1.4 * np.sqrt(np.clip(light, 0, 255)))


def jpeg(light: Light, severity: float, rng: np.random.Generator) -> Light:
    """Compress at quality 95 … 8."""
    stream = BytesIO()
    to_image(light).save(stream, "JPEG", quality=round(95 - 87 * severity))
    return np.asarray(Image.open(stream), dtype=np.float64)


BEFORE_LENS: Final[dict[str, Callable[[Light, float, np.random.Generator], Light]]] = {"dirt": dirt, "glare": glare, "night": night}
LENS: Final[dict[str, Callable[[Light, float, np.random.Generator], Light]]] = {"motion": motion, "defocus": defocus}
SENSOR: Final[dict[str, Callable[[Light, float, np.random.Generator], Light]]] = {"noise": noise, "jpeg": jpeg}
DAMAGES: Final = (*BEFORE_LENS, "tilt", "perspective", *LENS, "low-resolution", *SENSOR)
"""All kinds of damage, in the order of nature."""

TILT_MAX_DEGREES, PERSPECTIVE_MAX, CORNER_ERROR = 14.0, 0.28, 0.035
"""The largest roll, the largest share by which a side is foreshortened, and the share of a row by which a corner is missed (1 sigma)."""

ROW_PX_MAX, ROW_PX_MIN = 48.0, 11.0
"""Height of one row of the plate in the camera's pixels, at severity 0 and 1 of low-resolution."""


def photograph(plate: Image.Image, damages: Mapping[str, float], rng: np.random.Generator) -> tuple[Image.Image, Quad]:
    """Take a picture of a plate and a little around it.

    Parameters
    ----------
    plate
        As drawn, upright.
    damages
        Severity 0 … 1 by name, of `DAMAGES`.
    rng
        Decides where blots, spots and corners lie.

    Returns
    -------
    picture, corners
        RGB, and where the plate's corners are in it, missed by as much as a good detector misses them.

    Raises
    ------
    SimulationError
        If a damage is unknown or its severity is outside of 0 … 1.
    """
    for name, severity in damages.items():
        if name not in DAMAGES or not 0 <= severity <= 1:
            raise SimulationError(f"damage {name}={severity}; allowed are {', '.join(DAMAGES)} with 0 to 1")
    light = np.asarray(plate, dtype=np.float64)
    for name, step in BEFORE_LENS.items():
        light = step(light, damages[name], rng) if damages.get(name) else light
    view, corners = _stand(to_image(light), damages.get("tilt", 0.0), damages.get("perspective", 0.0), rng)
    light = np.asarray(view, dtype=np.float64)
    for name, step in LENS.items():
        light = step(light, damages[name], rng) if damages.get(name) else light
    light, factor = _sample(light, plate, damages.get("low-resolution", 0.0))
    for name, step in SENSOR.items():
        light = step(light, damages[name], rng) if damages.get(name) else light
    row_px = factor * plate.height / (2 if plate.height > 0.4 * plate.width else 1)
    missed = np.array(corners) * factor + rng.standard_normal((4, 2)) * CORNER_ERROR * row_px
    return to_image(light), tuple((float(x), float(y)) for x, y in missed)


def to_image(light: Light) -> Image.Image:
    """Round to what the sensor can say of that light."""
    return Image.fromarray(np.clip(np.round(light), 0, 255).astype(np.uint8))


def _streak(light: Light, length: float, axis: int) -> Light:
    """Average over `length` pixels along an axis, the ends by their share."""
    half = int(np.ceil(length / 2))
    weights = np.clip(length / 2 + 0.5 - np.abs(np.arange(-half, half + 1)), 0, 1)
    return convolve1d(light, weights / weights.sum(), axis=axis, mode="nearest") if half else light


def _stand(plate: Image.Image, tilt: float, perspective: float, rng: np.random.Generator) -> tuple[Image.Image, list[tuple[float, float]]]:
    """Put the plate askew before a bumper; the picture is larger than the plate by a third of its height all round."""
    width, height = plate.size
    roll = np.radians(TILT_MAX_DEGREES * tilt * rng.choice([-1, 1]))
    turn = np.array([[np.cos(roll), -np.sin(roll)], [np.sin(roll), np.cos(roll)]])
    corners = np.array([(-width, -height), (width, -height), (width, height), (-width, height)]) / 2.0
    near, far = 1.0, 1 - PERSPECTIVE_MAX * perspective
    left, right = (near, far) if rng.random() < 0.5 else (far, near)
    corners = corners * np.array([[left], [right], [right], [left]]) * np.array([1 - 0.3 * perspective, 1.0])
    corners = corners @ turn.T
    corners += -corners.min(axis=0) + height / 3
    size = np.ceil(corners.max(axis=0) + height / 3).astype(int)
    body = tuple(int(part) for part in rng.integers(20, 200, 3))
    return _drape(plate, corners, (int(size[0]), int(size[1])), body), [(float(x), float(y)) for x, y in corners]


def _drape(plate: Image.Image, corners: NDArray[np.float64], size: tuple[int, int], body: tuple[int, ...]) -> Image.Image:
    """Draw the plate into the quadrangle `corners` of a plain picture: the projective map that takes corners back to the plate."""
    width, height = plate.size
    rows = []
    for (x, y), (u, v) in zip(corners, ((0, 0), (width, 0), (width, height), (0, height)), strict=True):
        rows += [(x, y, 1, 0, 0, 0, -u * x, -u * y), (0, 0, 0, x, y, 1, -v * x, -v * y)]
    back = np.linalg.solve(np.array(rows), np.array([0, 0, width, 0, width, height, 0, height], dtype=float))
    how = Image.Transform.PERSPECTIVE, tuple(back.tolist()), Image.Resampling.BICUBIC
    cover = Image.new("L", plate.size, 255).transform(size, *how)
    ground = Image.new("RGB", size, body)
    ground.paste(plate.transform(size, *how), (0, 0), cover)
    return ground


def _sample(light: Light, plate: Image.Image, severity: float) -> tuple[Light, float]:
    """Give the picture as many pixels as the camera has for it, and the factor."""
    row = plate.height / (2 if plate.height > 0.4 * plate.width else 1)
    factor = min(1.0, ROW_PX_MAX * (ROW_PX_MIN / ROW_PX_MAX) ** severity / row)
    height, width = light.shape[:2]
    size = max(1, round(width * factor)), max(1, round(height * factor))
    return np.asarray(to_image(light).resize(size, Image.Resampling.BOX), dtype=np.float64), factor
