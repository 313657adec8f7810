import pytest

from central.evidence.models import Quarantine
from central.evidence.sequence import Gap, sequence_of


def sent(bench, *wanted: int, count: int = 8) -> None:
    envelopes = [bench.station.next_envelope() for _ in range(count)]
    bench.send(*(envelopes[number - 1] for number in wanted))


def found(bench):
    with bench.central.database.read() as session:
        return sequence_of(session, bench.station.id)


@pytest.mark.parametrize(
    ("wanted", "gaps"),
    [
        ((), []),
        ((1, 2, 3), []),
        ((1, 3), [(2, 2)]),
        ((3,), [(1, 2)]),
        ((1, 4, 8), [(2, 3), (5, 7)]),
    ],
)
def test_the_numbers_that_are_missing_are_named(bench, wanted, gaps):
    sent(bench, *wanted)
    numbers = found(bench)
    assert [(gap.first, gap.last) for gap in numbers.gaps] == gaps
    assert numbers.missing == sum(gap.count for gap in numbers.gaps)


def test_a_refused_number_is_told_as_refused(bench):
    sent(bench, 1, 4)
    with bench.central.database.write() as session:
        refused = {
            "sha256": "0" * 64,
            "topic": bench.station.topic,
            "size": 1,
            "data": b"x",
            "code": "bad-signature",
            "what": "does not hold",
        }
        moments = {"received_us": 1, "last_received_us": 1, "times": 1}
        session.add(Quarantine(**refused, **moments, authentic=False, station=bench.station.id, seq=2))
    assert found(bench).gaps == (Gap(2, 3, 1),)
