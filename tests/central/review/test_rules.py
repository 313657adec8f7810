"""What a decision needs: major cases, trips, exemptions, amounts, terms, objections."""

import pytest
from sqlalchemy import select

from central.evidence.accounts import Role
from central.evidence.models import CaseObjection, Notice
from central.office_settings import ReviewSettings
from central.review.objections import object_to
from central.review.views import NoticeItem
from central.review.workflow import Decision, State
from contract.faults import RejectError
from tests.central.review.office import APPROVER, LEGAL, MAJOR_KG, PLATE, REVIEWER, WARNED_KG, Office, actor, login
from tests.central.review.test_four_eyes import refused
from tests.signing_station import SigningStation

HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
PERMIT = {"exemption": "transport-permit", "evidence": "permit shown", "permit_number": "X-7"}


def to_approver(office: Office, **changes) -> int:
    case_id = office.new_case(**changes)
    office.drive(case_id, "confirm", "pass-legal")
    return case_id


class TestMajor:
    def test_is_not_decided_before_it_was_discussed_and_a_hearing_was_offered(self, office: Office):
        case_id = to_approver(office, loads_kg=MAJOR_KG)
        assert office.view(case_id).line.major
        amount = office.view(case_id).proposal.amount_cents
        refused(office, "discussion-missing", case_id, "decide-penalty", APPROVER, amount_cents=amount)
        office.drive(case_id, "record-discussion")
        refused(office, "hearing-missing", case_id, "decide-penalty", APPROVER, amount_cents=amount)
        refused(office, "hearing-missing", case_id, "record-hearing", LEGAL)
        office.drive(case_id, "offer-hearing")
        refused(office, "hearing-open", case_id, "decide-penalty", APPROVER, amount_cents=amount)
        refused(office, "hearing-open", case_id, "decide-warning", APPROVER)
        office.bench.clock.now_us = (office.view(case_id).hearing_until_us or 0) - 1
        refused(office, "hearing-open", case_id, "decide-penalty", APPROVER, amount_cents=amount)
        office.bench.clock.now_us += 1
        office.act(case_id, "decide-penalty", APPROVER, amount_cents=amount)
        assert office.state(case_id) is State.DECIDED

    @pytest.mark.parametrize("result", ["held", "waived"])
    def test_goes_on_once_the_hearing_was_held_or_waived(self, office: Office, result):
        case_id = to_approver(office, loads_kg=MAJOR_KG)
        office.drive(case_id, "offer-hearing", "record-discussion")
        office.pass_days(20)
        office.act(case_id, "record-hearing", LEGAL, hearing=result, held_us=office.bench.clock())
        office.act(case_id, "decide-penalty", APPROVER, amount_cents=office.view(case_id).proposal.amount_cents)
        view = office.view(case_id)
        assert view.hearing is not None
        assert view.hearing.fields.hearing == result
        assert view.discussion is not None
        assert view.discussion.fields.participants == ("Li", "Wang", "Zhao")

    def test_a_hearing_is_held_no_sooner_than_it_can_have_been_announced(self, sqlite_office: Office):
        """Offered on Monday, 21 September 2026: worked are 22, 23, 24, 28, 29, 30 September and 8 October; 25 to 27 and 1 to 7 are off."""
        case_id = to_approver(sqlite_office, loads_kg=MAJOR_KG)
        sqlite_office.drive(case_id, "offer-hearing")
        offered_us = sqlite_office.bench.clock()
        earliest_us = offered_us - offered_us % DAY_US + 17 * DAY_US + 16 * HOUR_US  # 9 October, 00:00 (UTC+08:00)
        sqlite_office.bench.clock.now_us = earliest_us
        refused(sqlite_office, "field-missing", case_id, "record-hearing", LEGAL, hearing="held")
        refused(sqlite_office, "field-invalid", case_id, "record-hearing", LEGAL, hearing="held", held_us=earliest_us - 1)
        sqlite_office.act(case_id, "record-hearing", LEGAL, hearing="held", held_us=earliest_us)

    def test_a_case_says_until_when_it_is_decided(self, sqlite_office: Office):
        """Taken up on 21 September 2026: 90 days of the calendar end with 20 December."""
        case_id = sqlite_office.new_case()
        assert sqlite_office.view(case_id).decide_until_us is None
        sqlite_office.drive(case_id, "confirm")
        filed_us = sqlite_office.bench.clock()
        assert sqlite_office.view(case_id).decide_until_us == filed_us - filed_us % DAY_US + 90 * DAY_US + 16 * HOUR_US

    @pytest.mark.parametrize("participants", [["Li"], ["Li", "Wang"], ["Li", "li", "LI"], ["Li", "Wang", " Wang "]])
    def test_three_persons_discuss_it(self, sqlite_office: Office, participants):
        case_id = to_approver(sqlite_office, loads_kg=MAJOR_KG)
        refused(sqlite_office, "field-invalid", case_id, "record-discussion", APPROVER, participants=participants)

    def test_a_new_review_makes_discussion_and_hearing_void(self, office: Office):
        case_id = to_approver(office, loads_kg=MAJOR_KG)
        office.drive(case_id, "offer-hearing", "record-discussion", "record-hearing", "return-to-reviewer", "confirm", "pass-legal")
        refused(office, "discussion-missing", case_id, "decide-penalty", APPROVER, reason="as before")

    def test_an_amount_that_is_large_makes_a_case_major_whatever_was_proposed(self, office: Office):
        case_id = to_approver(office)
        refused(office, "discussion-missing", case_id, "decide-penalty", APPROVER, amount_cents=1_000_000, reason="third time")
        office.act(case_id, "decide-no-action", APPROVER)

    def test_the_threshold_is_a_setting(self, office: Office):
        office.settings = ReviewSettings(major_amount=3_000)
        case_id = to_approver(office)
        refused(office, "discussion-missing", case_id, "decide-penalty", APPROVER)


