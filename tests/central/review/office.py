"""An office of the tests: persons with roles, a published station, overloads that hold every gate, and the steps that persons take."""

import io
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from PIL import Image

from central.evidence.accounts import Login, Role
from central.evidence.journal import Actor
from central.evidence.models import Case
from central.evidence.publications import Publication, publish_station
from central.evidence.screenings import medium_arrived
from central.office_settings import ReviewSettings
from central.review.acts import Done, act
from central.review.screening.run import screen_all
from central.review.view import case_id_of, case_view
from central.review.views import CaseView
from central.review.workflow import WORKFLOW, Part, State
from contract.media import MediaRef, MediaRole
from contract.records import VehicleRecord
from tests.central.bench import Bench
from tests.central.web.passages import passage, ref, store_blob
from tests.signing_station import SigningStation

DAY_US = 86_400_000_000
PLATE = "京A12345"
MAJOR_KG = (7_000, 22_000, 22_000, 21_000, 21_000)
"""93 t where 43 t are allowed: over by more than the limit itself."""
WARNED_KG = (6_500, 9_700, 9_650, 9_050, 9_050)
"""43.95 t: over by less than a tonne, and by more than U."""

ROLE_OF = {Part.REVIEW: Role.REVIEWER, Part.LEGAL: Role.LEGAL, Part.APPROVE: Role.APPROVER}

HEARING_HELD: dict[str, Any] = {"hearing": "waived", "opinion": "waived in writing"}
ENTERED: dict[str, dict[str, Any]] = {
    "confirm": {"opinion": "plate and axles agree with the pictures"},
    "dismiss": {"ground": "pictures-unclear", "reason": "the front picture is blurred"},
    "record-exemption": {"exemption": "gb1589-air-suspension", "evidence": "registration shows air suspension"},
    "lift-exemption": {"reason": "the registration is another vehicle's"},
    "rule-out-passage": {"passage": "G104-K80/1", "evidence": "its picture shows another plate"},
    "pass-legal": {"opinion": "facts, procedure and article hold"},
    "return": {"reason": "say which picture shows the plate"},
    "offer-hearing": {"served_by": "post"},
    "record-hearing": HEARING_HELD,
    "record-discussion": {"participants": ["Li", "Wang", "Zhao"], "opinion": "as proposed"},
    "return-to-legal": {"reason": "look at article 43 again"},
    "return-to-reviewer": {"reason": "look at the axles again"},
    "decide-penalty": {"amount_cents": 300_000},
    "decide-warning": {"reason": "first offence, education comes before penalty"},
    "decide-no-action": {"reason": "a slight matter that was put right"},
    "return-decision": {"reason": "the amount is mistyped"},
    "notify": {"served_by": "post"},
    "object": {"text": "I was not there", "contact": "13900000000"},
    "record-objection": {"text": "I was not there", "contact": "13900000000"},
    "hear": {"ruling": "upheld", "opinion": "the pictures show the plate"},
    "revoke": {"reason": "the permit was found in the register"},
    "return-to-hearing": {"reason": "the second witness was not heard"},
    "close": {},
    "inform-home": {"authority": "Highway bureau of Hebei"},
    "publish": {},
}
"""What each act is given in the tests, but for moments, which `entered` adds."""
MOMENTS = {"record-discussion": "held_us", "notify": "served_us", "hear": "held_us", "inform-home": "informed_us"}
MOMENTS |= {"record-objection": "received_us", "object": "received_us"}


def entered(action: str, now_us: int, **changes: Any) -> dict[str, Any]:
    """Give what an act is given."""
    moment = {MOMENTS[action]: now_us} if action in MOMENTS else {}
    return ENTERED[action] | moment | changes


def login(person: str, *roles: Role, account: str | None = None) -> Login:
    """Give who is logged in."""
    return Login(1, account or person, person, frozenset(roles), "csrf")


REVIEWER, LEGAL, APPROVER = login("rao", Role.REVIEWER), login("liu", Role.LEGAL), login("an", Role.APPROVER)
PERSON_OF = {Role.REVIEWER: REVIEWER, Role.LEGAL: LEGAL, Role.APPROVER: APPROVER}


