"""Random acts by random persons, who all hold every role: no sequence of them burdens a party wrongly.

What must hold is told from the history alone, which is written by other code than the rules that are tested.
"""

import itertools
import tempfile
from contextlib import ExitStack
from pathlib import Path

from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import event

from central.evidence.accounts import Login, Role
from central.evidence.models import Case, CaseEvent
from central.evidence.screenings import want_screening
from central.review.views import CaseView, EventItem
from central.review.workflow import ENFORCING, WORKFLOW, ActingRole, Part
from contract.faults import RejectError
from tests.central.bench import open_bench
from tests.central.review.office import MAJOR_KG, Office, login, pictures
from tests.central.web.passages import store_blob
from tests.signing_station import T0_US, SigningStation

PERSONS = [login(name, *Role) for name in ("an", "bai", "cao", "deng")]
BEGUN = (("confirm", PERSONS[0]), ("pass-legal", PERSONS[1]))
CASES = ("here", "there", "major", "barred")
DECIDING = {"decide-penalty", "decide-warning"}
FORWARD = {
    *("confirm", "pass-legal", "offer-hearing", "record-discussion", "decide-penalty", "decide-warning"),
    *("notify", "record-objection", "hear", "close", "inform-home", "publish"),
}
PART_OF = {name: action.part for name, action in WORKFLOW.actions.items()}
HOUR_US = 3_600_000_000
_NUMBER = itertools.count(1)
some_case = st.sampled_from([None, "here", "there"])


class WrongError(AssertionError):
    """A party was burdened wrongly."""


class Enforcement(RuleBasedStateMachine):
    """Four cases: two of one trip, a major one, one whose gate never holds."""

    office: Office
    there: SigningStation

    def __init__(self) -> None:
        super().__init__()
        self.touched: set[int] = set()
        self.trip: list[int] = []

    @initialize(steps=st.sampled_from([2, 1, 2, 0, 2]), exempt=some_case, lost=some_case)
    def passages(self, steps: int, exempt: str | None, lost: str | None) -> None:
        """Let four vehicles pass; the office has begun with those that its gates let through, found one exempt, and lost pictures."""
        number = next(_NUMBER)
        plates = {"here": f"京A{number:05d}", "there": f"京A{number:05d}", "major": f"京M{number:05d}"}
        passed_us = T0_US + number * 24 * HOUR_US
        self.office.bench.clock.now_us = max(self.office.bench.clock(), passed_us + 2 * HOUR_US)
        self.ids = {
            "here": self.office.new_case(plate=plates["here"], time_us=passed_us),
            "there": self.office.new_case(plate=plates["there"], time_us=passed_us + HOUR_US, station=self.there),
            "major": self.office.new_case(plate=plates["major"], time_us=passed_us, loads_kg=MAJOR_KG),
            "barred": self.office.new_case(plate=None, time_us=passed_us),
        }
        if exempt is not None:
            self.office.act(self.ids[exempt], "record-exemption", PERSONS[0], exemption="gb1589-refrigerated")
        for which, (action, who) in itertools.product(CASES[:3], BEGUN[:steps]):
            self.office.act(self.ids[which], action, who)
        self.trip = [self.ids["here"], self.ids["there"]]
        assert len({self.office.row(case_id).trip for case_id in self.trip}) == 1
        if lost is not None:
            self.lose_or_find_the_pictures(lost)

    @rule(which=st.sampled_from(CASES), data=st.data(), forward=st.sampled_from([True, True, True, False]))
    def act(self, which: str, data: st.DataObject, forward: bool) -> None:
        """Take an act that leads on from here; most of them are what an honest office would do next, by someone who may."""
        case_id = self.ids[which]
        possible = [one for one in WORKFLOW.possible(self.office.state(case_id)) if one.role not in {ActingRole.SERVICE, ActingRole.PUBLIC}]
        persons = PERSONS
        if forward:
            possible = [one for one in possible if one.name in FORWARD]
        if not possible:
            return
        wanted = data.draw(st.sampled_from(possible))
        if forward:
            taken = self.office.view(case_id).parts
            others = {person for part, names in taken.items() if part is not wanted.part for person in names}
            persons = [person for person in PERSONS if person.person not in others] or PERSONS
        action, who = wanted.name, data.draw(st.sampled_from(persons))
        changes: dict[str, object] = {}
        if action == "decide-penalty":
            changes = {"amount_cents": data.draw(st.sampled_from([100_000, 300_000, 2_500_000])), "reason": "as I see fit"}
        if action == "hear":
            changes = {"ruling": data.draw(st.sampled_from(["upheld", "amended", "revoked"]))}
        if action == "record-exemption":
            changes = {"exemption": data.draw(st.sampled_from(["gb1589-air-suspension", "gb1589-refrigerated"]))}
        if action == "lift-exemption":
            changes = {"exemption_number": max([one.number for one in self.office.view(case_id).exemptions], default=1)}
        self.touched.add(case_id)
        try:
            self.office.act(case_id, action, who, **changes)
            note(f"{which}: {action} by {who.person}")
        except RejectError as error:
            note(f"{which}: {action} by {who.person} refused: {error.code}")

    @rule(which=st.sampled_from(CASES), persons=st.permutations(PERSONS), amount_cents=st.sampled_from([300_000, 2_500_000]))
    def burden(self, which: str, persons: list[Login], amount_cents: int) -> None:
        self.try_to_burden(which, persons, amount_cents)

    def try_to_burden(self, which: str, persons: list[Login], amount_cents: int) -> None:
        """Let one after the other try to burden the party, wherever the case stands."""
        for who, action in itertools.product(persons, sorted(DECIDING)):
            given = {"amount_cents": amount_cents} if action == "decide-penalty" else {}
            self.touched.add(self.ids[which])
            try:
                self.office.act(self.ids[which], action, who, reason="as I see fit", **given)
            except RejectError as error:
                note(f"{which}: {action} by {who.person} refused: {error.code}")
            else:
                note(f"{which}: {action} by {who.person}")
                return

    @rule(which=st.sampled_from(CASES[:3]))
    def lose_or_find_the_pictures(self, which: str) -> None:
        """A gate falls, because what was there is not there any more; or it holds again."""
        view, blobs = self.office.view(self.ids[which]), self.office.bench.central.blobs
        lost = not view.line.cleared
        for item, data in pictures((view.line.seq - 1) % 5):
            if lost:
                store_blob(self.office.bench, data)
            else:
                blobs.delete(item.sha256)
        with self.office.bench.central.database.write() as session:
            want_screening(session, Case.id == self.ids[which])
        self.office.screen()

    @rule(days=st.integers(1, 12))
    def time_passes(self, days: int) -> None:
        self.office.pass_days(days)

    def teardown(self) -> None:
        """Let everyone try once more on every case, so that however few acts were drawn, something was at stake."""
        for which in getattr(self, "ids", {}):
            self.try_to_burden(which, PERSONS, 300_000)
        self.nobody_is_burdened_wrongly()

    @invariant()
    def nobody_is_burdened_wrongly(self) -> None:
        """Look at the case that was acted on last, and at the trip."""
        for case_id in self.touched:
            view = self.office.view(case_id)
            for place, one in enumerate(view.history):
                if one.action in DECIDING:
                    check_decision(view, view.history[:place], one)
            check_parts(view.history)
        self.touched.clear()
        if self.trip and {self.office.row(case_id).outcome for case_id in self.trip} <= {one.value for one in ENFORCING}:
            raise WrongError("one trip is punished twice")