class TestAmount:
    def test_the_arithmetic_is_shown_and_another_amount_needs_a_reason(self, office: Office):
        case_id = to_approver(office)
        proposal = office.view(case_id).proposal
        assert (proposal.decision, proposal.amount_cents, proposal.over_kg) == (Decision.PENALTY, 300_000, 6_200)
        assert [step.en for step in proposal.steps] == [
            "49,200 kg measured, 43,000 kg allowed (art. 3 (1) 7)",
            "49,200 kg − 43,000 kg = 6,200 kg over",
            "6,200 kg over, more than 1,000 kg: a fine",
            "6,200 kg / 1,000 kg = 6 (whole steps only)",
            "6 × 500 CNY = 3,000 CNY",
            "3,000 ≤ 30,000 CNY, the most allowed: 3,000 CNY",
        ]
        refused(office, "field-missing", case_id, "decide-penalty", APPROVER, amount_cents=250_000)
        refused(office, "field-invalid", case_id, "decide-penalty", APPROVER, amount_cents=3_000_001, reason="much too heavy")
        office.act(case_id, "decide-penalty", APPROVER, amount_cents=250_000, reason="he helped to unload")
        last = office.view(case_id).history[-1]
        assert last.figures["proposed_cents"] == 300_000
        assert office.view(case_id).line.amount_cents == 250_000

    def test_below_a_tonne_a_warning_is_proposed_and_needs_no_reason(self, office: Office):
        case_id = to_approver(office, loads_kg=WARNED_KG)
        proposal = office.view(case_id).proposal
        assert (proposal.decision, proposal.amount_cents) == (Decision.WARNING, 0)
        refused(office, "field-missing", case_id, "decide-penalty", APPROVER, amount_cents=50_000)
        office.act(case_id, "decide-warning", APPROVER, reason=None)
        assert office.view(case_id).line.outcome is Decision.WARNING

    def test_a_warning_where_a_fine_is_proposed_needs_a_reason(self, office: Office):
        case_id = to_approver(office)
        refused(office, "field-missing", case_id, "decide-warning", APPROVER, reason=None)