def actor(who: Login) -> Actor:
    return Actor(who.person, who.name, "192.0.2.7")


@cache
def photograph(number: int) -> bytes:
    """Give a JPEG of 640 × 480 that is like no other."""
    noise = np.random.default_rng(number).integers(0, 255, (48, 64, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).resize((640, 480)).save(buffer, "JPEG", quality=70)
    return buffer.getvalue()


def pictures(number: int) -> tuple[tuple[MediaRef, bytes], ...]:
    """Give front and rear picture of a passage."""
    made = ((MediaRole.FRONT, photograph(2 * number)), (MediaRole.REAR, photograph(2 * number + 1)))
    return tuple((ref(role, data, "image/jpeg"), data) for role, data in made)


@dataclass
class Office:
    """Works on the cases of a bench."""

    bench: Bench
    settings: ReviewSettings = field(default_factory=ReviewSettings)

    def publish(self, station: SigningStation | None = None, entered_us: int = 1, **changes: Any) -> None:
        """Let a station be known to the public, with its scale verified; long before anybody passes, unless it is entered later."""
        fields: dict[str, Any] = {
            "station": (station or self.bench.station).id,
            "road": "G104",
            "stake": "K12+300",
            "office": "Highway bureau",
            "institute": "Institute of metrology",
            "place": "Gazette 7/2026",
            "from_us": 1,
            "certificate": "JJG-2026-7",
            "verified_from_us": 1,
            "verified_until_us": 2**52,
        }
        with self.bench.central.database.write() as session:
            publish_station(session, Publication(**(fields | changes)), entered_us)

    def overload(self, *, station: SigningStation | None = None, arrived: bool = True, **changes: Any) -> VehicleRecord:
        """Sign and store an overload that holds every gate, its pictures with it."""
        sender = station or self.bench.station
        made = pictures(sender.last.seq % 5)
        record = passage(sender, **({"media": tuple(item for item, _ in made)} | changes))
        self.bench.send(sender.sign(record), topic=sender.topic)
        if arrived:
            for item, data in made:
                self.arrive(data, item.sha256)
        return record

    def arrive(self, data: bytes, sha256: str) -> None:
        """Let a medium come late."""
        store_blob(self.bench, data)
        with self.bench.central.database.write() as session:
            medium_arrived(session, sha256)

    def screen(self) -> int:
        return screen_all(self.bench.central)

    def case(self, record: VehicleRecord) -> int:
        with self.bench.central.database.read() as session:
            found = case_id_of(session, record.station, record.seq)
        assert found is not None
        return found

    def new_case(self, **changes: Any) -> int:
        """Give a case that was screened."""
        record = self.overload(**changes)
        self.screen()
        return self.case(record)

    def view(self, case_id: int, who: Login | None = None) -> CaseView:
        with self.bench.central.database.read() as session:
            found = case_view(session, case_id, who, self.bench.clock(), self.settings)
        assert found is not None
        return found

    def row(self, case_id: int) -> Case:
        with self.bench.central.database.read() as session:
            return session.get_one(Case, case_id)

    def state(self, case_id: int) -> State:
        return State(self.row(case_id).state)

    def act(self, case_id: int, action: str, who: Login, *, version: int | None = None, **changes: Any) -> Done:
        """Take an act with the fields of `ENTERED`, at the case's version unless another is given."""
        return self.act_with(case_id, action, who, entered(action, self.bench.clock(), **changes), version=version)

    def act_with(self, case_id: int, action: str, who: Login, fields: dict[str, Any], *, version: int | None = None) -> Done:
        wanted = self.row(case_id).version if version is None else version
        with self.bench.central.database.write() as session:
            return act(
                session,
                case_id,
                action,
                login=who,
                actor=actor(who),
                expected_version=wanted,
                fields=fields,
                now_us=self.bench.clock(),
                settings=self.settings,
            )

    def drive(self, case_id: int, *actions: str, **changes: Any) -> None:
        """Take several acts, each by the office's person for it."""
        for action in actions:
            role = WORKFLOW.actions[action].role.role
            assert role is not None
            self.act(case_id, action, PERSON_OF[role], **changes)

    def pass_days(self, days: float) -> None:
        self.bench.clock.now_us += round(days * DAY_US)