def check_decision(view: CaseView, before: tuple[EventItem, ...], decision: EventItem) -> None:
    """Hold a penalty or warning against what had happened until then."""
    screened = [one for one in before if one.action in {"clear", "bar", "screen-again"}][-1]
    if "fell" in screened.figures:
        raise WrongError(f"decided past a fallen gate: {screened.figures['fell']}")
    reviewer = [one.person for one in before if one.action == "confirm"][-1]
    legal = [one.person for one in before if one.action == "pass-legal"][-1]
    if len({reviewer, legal, decision.person}) != 3:
        raise WrongError("decided without three persons")
    since = max(place for place, one in enumerate(before) if one.action == "confirm")
    of_this_review = [one.action for one in before[since:]]
    amount = decision.fields.amount_cents or 0
    if view.vehicle.record.gross_kg >= sum(MAJOR_KG) or amount >= 1_000_000:
        if "record-discussion" not in of_this_review or "offer-hearing" not in of_this_review:
            raise WrongError("a major case was decided without discussion or hearing")
        offered = next(one for one in before[since:] if one.action == "offer-hearing")
        if "record-hearing" not in of_this_review and decision.time_us < int(offered.figures["until_us"]):
            raise WrongError("decided while the party could ask for the hearing")
    lifted = {one.fields.exemption_number for one in before if one.action == "lift-exemption"}
    for one in before:
        stands = one.action == "record-exemption" and one.figures["exemption_number"] not in lifted
        if stands and one.fields.exemption == "gb1589-refrigerated":
            raise WrongError("an exempt vehicle was punished")


def check_parts(history: tuple[EventItem, ...]) -> None:
    """Nobody has two parts."""
    taken: dict[str, set[Part]] = {}
    for one in history:
        if (part := PART_OF[one.action]) is not None:
            taken.setdefault(one.person, set()).add(part)
    if any(len(parts) > 1 for parts in taken.values()):
        raise WrongError(f"a person took two parts: {taken}")


def test_no_sequence_of_acts_burdens_a_party_wrongly():
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        bench = stack.enter_context(open_bench(folder, f"sqlite:///{folder / 'central.db'}"))
        event.listen(bench.central.database.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = OFF"))
        Enforcement.office = Office(bench)
        Enforcement.office.publish()
        Enforcement.there = SigningStation(id="G104-K80")
        bench.enrol(Enforcement.there)
        Enforcement.office.publish(Enforcement.there)
        machine = settings(
            max_examples=40,
            stateful_step_count=30,
            phases=(Phase.explicit, Phase.reuse, Phase.generate),
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        )
        run_state_machine_as_test(Enforcement, settings=machine)
        with bench.central.database.read() as session:
            decided = session.query(CaseEvent).filter(CaseEvent.action.in_(DECIDING)).count()
    assert decided >= 5, "the acts hardly came as far as a decision, so little was shown"