class TestExemptions:
    def test_air_suspension_raises_the_limit_and_lowers_the_fine(self, office: Office):
        case_id = office.new_case()
        office.drive(case_id, "record-exemption")
        view = office.view(case_id)
        assert (view.proposal.limit_kg, view.proposal.over_kg, view.proposal.amount_cents) == (44_000, 5_200, 250_000)
        assert [(one.exemption, one.found_by, one.counts) for one in view.exemptions] == [("gb1589-air-suspension", "rao", True)]
        office.act(case_id, "lift-exemption", REVIEWER, exemption_number=view.exemptions[0].number)
        view = office.view(case_id)
        assert view.proposal.amount_cents == 300_000
        assert (view.exemptions[0].lifted_by, view.exemptions[0].counts) == ("rao", False)
        refused(office, "field-invalid", case_id, "lift-exemption", REVIEWER, exemption_number=view.exemptions[0].number)

    def test_a_vehicle_that_is_exempt_can_not_be_punished(self, office: Office):
        case_id = office.new_case()
        office.act(case_id, "record-exemption", REVIEWER, exemption="gb1589-refrigerated")
        assert office.view(case_id).proposal.exempt
        office.drive(case_id, "confirm", "pass-legal")
        refused(office, "exempt", case_id, "decide-penalty", APPROVER, reason="all the same")
        refused(office, "exempt", case_id, "decide-warning", APPROVER)
        office.drive(case_id, "decide-no-action", "close")
        assert office.state(case_id) is State.CLOSED
        assert office.view(case_id).line.due_us is None

    @pytest.mark.parametrize(
        ("first", "last", "counts"),
        [
            ("2026-09-01", "2026-09-30", True),
            ("2026-09-21", "2026-09-21", True),
            ("2026-09-22", "2026-09-30", False),
            ("2026-01-01", "2026-09-20", False),
        ],
    )
    def test_a_permit_counts_on_the_days_for_which_it_was_given(self, sqlite_office: Office, first, last, counts):
        case_id = sqlite_office.new_case()
        sqlite_office.act(case_id, "record-exemption", REVIEWER, **PERMIT, permit_from=first, permit_until=last)
        view = sqlite_office.view(case_id)
        assert (view.exemptions[0].counts, view.proposal.exempt) == (counts, counts)
        assert view.exemptions[0].permit_number == "X-7"

    def test_what_an_exemption_rests_on_is_asked(self, sqlite_office: Office):
        case_id = sqlite_office.new_case()
        refused(sqlite_office, "exemption-unknown", case_id, "record-exemption", REVIEWER, exemption="alternative-fuel")
        refused(sqlite_office, "field-missing", case_id, "record-exemption", REVIEWER, **PERMIT)
        days = {"permit_from": "2026-09-30", "permit_until": "2026-09-01"}
        refused(sqlite_office, "field-invalid", case_id, "record-exemption", REVIEWER, **PERMIT, **days)
        refused(sqlite_office, "field-missing", case_id, "record-exemption", REVIEWER, exemption="tractor-or-low-speed")
        sqlite_office.act(case_id, "record-exemption", REVIEWER, exemption="tractor-or-low-speed", registered_kg=48_000)
        assert sqlite_office.view(case_id).proposal.over_kg == 1_200


