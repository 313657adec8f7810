"""Records in batches: whatever came, however it is cut into batches, every table holds what it would hold had each come alone.

One thing is left out on purpose: of two plates that come late for one vehicle, those in one batch show the surer, those apart the first.
"""

from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from central.evidence.models import Base
from tests.central.bench import Bench, open_bench
from tests.signing_station import READ, SigningStation, picture_ref

OVERLOAD_KG = (8_000, 12_000, 12_000, 12_000, 12_000)


def made() -> tuple[SigningStation, list[bytes]]:
    """Give a station and what came of it: a chain with late plates, pictures and overloads, what is marked, and what is refused."""
    station = SigningStation()
    envelopes = [station.sign(station.vehicle(plate=None, plate_certainty_ppm=0, loads_kg=OVERLOAD_KG))]
    first = station.last
    fork = station.envelope(station.vehicle(lane=2))
    envelopes += [
        station.sign(station.vehicle(loads_kg=OVERLOAD_KG)),
        fork,
        station.sign(station.supplement(first, plates=(READ,), media=(picture_ref("a" * 64, 10),))),
        station.sign(station.vehicle(loads_kg=OVERLOAD_KG, verdict=station.vehicle().verdict)),
        station.sign(station.vehicle(media=(picture_ref("b" * 64, 10), picture_ref("c" * 64, 11)))),
        station.sign(station.supplement(first, media=(picture_ref("d" * 64, 10),))),
        station.next_envelope(),
    ]
    torn = envelopes[-1].replace(b'"payload":"', b'"payload":"A')
    return station, [*envelopes, torn, b"rubbish", station.seal(b'{"seq":5}')]


STATION, MESSAGES = made()


def tables(bench: Bench) -> dict[str, list[tuple[object, ...]]]:
    with bench.central.database.read() as session:
        return {
            table.name: [tuple(row) for row in session.execute(select(table).order_by(*table.primary_key))]
            for table in Base.metadata.sorted_tables
            if table.name not in {"station", "station_key"}
        }


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    order=st.lists(st.sampled_from(range(len(MESSAGES))), max_size=16) | st.permutations(range(len(MESSAGES))),
    cuts=st.lists(st.integers(0, 16), max_size=3),
)
def test_batches_end_as_each_message_alone(order, cuts, tmp_path_factory):
    came = [MESSAGES[index] for index in order]
    bounds = sorted({0, len(came), *(cut for cut in cuts if cut < len(came))})
    kept, receipts = [], []
    for batches in ([came[start:stop] for start, stop in pairwise(bounds)], [[one] for one in came]):
        folder = tmp_path_factory.mktemp("batches")
        with open_bench(folder, f"sqlite:///{folder / 'central.db'}") as bench:
            bench.enrol(STATION)
            receipts.append([receipt for batch in batches for receipt in bench.send(*batch, topic=STATION.topic)])
            kept.append(tables(bench))
    assert receipts[0] == receipts[1]
    assert kept[0] == kept[1]
