"""Stills of a plate before something else, made of the simulators' plates, and where the plate is in them."""

import numpy as np
from PIL import Image, ImageFilter

from firmware_sims.plate_damage import to_image
from firmware_sims.plate_picture import draw_plate_picture

SIZE = (1280, 720)


def turned_corners(x, y, width, aspect, degrees, lean=0.0):
    """Corners (4, 2) of a plate around x, y; `lean` makes its right side so much shorter than its left."""
    height = width / aspect
    corners = np.array([(-width, -height), (width, -height * (1 - lean)), (width, height * (1 - lean)), (-width, height)]) / 2
    angle = np.radians(degrees)
    return corners @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) + (x, y)


def road(seed, size=SIZE):
    """Blurred blocks of dull colours: edges, corners and areas, but no text."""
    rng = np.random.default_rng(seed)
    blocks = rng.normal(110, 35, (9, 16, 1)) + rng.normal(0, 8, (9, 16, 3))
    image = Image.fromarray(np.clip(blocks, 0, 255).astype(np.uint8)).resize(size, Image.Resampling.NEAREST)
    return image.filter(ImageFilter.GaussianBlur(3))


def stand(picture, plate, corners):
    """Draw a plate's picture into a quadrangle of a larger one."""
    rows = []
    for (x, y), (u, v) in zip(corners, ((0, 0), (plate.width, 0), plate.size, (0, plate.height)), strict=True):
        rows += [(x, y, 1, 0, 0, 0, -u * x, -u * y), (0, 0, 0, x, y, 1, -v * x, -v * y)]
    back = np.linalg.solve(np.array(rows), np.array([0, 0, plate.width, 0, *plate.size, 0, plate.height], dtype=float))
    factor = max(1, int(plate.width / np.linalg.norm(corners[1] - corners[0])))
    small = plate.reduce(factor)
    back[:6] /= factor
    how = Image.Transform.PERSPECTIVE, tuple(back), Image.Resampling.BICUBIC
    cover = Image.new("L", small.size, 255).transform(picture.size, *how)
    picture.paste(small.transform(picture.size, *how), (0, 0), cover)


def still(text="湘A12345", color="yellow", *, x=700, y=420, width=130, degrees=0.0, lean=0.0, seed=0, rows=1, size=SIZE, hurt=None):
    """Give a still (uint8 RGB) with one plate, and the plate's corners; `hurt` is what befell the plate itself."""
    plate = draw_plate_picture(text, color, rows)
    if hurt:
        plate = to_image(hurt(np.asarray(plate, dtype=float)))
    corners = turned_corners(x, y, width, plate.width / plate.height, degrees, lean)
    picture = road(seed, size)
    stand(picture, plate, corners)
    return np.asarray(picture.filter(ImageFilter.GaussianBlur(0.6))), corners
