from decimal import Decimal

from calibration.scales.plausibility import Plausibility
from calibration.scales.reading import Condition, reading_of
from calibration.scales.xk3190 import XK3190Parser


def sifted(*loads_kg):
    sieve = Plausibility(Decimal(500))
    given = sieve.sift([reading_of(load_kg, 0, "kg", b"") for load_kg in loads_kg])
    return [int(reading.load_kg) for reading in given], sieve.take_dropped()


def test_the_swapped_digits_that_the_xor_does_not_see_are_dropped():
    frames = ["022b30303135363030313903", "022b30303135363030313903", "022b30303635313030313903", "022b30303135363030313903"]
    sieve, parser = Plausibility(), XK3190Parser()
    readings = parser.push(bytes.fromhex("".join(frames)))
    assert [reading.load_kg for reading in readings] == [1560, 1560, 6510, 1560]
    assert [reading.load_kg for reading in sieve.sift(readings)] == [1560, 1560, 1560]
    assert sieve.take_dropped() == 1


def test_a_load_that_drives_on_is_kept():
    assert sifted(0, 9_000, 20_000, 38_000, 38_200, 38_200) == ([0, 9_000, 20_000, 38_000, 38_200, 38_200], 0)


def test_a_step_that_stays_is_kept_one_reading_late():
    assert sifted(1560, 1560, 6510) == ([1560, 1560], 0)
    assert sifted(1560, 6510, 6510) == ([1560, 6510, 6510], 0)


def test_a_lone_low_one_is_dropped():
    assert sifted(38_200, 3_820, 38_200) == ([38_200, 38_200], 1)


def test_what_is_no_load_passes_at_once():
    sieve = Plausibility()
    over = reading_of(0, 0, "kg", b"", condition=Condition.OVERLOAD)
    assert sieve.sift([over]) == [over]
