"""The scene a plate camera sees: road, vehicle from the front, plate, and the camera's own imprint."""

from __future__ import annotations

import random
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageDraw, ImageFilter

from firmware_sims.plate_picture import draw_plate_picture, font
from firmware_sims.vehicle import HEAVY_KINDS

SIZE = (1280, 720)
HORIZON = 210
CROP_SIZE = (280, 90)
JPEG_QUALITY = 82
BODY_COLORS = ((150, 30, 30), (35, 70, 130), (210, 210, 205), (190, 130, 30), (50, 95, 70), (90, 90, 95))


@dataclass(frozen=True)
class Pictures:
    """Scene and crop as JPEG, and where the plate is: left, top, width, height in thousandths of the scene."""

    scene: bytes
    crop: bytes
    plate_rect: tuple[int, int, int, int]


def take_pictures(plate: str, color: str, kind: str, imprint: str, seed: str) -> Pictures:
    """Take both pictures of a vehicle.

    Parameters
    ----------
    plate, color
        Its plate.
    kind
        Its kind: trucks and buses are drawn as trucks, the rest as cars.
    imprint
        Line written into the scene's upper edge: time and place.
    seed
        Decides the body's colour and small displacements.
    """
    rng = random.Random(seed)  # noqa: S311 - looks, not a secret
    scene = _road(rng)
    middle = 640 + rng.randint(-40, 40)
    body = rng.choice(BODY_COLORS)
    heavy = kind in HEAVY_KINDS
    plate_box = _truck(scene, middle, body) if heavy else _car(scene, middle, body)
    left, top, width, height = plate_box
    picture = draw_plate_picture(plate, color)
    scene.paste(picture.resize((width, height), Image.Resampling.LANCZOS), (left, top))
    scene = scene.filter(ImageFilter.GaussianBlur(0.6))
    draw = ImageDraw.Draw(scene)
    draw.rectangle((0, 0, SIZE[0], 40), fill=(20, 20, 20))
    draw.text((16, 20), imprint, font=font(22), fill=(240, 240, 240), anchor="lm")
    crop = picture.filter(ImageFilter.GaussianBlur(0.8)).resize(CROP_SIZE, Image.Resampling.LANCZOS)
    rect = (left * 1000 // SIZE[0], top * 1000 // SIZE[1], width * 1000 // SIZE[0], height * 1000 // SIZE[1])
    return Pictures(_jpeg(scene), _jpeg(crop), rect)


def _jpeg(picture: Image.Image) -> bytes:
    stream = BytesIO()
    picture.save(stream, "JPEG", quality=JPEG_QUALITY)
    return stream.getvalue()


def _road(rng: random.Random) -> Image.Image:
    """Sky, hills, verge, and three lanes that run to the horizon."""
    top, bottom = (150, 185, 215), (225, 232, 235)
    column = Image.new("RGB", (1, HORIZON))
    for y in range(HORIZON):
        part = y / HORIZON
        column.putpixel((0, y), tuple(round(a + (b - a) * part) for a, b in zip(top, bottom, strict=True)))
    scene = Image.new("RGB", SIZE, (96, 118, 78))
    scene.paste(column.resize((SIZE[0], HORIZON)), (0, 0))
    draw = ImageDraw.Draw(scene)
    for left in range(-100, SIZE[0], 220):
        height = rng.randint(30, 80)
        draw.ellipse((left, HORIZON - height, left + 380, HORIZON + 90), fill=(118, 138, 108))
    draw.rectangle((0, HORIZON + 20, SIZE[0], SIZE[1]), fill=(104, 124, 84))
    draw.polygon(((500, HORIZON + 20), (780, HORIZON + 20), (1500, 720), (-220, 720)), fill=(92, 94, 98))
    draw.line(((512, HORIZON + 20), (-150, 720)), fill=(235, 235, 235), width=7)
    draw.line(((768, HORIZON + 20), (1430, 720)), fill=(235, 235, 235), width=7)
    for x_top, x_bottom in ((596, 350), (684, 930)):
        for step in range(0, 10, 2):
            low, high = (step / 10) ** 1.6, ((step + 1) / 10) ** 1.6
            ends = [(x_top + (x_bottom - x_top) * part, HORIZON + 20 + 490 * part) for part in (low, high)]
            draw.line(ends, fill=(235, 235, 235), width=2 + step)
    return scene


def _truck(scene: Image.Image, middle: int, body: tuple[int, int, int]) -> tuple[int, int, int, int]:
    """Draw a truck's front; give the plate's left, top, width, height in pixels."""
    draw = ImageDraw.Draw(scene)
    left, right = middle - 190, middle + 190
    dark = tuple(part // 2 for part in body)
    draw.ellipse((left - 30, 610, right + 30, 690), fill=(60, 62, 66))
    draw.rectangle((left - 16, 120, right + 16, 560), fill=(200, 202, 204), outline=(120, 122, 126), width=4)
    draw.rounded_rectangle((left, 170, right, 640), radius=26, fill=body, outline=dark, width=4)
    draw.rounded_rectangle((left + 24, 205, right - 24, 370), radius=18, fill=(52, 66, 80))
    draw.polygon(((left + 60, 215), (left + 130, 215), (left + 70, 360), (left + 34, 360)), fill=(92, 110, 124))
    draw.rectangle((left + 6, 385, right - 6, 392), fill=dark)
    for row in range(410, 520, 20):
        draw.rounded_rectangle((left + 90, row, right - 90, row + 10), radius=4, fill=dark)
    for x in (left + 20, right - 80):
        draw.rounded_rectangle((x, 430, x + 60, 500), radius=12, fill=(245, 240, 215), outline=(90, 90, 90), width=3)
    draw.rounded_rectangle((left - 8, 530, right + 8, 640), radius=14, fill=(58, 60, 64))
    for x in (left - 40, right + 12):
        draw.rounded_rectangle((x, 230, x + 28, 330), radius=8, fill=(40, 42, 46))
    for x in (left + 6, right - 66):
        draw.rectangle((x, 630, x + 60, 680), fill=(28, 28, 30))
    return middle - 77, 560, 154, 49


def _car(scene: Image.Image, middle: int, body: tuple[int, int, int]) -> tuple[int, int, int, int]:
    """Draw a car's front; give the plate's left, top, width, height in pixels."""
    draw = ImageDraw.Draw(scene)
    left, right = middle - 150, middle + 150
    dark = tuple(part // 2 for part in body)
    draw.ellipse((left - 20, 620, right + 20, 680), fill=(60, 62, 66))
    draw.polygon(((left + 40, 470), (left + 80, 370), (right - 80, 370), (right - 40, 470)), fill=body)
    draw.polygon(((left + 56, 468), (left + 90, 384), (right - 90, 384), (right - 56, 468)), fill=(52, 66, 80))
    draw.rounded_rectangle((left, 462, right, 640), radius=34, fill=body, outline=dark, width=4)
    for x in (left + 14, right - 84):
        draw.rounded_rectangle((x, 500, x + 70, 540), radius=16, fill=(245, 240, 215), outline=(90, 90, 90), width=3)
    draw.rounded_rectangle((left + 90, 500, right - 90, 545), radius=8, fill=(40, 42, 46))
    draw.rounded_rectangle((left + 10, 590, right - 10, 636), radius=12, fill=(58, 60, 64))
    for x in (left + 12, right - 58):
        draw.rectangle((x, 630, x + 46, 668), fill=(28, 28, 30))
    return middle - 66, 552, 132, 42
