import math

import numpy as np
import pytest

from calibration.history import parse_history
from contract.faults import RejectError
from contract.station import SensorKind
from tests.edge.axles.road import lane_of

LANE = lane_of(SensorKind.STRIP, rows=(0.0, 2.0))
HEAD = "vehicle,time_s,speed_kmh,pavement_c,axle,spacing_m,R0L_kg,R0R_kg,R1L_kg,R1R_kg\n"
TWO = "7,15.8,73.2,33.7,1,0.0,1458,1225,1439,1621\n7,15.8,73.2,33.7,2,4.772,2635,2311,,2354\n8,99,50,,1,0.0,1,2,3,4\n"


def test_vehicles_come_axle_by_axle_with_holes_as_holes():
    first, second = parse_history(HEAD + TWO, LANE, "h.csv")
    assert (first.time_s, first.speed_kmh, first.pavement_c) == (15.8, 73.2, 33.7)
    np.testing.assert_array_equal(first.behind_m, [0.0, 4.772])
    np.testing.assert_array_equal(first.nominal_kg, [[1458, 1225, 1439, 1621], [2635, 2311, np.nan, 2354]])
    assert math.isnan(second.pavement_c)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD.replace("R1R_kg", "R9R_kg") + TWO, "h.csv: has no column 'R1R_kg'"),
        (HEAD + TWO.replace("4.772", "wide"), "h.csv line 3: spacing_m = 'wide' is no number"),
        (HEAD + TWO.replace("2635", "inf"), "h.csv line 3: R0L_kg = 'inf' is no number"),
        (HEAD + TWO.replace("33.7,2,", "33.7,3,"), "h.csv line 3: axle = '3' where axle 2 of vehicle 7 is due"),
        ("", "has no column 'vehicle'"),
    ],
)
def test_a_broken_history_is_refused_naming_line_and_column(text, said):
    with pytest.raises(RejectError, match=said):
        parse_history(text, LANE, "h.csv")
