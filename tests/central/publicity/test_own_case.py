"""One's own case: both must fit, what does not fit tells nothing, and guessing is braked by address and by number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from central.evidence.models import QueryBrake, QueryVisit
from central.publicity.brakes import BY_ADDRESS, BY_NOTICE, KEPT_US, network
from central.publicity.own_case import VISIT_US, BrakedError, as_plate, close_visit, matches, open_own, visit_of
from tests.central.web.prepared_cases import decided_case, notified_case

NUMBER = "G104-K12/2026/00001"
PLATE = "湘A12345"
HERE = "192.0.2.9"


def opened(office, number=NUMBER, plate=PLATE, address=HERE):
    with office.bench.central.database.write() as session:
        return open_own(session, number, plate, address, office.bench.clock())


def is_braked(office, number=NUMBER, plate=PLATE, address=HERE):
    try:
        opened(office, number, plate, address)
    except BrakedError:
        return True
    return False


@pytest.mark.parametrize(
    ("number", "plate"),
    [
        (NUMBER, PLATE),
        (" g104-k12/2026/00001 ", "湘a·12345"),
        ("Ｇ１０４－Ｋ１２／２０２６／００００１", "湘Ａ１２３４５"),
        (NUMBER, "湘 A 1 2 3 4 5"),
    ],
)
def test_number_and_plate_together_open_the_case_however_they_are_typed(office, number, plate):
    case_id = notified_case(office)
    found = opened(office, number, plate)
    assert found is not None
    assert found.case_id == case_id


@pytest.mark.parametrize(
    ("number", "plate"),
    [
        (NUMBER, "湘A12346"),
        (NUMBER, ""),
        (NUMBER, "湘A1234"),
        (NUMBER, "%"),
        ("G104-K12/2026/00002", PLATE),
        ("", PLATE),
        ("", ""),
        ("%", PLATE),
        ("1", PLATE),
        (NUMBER + "\x00", PLATE + "x"),
        ("9" * 5_000, "8" * 5_000),
    ],
)
def test_any_other_pair_opens_nothing(office, number, plate):
    notified_case(office)
    assert opened(office, number, plate) is None


def test_a_notice_that_is_not_served_is_no_ones_yet(office):
    case_id = decided_case(office)
    assert opened(office) is None
    office.drive(case_id, "notify")
    assert opened(office) is not None


def test_wrong_pairs_brake_the_address_and_no_other(office):
    notified_case(office)
    for turn in range(BY_ADDRESS.failures_max):
        assert opened(office, f"other-{turn}", "x") is None
    assert is_braked(office)
    assert opened(office, address="192.0.2.10") is not None
    office.bench.clock.now_us += BY_ADDRESS.lasts_us
    assert opened(office) is not None


def test_wrong_pairs_brake_the_number_wherever_they_come_from_whether_it_exists_or_not(office):
    notified_case(office)
    for number in (NUMBER, "G104-K12/2026/99999"):
        for turn in range(BY_NOTICE.failures_max):
            assert opened(office, number, f"湘A{turn:05d}", f"198.51.100.{turn}") is None
        assert is_braked(office, number, PLATE, "203.0.113.1")
        assert is_braked(office, number.lower(), PLATE, "203.0.113.1")
    office.bench.clock.now_us += BY_NOTICE.lasts_us
    assert opened(office) is not None


def test_a_right_pair_does_not_let_the_next_guess_begin_anew_at_that_number(office):
    """Else whoever holds one notice could try plates of others without end, or guess between the owner's visits."""
    notified_case(office)
    for turn in range(BY_NOTICE.failures_max - 1):
        opened(office, NUMBER, "x", f"198.51.100.{turn}")
    assert opened(office) is not None
    opened(office, NUMBER, "x", "198.51.100.200")
    assert is_braked(office)


def test_one_who_mistypes_now_and_then_is_never_braked(office):
    notified_case(office)
    for _ in range(5):
        for _ in range(BY_ADDRESS.failures_max - 1):
            assert opened(office, "mistyped", "x") is None
            office.bench.clock.now_us += BY_NOTICE.forget_us + 1
        assert opened(office) is not None


def test_counts_are_deleted_after_a_day_and_hold_no_address(office):
    for turn in range(3):
        opened(office, f"other-{turn}", "x", f"198.51.100.{turn}")
    with office.bench.central.database.read() as session:
        keys = session.scalars(select(QueryBrake.key)).all()
    assert len(keys) == 6
    assert all((len(key) == 64 and "198" not in key[:3]) or len(key) == 64 for key in keys)
    office.bench.clock.now_us += KEPT_US + 1
    opened(office, "last", "x", "198.51.100.77")
    with office.bench.central.database.read() as session:
        assert session.scalar(select(func.count()).select_from(QueryBrake)) == 2


def test_a_visit_ends_by_itself_and_when_it_is_closed(office):
    case_id = notified_case(office)
    found, clock, database = opened(office), office.bench.clock, office.bench.central.database
    with database.read() as session:
        visit = visit_of(session, found.token, clock())
        assert visit is not None
        assert visit.case_id == case_id
        assert visit_of(session, found.token, clock() + VISIT_US) is None
        assert visit_of(session, "x", clock()) is None
        assert found.token not in session.scalars(select(QueryVisit.token_sha256)).one()
    with database.write() as session:
        close_visit(session, found.token)
    with database.read() as session:
        assert visit_of(session, found.token, clock()) is None


@pytest.mark.parametrize(
    ("address", "same"),
    [
        ("192.0.2.9", "192.0.2.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "unknown"),
    ],
)
def test_what_one_subscriber_has_counts_as_one(address, same):
    assert network(address) == same


@given(st.text(max_size=300))
def test_whatever_is_typed_as_a_plate_is_bounded_and_stays_what_it_is(text):
    plate = as_plate(text)
    assert len(plate) <= 16
    assert as_plate(plate) == plate


@pytest.mark.parametrize(("given_", "kept", "same"), [("a", "a", True), ("a", "b", False), ("", "a", False), ("ä", "a", False)])
def test_tokens_are_compared_whole(given_, kept, same):
    assert matches(given_, kept) is same