class TestTrips:
    def second(self, office: Office, **changes) -> SigningStation:
        station = SigningStation(id="G104-K80")
        office.bench.enrol(station)
        office.publish(station, **changes)
        return station

    def test_two_stations_on_one_trip_are_one_case_to_enforce(self, office: Office):
        there = self.second(office)
        first = to_approver(office)
        second = to_approver(office, station=there, time_us=office.view(first).line.time_us + HOUR_US)
        assert office.view(first).line.trip == office.view(second).line.trip == first
        assert [line.id for line in office.view(second).trip] == [first]
        office.drive(first, "decide-penalty")
        for action in ("decide-penalty", "decide-warning"):
            refused(office, "trip-enforced", second, action, APPROVER)
        office.drive(first, "return-decision")
        office.drive(second, "decide-penalty")
        refused(office, "trip-enforced", first, "decide-warning", APPROVER)
        office.drive(first, "decide-no-action")

    @pytest.mark.parametrize("hours", [-7, 7, 24])
    def test_passages_far_apart_in_time_are_two_trips(self, sqlite_office: Office, hours):
        there = self.second(sqlite_office)
        first = sqlite_office.new_case()
        second = sqlite_office.new_case(station=there, time_us=sqlite_office.view(first).line.time_us + hours * HOUR_US)
        assert sqlite_office.view(second).line.trip is None

    @pytest.mark.parametrize(("minutes", "linked"), [(20, False), (40, True)])
    def test_nobody_drives_faster_than_a_lorry_does(self, sqlite_office: Office, minutes, linked):
        sqlite_office.publish(latitude_udeg=39_000_000, longitude_udeg=116_000_000, from_us=2)
        there = self.second(sqlite_office, latitude_udeg=39_600_000, longitude_udeg=116_000_000)  # 66.7 km along the meridian
        first = sqlite_office.new_case()
        second = sqlite_office.new_case(station=there, time_us=sqlite_office.view(first).line.time_us + minutes * 60_000_000)
        assert (sqlite_office.view(second).line.trip is not None) is linked

    def test_who_passes_one_station_twice_makes_two_trips(self, sqlite_office: Office):
        there = self.second(sqlite_office)
        first = sqlite_office.new_case()
        passed_us = sqlite_office.view(first).line.time_us
        second = sqlite_office.new_case(station=there, time_us=passed_us + HOUR_US)
        third = sqlite_office.new_case(time_us=passed_us + 2 * HOUR_US)
        assert sqlite_office.view(first).line.trip == sqlite_office.view(second).line.trip == first
        assert sqlite_office.view(third).line.trip is None

    def test_another_plate_is_another_trip(self, sqlite_office: Office):
        there = self.second(sqlite_office)
        first = sqlite_office.new_case()
        second = sqlite_office.new_case(station=there, plate="京B99999", time_us=sqlite_office.view(first).line.time_us + HOUR_US)
        assert sqlite_office.view(second).line.trip is None


def test_a_plate_that_is_found_often_within_a_year_is_flagged(office: Office):
    ids = [to_approver(office) for _ in range(4)]
    for case_id in ids[:3]:
        repeats = office.view(case_id).repeats
        assert repeats is not None
        assert not repeats.flagged
        office.drive(case_id, "decide-penalty")
    repeats = office.view(ids[3]).repeats
    assert repeats is not None
    assert (repeats.year, repeats.decided, repeats.open, repeats.allowed, repeats.flagged) == (2026, 3, 0, 3, True)
    other = office.view(office.new_case(plate="京B99999")).repeats
    assert other is not None
    assert (other.decided, other.flagged) == (0, False)


def test_notices_are_numbered_by_station_and_year_without_gaps(office: Office):
    station = SigningStation(id="G104-K80")
    office.bench.enrol(station)
    office.publish(station)
    ids = [to_approver(office, plate=f"京C0000{number}") for number in range(3)]
    for case_id in reversed(ids):
        office.drive(case_id, "decide-penalty")
    refused(office, "wrong-state", ids[0], "decide-penalty", APPROVER)
    elsewhere = to_approver(office, station=station, plate="京C00009")
    office.drive(elsewhere, "decide-warning")
    silent = to_approver(office, plate="京C00008")
    office.drive(silent, "decide-no-action")
    office.pass_days(200)
    late = to_approver(office, plate="京C00007", time_us=office.bench.clock())
    office.drive(late, "decide-penalty")
    home = office.bench.station.id
    with office.bench.central.database.read() as session:
        numbers = session.execute(select(Notice.case_id, Notice.number).order_by(Notice.issued_us, Notice.number)).all()
    assert dict(numbers) == {
        ids[2]: f"{home}/2026/00001",
        ids[1]: f"{home}/2026/00002",
        ids[0]: f"{home}/2026/00003",
        elsewhere: "G104-K80/2026/00001",
        late: f"{home}/2027/00001",
    }


