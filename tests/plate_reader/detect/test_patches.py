import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from plate_reader.detect.lines import Line
from plate_reader.detect.patches import PatchSize, cut_patch

SIZE = PatchSize(160, 64, 100)


def _spot(x, y, size=(640, 400)):
    rows, columns = np.mgrid[0 : size[1], 0 : size[0]] + 0.5
    light = 255 * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / 60)
    return Image.fromarray(np.repeat(light[..., None], 3, axis=2).astype(np.uint8))


@given(st.floats(250, 400), st.floats(150, 250), st.floats(60, 400), st.floats(-0.6, 0.6), st.floats(-0.2, 0.2), st.floats(-0.1, 0.1))
def test_what_is_seen_in_a_patch_lies_outside_where_it_was(x, y, width, angle, right, down):
    spot_x, spot_y = x + right * width, y + down * width
    patch = cut_patch(_spot(spot_x, spot_y), SIZE, x, y, width, angle=angle)
    weights = patch.pixels.mean(axis=2)
    weights = np.where(weights > 128, weights, 0)
    rows, columns = np.mgrid[0 : SIZE.height, 0 : SIZE.width] + 0.5
    seen = Line((weights * columns).sum() / weights.sum(), (weights * rows).sum() / weights.sum(), 50, 20, 0.1, 0.9)
    line = patch.outside(seen)
    assert math.hypot(line.x - spot_x, line.y - spot_y) < 1 + width / SIZE.plate
    assert (line.length, line.height, line.angle) == pytest.approx((50 * width / 100, 20 * width / 100, angle + 0.1))


@pytest.mark.parametrize(("dark", "light"), [(0, 255), (10, 60), (190, 250)])
def test_a_patch_has_full_contrast_whatever_the_light(dark, light):
    stripes = np.where(np.arange(400) // 8 % 2, light, dark).astype(np.uint8)
    patch = cut_patch(Image.fromarray(np.broadcast_to(stripes[None, :, None], (200, 400, 3)).copy()), SIZE, 200, 100, 100)
    assert np.percentile(patch.pixels, [5, 95]) == pytest.approx([0, 255], abs=6)


def test_noise_is_not_made_contrast_of():
    quiet = np.random.default_rng(1).integers(100, 104, (200, 400, 3), np.uint8)
    assert np.ptp(cut_patch(Image.fromarray(quiet), SIZE, 200, 100, 100).pixels) < 40


@pytest.mark.parametrize("at", [(0, 0), (-500, 40), (399, 199), (200, 5000)])
def test_beyond_the_picture_a_patch_is_dark(at):
    patch = cut_patch(Image.new("RGB", (400, 200), (200, 200, 200)), SIZE, *at, 120)
    assert patch.pixels.shape == (64, 160, 3)
