"""The pictures a plate camera takes: the scene in perspective with the camera's own imprint, and the plate cut out of it."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageDraw, ImageFilter

from firmware_sims.plate_picture import font
from firmware_sims.scenery.body import Shape, typical_shape
from firmware_sims.scenery.painter import LANE_WIDTH_M, Painted, Passing, Plate, paint
from firmware_sims.scenery.pinhole import plate_view
from firmware_sims.scenery.weather import CLEAR, Conditions

SIZE = (1280, 720)
CROP_SIZE = (280, 90)
CROP_MARGIN = 0.12
"""What a camera leaves round the plate it cuts out, as a share of the plate's size."""
JPEG_QUALITY = 82
SOFTNESS_PX = 0.6
"""Of a lens that is in focus."""
BLOCKING = typical_shape("rigid4", "ahead")
"""The lorry ahead that hides one that follows too closely."""


@dataclass(frozen=True)
class Sight:
    """What is before the camera.

    Attributes
    ----------
    shape
        The vehicle.
    plate
        On the end that the camera sees, as it truly is.
    facing
        ``front`` or ``rear``: the end that it sees.
    middle_m
        The vehicle's middle from the lane's left edge.
    speed_ms
        Its speed.
    ahead_m
        Gap to a lorry before it that hides it; None where the road before it is free.
    conditions
        Light and weather.
    """

    shape: Shape
    plate: Plate
    facing: str = "front"
    middle_m: float = LANE_WIDTH_M / 2
    speed_ms: float = 0.0
    ahead_m: float | None = None
    conditions: Conditions = CLEAR


@dataclass(frozen=True)
class Pictures:
    """Scene and crop as JPEG, and where the plate is: left, top, width, height in thousandths of the scene; zeros where it is not seen."""

    scene: bytes
    crop: bytes
    plate_rect: tuple[int, int, int, int]


def take_pictures(plate: str, color: str, kind: str, imprint: str, seed: str) -> Pictures:
    """Take both pictures of a vehicle of which only the kind is known, from ahead, on a clear day."""
    return photograph(sight_of(plate, color, kind, seed), imprint)


def sight_of(plate: str, color: str, kind: str, seed: str) -> Sight:
    """Give a vehicle of which only the kind is known, seen from ahead on a clear day."""
    return Sight(typical_shape(kind, seed), Plate(plate, color))


def photograph(sight: Sight, imprint: str) -> Pictures:
    """Take both pictures of what is before the camera; `imprint` is the line written into the scene's upper edge."""
    painted = _painted(sight)
    box = painted.front_plate if sight.facing == "front" else painted.rear_plate
    scene = painted.picture.filter(ImageFilter.GaussianBlur(SOFTNESS_PX))
    crop = _crop(scene, box)
    draw = ImageDraw.Draw(scene)
    draw.rectangle((0, 0, SIZE[0], 40), fill=(20, 20, 20))
    draw.text((16, 20), imprint, font=font(22), fill=(240, 240, 240), anchor="lm")
    return Pictures(jpeg(scene), jpeg(crop), _thousandths(box))


def jpeg(picture: Image.Image, quality: int = JPEG_QUALITY) -> bytes:
    """Give a picture as the bytes of a JPEG."""
    stream = BytesIO()
    picture.save(stream, "JPEG", quality=quality)
    return stream.getvalue()


def _painted(sight: Sight) -> Painted:
    """Stand the vehicle with the end that is seen at the place for which the view is aimed."""
    view = plate_view(0.0, sight.facing)
    front_m = 0.0 if sight.facing == "front" else sight.shape.length_m
    vehicle = Passing(sight.shape, front_m, sight.middle_m, sight.plate, sight.plate, sight.speed_ms)
    vehicles = [vehicle]
    if sight.ahead_m is not None:
        other_m = front_m + sight.ahead_m + BLOCKING.length_m if sight.facing == "front" else -sight.ahead_m
        none = Plate("湘A00000", "yellow")
        vehicles.append(Passing(BLOCKING, other_m, sight.middle_m, none, none))
    return paint(view, vehicles, sight.conditions, seed=sight.plate.text)


def _crop(scene: Image.Image, box: tuple[int, int, int, int] | None) -> Image.Image:
    """Cut the plate out of the scene; a blank of the plate's size where the camera does not see it."""
    if box is None:
        return Image.new("RGB", CROP_SIZE, (96, 98, 100))
    left, top, right, bottom = box
    margin = round(CROP_MARGIN * (right - left))
    cut = scene.crop((left - margin, top - margin, right + margin, bottom + margin))
    return cut.resize((CROP_SIZE[0], round(cut.height * CROP_SIZE[0] / cut.width)), Image.Resampling.BICUBIC)


def _thousandths(box: tuple[int, int, int, int] | None) -> tuple[int, int, int, int]:
    if box is None:
        return 0, 0, 0, 0
    left, top, right, bottom = box
    return left * 1000 // SIZE[0], top * 1000 // SIZE[1], (right - left) * 1000 // SIZE[0], (bottom - top) * 1000 // SIZE[1]