class TestObjections:
    def notified(self, office: Office) -> tuple[int, NoticeItem]:
        case_id = to_approver(office)
        office.drive(case_id, "decide-penalty", "notify")
        notice = office.view(case_id).notice
        assert notice is not None
        return case_id, notice

    def lodge(self, office: Office, number: str, plate: str = PLATE, text: str = "It was not my lorry"):
        with office.bench.central.database.write() as session:
            return object_to(
                session,
                number,
                plate,
                text,
                contact="13900000000",
                actor=actor(login("public")),
                now_us=office.bench.clock(),
                settings=office.settings,
            )

    def test_the_party_objects_by_number_and_plate_and_is_heard(self, office: Office):
        case_id, notice = self.notified(office)
        lodged = self.lodge(office, f" {notice.number} ", "京a12345 ".upper())
        assert (lodged.case_id, office.state(case_id)) == (case_id, State.OBJECTED)
        view = office.view(case_id)
        assert [(one.channel, one.text, one.contact, one.late) for one in view.objections] == [
            ("public", "It was not my lorry", "13900000000", False)
        ]
        assert b"my lorry" not in view.history[-1].entry
        assert b"139000" not in view.history[-1].entry
        office.drive(case_id, "hear", "close")
        assert office.state(case_id) is State.CLOSED

    @pytest.mark.parametrize(("wrong", "plate"), [("G104-K12/2026/00009", PLATE), (None, "京A99999"), (None, ""), ("", PLATE)])
    def test_a_number_that_does_not_fit_the_plate_tells_nothing(self, sqlite_office: Office, wrong, plate):
        case_id, notice = self.notified(sqlite_office)
        with pytest.raises(RejectError) as caught:
            self.lodge(sqlite_office, notice.number if wrong is None else wrong, plate)
        assert caught.value.code == "no-notice"
        assert sqlite_office.state(case_id) is State.NOTIFIED

    def test_one_that_comes_after_the_term_is_taken_and_marked_until_the_case_is_closed(self, office: Office):
        case_id, notice = self.notified(office)
        office.bench.clock.now_us = office.view(case_id).line.due_us or 0
        self.lodge(office, notice.number)
        assert office.view(case_id).objections[0].late
        office.drive(case_id, "hear", "close")
        with pytest.raises(RejectError, match="is closed"):
            self.lodge(office, notice.number)
        with office.bench.central.database.read() as session:
            assert len(session.scalars(select(CaseObjection)).all()) == 1

    def test_an_objection_never_makes_the_decision_graver(self, office: Office):
        case_id, notice = self.notified(office)
        self.lodge(office, notice.number)
        office.act(case_id, "hear", LEGAL, ruling="amended")
        refused(office, "not-upheld", case_id, "close", APPROVER)
        refused(office, "graver", case_id, "decide-penalty", APPROVER, amount_cents=300_001, reason="he annoyed us")
        office.act(case_id, "decide-penalty", APPROVER, amount_cents=200_000, reason="the axle count was in doubt")
        office.drive(case_id, "notify")
        assert office.view(case_id).line.amount_cents == 200_000
        self.lodge(office, notice.number, text="still not mine")
        office.act(case_id, "hear", LEGAL, ruling="revoked")
        refused(office, "revoked", case_id, "decide-warning", APPROVER)
        office.drive(case_id, "decide-no-action", "close")
        assert office.view(case_id).line.outcome is Decision.NO_ACTION

    def test_nobody_closes_before_the_term_is_over(self, office: Office):
        case_id, _ = self.notified(office)
        refused(office, "term-open", case_id, "close", APPROVER)
        office.bench.clock.now_us = (office.view(case_id).line.due_us or 0) - 1
        refused(office, "term-open", case_id, "close", APPROVER)
        office.bench.clock.now_us += 1
        office.drive(case_id, "close")
        refused(office, "home-not-informed", case_id, "publish", APPROVER)
        office.drive(case_id, "inform-home", "publish")


def test_moments_that_are_entered_lie_in_the_past_and_in_order(office: Office):
    case_id = to_approver(office)
    office.drive(case_id, "decide-penalty")
    now_us = office.bench.clock()
    refused(office, "field-invalid", case_id, "notify", REVIEWER, served_us=now_us + 1)
    refused(office, "field-invalid", case_id, "notify", REVIEWER, served_us=now_us - 1)
    office.act(case_id, "notify", REVIEWER, served_us=now_us)


def test_a_role_for_one_station_is_none_for_another(office: Office):
    case_id = office.new_case()
    elsewhere = login("rao", Role.REVIEWER)
    limited = type(elsewhere)(1, "rao", "rao", frozenset({Role.REVIEWER}), "csrf", {Role.REVIEWER: frozenset({"G104-K80"})})
    refused(office, "not-allowed", case_id, "confirm", limited)
