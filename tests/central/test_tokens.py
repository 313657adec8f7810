"""Tokens of programs and people: scopes, stations, end, last use, and the brake on how often one asks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from central.evidence import accounts
from central.evidence.accounts import Role
from central.evidence.accounts.directory import disable
from central.evidence.accounts.grants import OPERATOR, grant, grants_of, revoke
from central.evidence.accounts.groups import set_group
from central.evidence.models import Act
from central.evidence.tokens import DAYS_MAX, PREFIX, Scope, bearer_of, make_token, note_use, revoke_token, tokens_page
from central.rate_limit import RateLimit
from contract.faults import RejectError
from contract.units import US_PER_DAY, US_PER_S
from tests.central.bench import Bench
from tests.signing_station import SigningStation

SCOPES = (Scope.VEHICLES_READ, Scope.CASES_READ)


def make(bench: Bench, *scopes: Scope, account_id: int | None = None, group_id: int | None = None, days: int = 30) -> tuple[int, str]:
    with bench.central.database.write() as session:
        return make_token(
            session, OPERATOR, "platform", scopes or SCOPES, days, now_us=bench.clock(), account_id=account_id, group_id=group_id
        )


def bearer(bench: Bench, token: str):
    with bench.central.database.read() as session:
        return bearer_of(session, token, bench.clock())


def test_a_token_opens_what_it_names_until_it_ends(bench):
    identity, token = make(bench)
    found = bearer(bench, token)
    assert token.startswith(PREFIX)
    assert (found.scopes, found.stations_for(Scope.CASES_READ)) == (frozenset(SCOPES), None)
    assert bearer(bench, token + "x") is None
    bench.clock.now_us += 30 * US_PER_DAY - 1
    assert bearer(bench, token) is not None
    bench.clock.now_us += 1
    assert bearer(bench, token) is None
    _, other = make(bench)
    with bench.central.database.write() as session:
        revoke_token(session, OPERATOR, identity + 1, bench.clock())
    assert bearer(bench, other) is None


def test_a_group_bounds_a_token(bench):
    bench.enrol(SigningStation(id="S2"))
    with bench.central.database.write() as session:
        group = set_group(session, OPERATOR, "north", frozenset({"S2"}), bench.clock())
    _, token = make(bench, group_id=group)
    assert bearer(bench, token).stations_for(Scope.VEHICLES_READ) == {"S2"}


def test_a_persons_token_never_may_more_than_the_person_does_now(bench):
    with bench.central.database.write() as session:
        north = set_group(session, OPERATOR, "north", frozenset({bench.station.id}), bench.clock())
        account = accounts.add_account(session, "zhao", Role.REVIEWER, None, bench.clock(), group_id=north)
    _, token = make(bench, Scope.ANALYSIS_READ, Scope.WEBHOOKS_MANAGE, Scope.VEHICLES_READ, account_id=account)
    found = bearer(bench, token)
    assert found.scopes == {Scope.ANALYSIS_READ, Scope.VEHICLES_READ}
    assert found.stations_for(Scope.VEHICLES_READ) == {bench.station.id}
    with bench.central.database.write() as session:
        revoke(session, OPERATOR, grants_of(session, account)[0].id, bench.clock())
        grant(session, OPERATOR, account, Role.TECHNICIAN, None, now_us=bench.clock())
    assert bearer(bench, token).scopes == {Scope.VEHICLES_READ}
    with bench.central.database.write() as session:
        disable(session, OPERATOR, account, bench.clock())
    assert bearer(bench, token) is None


def test_a_persons_token_reaches_with_each_scope_as_far_as_the_roles_that_have_it(bench):
    bench.enrol(SigningStation(id="S2"))
    with bench.central.database.write() as session:
        north = set_group(session, OPERATOR, "north", frozenset({bench.station.id}), bench.clock())
        account = accounts.add_account(session, "zhao", Role.TECHNICIAN, None, bench.clock())
        grant(session, OPERATOR, account, Role.AUDITOR, north, now_us=bench.clock())
    _, token = make(bench, *Scope, account_id=account)
    found = bearer(bench, token)
    for scope in (Scope.ACTS_READ, Scope.ANALYSIS_READ):
        assert found.stations_for(scope) == {bench.station.id}, scope
    for scope in (Scope.VEHICLES_READ, Scope.CASES_READ):
        assert found.stations_for(scope) is None, scope
    with bench.central.database.write() as session:
        south = set_group(session, OPERATOR, "south", frozenset({"S2"}), bench.clock())
    _, narrow = make(bench, *Scope, account_id=account, group_id=south)
    assert bearer(bench, narrow).stations_for(Scope.ACTS_READ) == frozenset()
    assert bearer(bench, narrow).stations_for(Scope.VEHICLES_READ) == {"S2"}


def test_a_token_is_kept_as_a_hash_and_its_use_is_noted(sqlite_bench):
    identity, token = make(sqlite_bench)
    stored = b"".join(path.read_bytes() for path in sqlite_bench.central.settings.data.glob("central.db*"))
    assert token.encode() not in stored
    assert bearer(sqlite_bench, token).touch_due
    with sqlite_bench.central.database.write() as session:
        note_use(session, identity, "203.0.113.9", sqlite_bench.clock())
    assert not bearer(sqlite_bench, token).touch_due
    with sqlite_bench.central.database.read() as session:
        (view,) = tokens_page(session)
        subjects = list(session.scalars(select(Act.subject)))
    assert (view.last_used_us, view.last_used_address) == (sqlite_bench.clock(), "203.0.113.9")
    assert f"token/{identity}" in subjects


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"name": ""}, "which program"),
        ({"name": "a\nb"}, "which program"),
        ({"scopes": ()}, "may do nothing"),
        ({"days": 0}, f"1 to {DAYS_MAX}"),
        ({"days": DAYS_MAX + 1}, f"1 to {DAYS_MAX}"),
        ({"group_id": 99}, "does not exist"),
    ],
)
def test_a_token_that_says_too_little_is_refused(sqlite_bench, change, match):
    given_ = {"name": "platform", "scopes": SCOPES, "days": 1, "group_id": None} | change
    with sqlite_bench.central.database.write() as session, pytest.raises(RejectError, match=match):
        make_token(
            session, OPERATOR, given_["name"], given_["scopes"], given_["days"], now_us=sqlite_bench.clock(), group_id=given_["group_id"]
        )


def test_pages_of_tokens_join_without_gap(sqlite_bench):
    made = [make(sqlite_bench)[0] for _ in range(5)]
    with sqlite_bench.central.database.read() as session:
        first = tokens_page(session, limit=2)
        rest = tokens_page(session, before_id=first[-1].id, limit=10)
    assert [view.id for view in first + rest] == made[::-1]


@given(
    per_minute=st.integers(1, 600),
    burst=st.integers(1, 50),
    pauses_us=st.lists(st.integers(0, 5 * US_PER_S), min_size=1, max_size=120),
)
def test_nobody_is_let_through_more_often_than_the_bucket_allows(per_minute, burst, pauses_us):
    limit = RateLimit(per_minute, burst)
    now_us, allowed = 10**15, []
    for pause_us in pauses_us:
        now_us += pause_us
        wait_s = limit.take("key", now_us)
        if wait_s == 0:
            allowed.append(now_us)
        else:
            assert limit.wait_s("key", now_us + wait_s * US_PER_S) == 0
        assert limit.wait_s("another key", now_us) == 0
    for index, start_us in enumerate(allowed):
        for count, end_us in enumerate(allowed[index:], start=1):
            assert count <= burst + (end_us - start_us) * per_minute / (60 * US_PER_S) + 1e-6


def test_a_full_bucket_lets_the_burst_through_at_once():
    limit = RateLimit(60, 5)
    assert [limit.take("key", 1_000_000_000) for _ in range(6)] == [0, 0, 0, 0, 0, 1]
