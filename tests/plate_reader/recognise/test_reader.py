import numpy as np
import pytest

from contract.plates import PlateColour
from firmware_sims.plate_picture import draw_plate_picture
from plate_reader.decode import decode_picture
from plate_reader.recognise.reader import Reader
from plate_reader.syntax import parse_grammar


@pytest.fixture(scope="module")
def reader():
    return Reader()


@pytest.mark.parametrize(
    ("text", "color", "rows", "kind"),
    [
        ("湘A12345", "blue", 1, "ordinary"),
        ("粤B8D0Q7", "yellow", 1, "ordinary"),
        ("鲁Q5X621", "yellow", 2, "ordinary"),
        ("冀JK123挂", "yellow", 2, "trailer"),
        ("湘AD12345", "green", 1, "new-energy-small"),
        ("京A12345D", "yellow-green", 1, "new-energy-large"),
        ("鲁A1234警", "white", 1, "police"),
        ("粤Z1234港", "black", 1, "hong-kong-macao"),
        ("皖Q0686学", "yellow", 1, "learner"),
    ],
)
def test_every_kind_of_plate_is_read(reader, text, color, rows, kind):
    reading = reader.read(np.asarray(draw_plate_picture(text, color, rows).resize((240, 76 if rows == 1 else 120))))
    assert (reading.text, reading.colour.value, reading.kind, reading.rows) == (text, color, kind, rows)
    assert len(reading.characters) == len(text)
    assert reading.confidence > 0.5
    assert reading.confidence + sum(other.probability for other in reading.alternatives) <= 1 + 1e-9
    assert text not in {other.text for other in reading.alternatives}


def test_real_crops_are_read(reader, real_crops):
    readings = [(reader.read(decode_picture(file.read_bytes(), file.name)[0]), text) for file, text in real_crops]
    assert sum(reading.text == text for reading, text in readings) >= 0.98 * len(readings)
    assert np.mean([reading.confidence for reading, _ in readings]) > 0.9
    assert sum(reading.colour is PlateColour.BLUE for reading, _ in readings) >= 0.95 * len(readings)


@pytest.mark.parametrize("shape", [(1, 1), (24, 94), (300, 40), (20, 900), (140, 440)])
@pytest.mark.parametrize("what", ["black", "white", "noise"])
def test_what_is_no_plate_is_read_as_nothing_or_with_doubt(reader, shape, what):
    rng = np.random.default_rng(1)
    pixels = {"black": np.zeros((*shape, 3)), "white": np.full((*shape, 3), 255), "noise": rng.integers(0, 256, (*shape, 3))}[what]
    reading = reader.read(pixels.astype(np.uint8))
    assert reading.confidence < 0.5
    assert (reading.text == "") == (reading.kind == "") == (reading.rows == 0)


def test_a_grammar_of_another_country_is_read():
    grammar = parse_grammar(
        b"""
name = "de"
title = "Germany"
[[kind]]
name = "car"
characters = ["BMK", "ABCDEFGHIJKLMNOPQRSTUVWXYZ*2", "0123456789*4"]
share = 1.0
colours = { white = 1.0 }
""",
        "de.toml",
    )
    reading = Reader(grammar).read(np.asarray(draw_plate_picture("MXY4711", "white")))
    assert (reading.text, reading.kind) == ("MXY4711", "car")
