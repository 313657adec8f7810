"""How each route of the table is asked: what stands in its path and its form for an own or another's object in a state.

A GET whose path is filled from `PARTS` needs no entry here. What a request changes is made new for it, so that no row meets another.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from central.evidence import accounts
from central.evidence.accounts import Login, Role
from central.evidence.accounts import second_factor as factor
from central.evidence.accounts.directory import disable
from central.evidence.accounts.grants import OPERATOR, grant, revoke
from central.evidence.accounts.resets import ask_login_link, waiting_resets
from central.evidence.journal import Actor
from central.evidence.log.leaves import leaf_of_record
from central.evidence.tokens import Scope, make_token, revoke_token
from central.webhooks.endpoints import deliveries_page, set_enabled
from contract.canonical import canonical_bytes
from contract.media import sha256_hex
from contract.receipts import BlobClaim
from contract.signatures import PayloadType
from contract.units import US_PER_S
from tests.central.authenticator import code_at
from tests.central.permissions.world import OWN, Visitor, World

PASSWORD = "a long enough password"
NOBODYS = 9_999_999


@dataclass
class Prepared:
    """One request, ready to be sent."""

    parts: dict[str, Any] = field(default_factory=dict)
    form: dict[str, Any] | None = None
    query: dict[str, Any] = field(default_factory=dict)
    files: dict[str, Any] | None = None
    json: Any = None
    content: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    visitor: Visitor | None = None
    """Who asks, where it must be somebody else than the actor as he comes."""


Build = Callable[[World, Visitor, str, str], Prepared]


def parts_of(world: World, whose: str) -> dict[str, Any]:
    """What fills the path of a route about a vehicle or a picture."""
    if whose not in {"own", "other"}:
        return {"station": "nowhere", "seq": 1, "sha256": "0" * 64}
    station = world.station(whose)
    return {"station": station, "seq": 1, "sha256": world.pictures[station]}


def by_form(form: dict[str, Any] | None = None) -> Build:
    """A form that needs nothing but its fields."""
    return lambda *_: Prepared(form=dict(form or {}))


def password_login(world: World, _visitor: Visitor, _whose: str, state: str) -> Prepared:
    name = f"with password {next(world.numbers)}"
    with world.central.database.write() as session:
        accounts.add_account(session, name, Role.REVIEWER, PASSWORD, world.central.now_us())
    return Prepared(form={"name": name, "password": PASSWORD if state == "right" else "not the password"})


def link_login(world: World, _visitor: Visitor, _whose: str, state: str) -> Prepared:
    account = world.account()
    with world.central.database.write() as session:
        token = accounts.make_login_link_token(session, account, world.central.now_us(), 1_000_000)
    return Prepared(form={"token": token if state == "right" else "guess"})


def with_second_factor(world: World, visitor: Visitor) -> str:
    """Give the visitor's account a second factor, and the code that its device shows."""
    central = world.central
    if visitor.login is None:
        return "000000"
    with central.database.write() as session:
        secret = factor.begin_enrolment(session, central.vault, visitor.login.account_id, central.now_us())
        code = code_at(secret, central.now_us() // US_PER_S - factor.STEP_S)
        factor.finish_enrolment(
            session, central.vault, OPERATOR, visitor.login.account_id, code, token=visitor.session, now_us=central.now_us()
        )
    return code_at(secret, central.now_us() // US_PER_S)


def second_login(world: World, visitor: Visitor, _whose: str, state: str) -> Prepared:
    central, code = world.central, with_second_factor(world, visitor)
    if visitor.login is None:
        return Prepared(form={"code": code})
    with central.database.write() as session:
        token = accounts.make_login_link_token(session, visitor.login.account_id, central.now_us(), 1_000_000)
        new = accounts.log_in_by_link(session, token, central.now_us())
    assert new is not None
    assert new.second_due
    waiting = Visitor({"Cookie": f"wim-session={new.token}"})
    return Prepared(form={"code": code if state == "right" else "000000"}, visitor=waiting)


def enrolment(world: World, visitor: Visitor, _whose: str, state: str) -> Prepared:
    if visitor.login is None:
        return Prepared(form={"code": "000000"})
    with world.central.database.write() as session:
        secret = factor.begin_enrolment(session, world.central.vault, visitor.login.account_id, world.central.now_us())
    return Prepared(form={"code": code_at(secret, world.central.now_us() // US_PER_S) if state == "right" else "000000"})


def own_code(world: World, visitor: Visitor, _whose: str, state: str) -> Prepared:
    code = with_second_factor(world, visitor)
    return Prepared(form={"code": "000000" if state == "wrong" else code})


def token(world: World, visitor: Visitor, whose: str, state: str) -> Prepared:
    now_us = world.central.now_us()
    owner = None if visitor.login is None else visitor.login.account_id
    account = owner if whose == "own" else world.account()
    with world.central.database.write() as session:
        identity, _ = make_token(session, OPERATOR, "of somebody", [Scope.VEHICLES_READ], 30, now_us=now_us, account_id=account)
        if state == "ended":
            revoke_token(session, OPERATOR, identity, now_us)
    return Prepared(parts={"token_id": NOBODYS if whose == "none" else identity}, form={})


def account(world: World, visitor: Visitor, whose: str, state: str) -> Prepared:
    if whose == "own" and visitor.login is not None:
        return Prepared(parts={"identity": visitor.login.account_id}, form={})
    identity = NOBODYS if whose == "none" else world.account()
    if state == "closed":
        with world.central.database.write() as session:
            disable(session, OPERATOR, identity, world.central.now_us())
    return Prepared(parts={"identity": identity}, form={})


def granting(world: World, visitor: Visitor, whose: str, state: str) -> Prepared:
    prepared = account(world, visitor, whose, state)
    prepared.form = {"role": "auditor" if whose == "own" else "technician", "group": "0"}
    return prepared


def grant_deed(world: World, visitor: Visitor, whose: str, state: str) -> Prepared:
    """`own`: the role is of the asker's own person; `waiting`: it was asked for by another administrator for his own person."""
    person = visitor.login.person if whose == "own" and visitor.login is not None else f"person {next(world.numbers)}"
    now_us = world.central.now_us()
    with world.central.database.write() as session:
        identity = accounts.add_account(session, f"granted {next(world.numbers)}", None, None, now_us, person=person)
        giver = Actor(person, "x", "local") if state == "waiting" else OPERATOR
        made = grant(session, giver, identity, Role.LEGAL, None, now_us=now_us)
        if state == "gone":
            revoke(session, OPERATOR, made.id, now_us)
    return Prepared(parts={"identity": identity, "grant_id": made.id}, form={})


def reset_deed(world: World, visitor: Visitor, whose: str, state: str) -> Prepared:
    """`own`: the reset was asked for by the visitor himself; `waiting`: it waits for a second administrator."""
    identity = world.account()
    asker = Actor(visitor.login.person, "x", "local") if whose == "own" and visitor.login is not None else Actor("somebody", "x", "local")
    with world.central.database.write() as session:
        ask_login_link(session, asker, identity, world.central.now_us(), alone=state == "-")
        waiting = waiting_resets(session, world.central.now_us(), identity)
    return Prepared(parts={"identity": identity, "reset_id": waiting[0].id if waiting else NOBODYS}, form={})


def factor_reset(world: World, visitor: Visitor, whose: str, state: str) -> Prepared:
    """`set`: the account has a second factor."""
    prepared = account(world, visitor, whose, state)
    if state == "set":
        with_second_factor(world, Visitor({}, Login(prepared.parts["identity"], "x", "x", frozenset(), "")))
    return prepared


def carriers_list(_world: World, _visitor: Visitor, _whose: str, state: str) -> Prepared:
    lines = "nothing of it" if state == "bad" else "plate,carrier\n湘A00001,A"
    return Prepared(form={}, files={"file": ("carriers.csv", lines.encode(), "text/csv")})


def endpoint(world: World, visitor: Visitor, whose: str, state: str) -> Prepared:
    central = world.central
    if whose == "none":
        return Prepared(parts={"endpoint": NOBODYS, "delivery": 1})
    identity = world.endpoint(visitor.token_id if whose == "own" else None)
    if state == "stopped":
        with central.database.write() as session:
            set_enabled(session, OPERATOR, identity, central.now_us(), enabled=False)
    with central.database.read() as session:
        delivery = deliveries_page(session, identity)[0].id
    return Prepared(parts={"endpoint": identity, "delivery": delivery})


def endpoint_form(world: World, visitor: Visitor, whose: str, state: str) -> Prepared:
    prepared = endpoint(world, visitor, whose, state)
    prepared.form = {}
    return prepared


def new_endpoint(_world: World, _visitor: Visitor, _whose: str, state: str) -> Prepared:
    url = "https://10.0.0.1/hook" if state == "private" else "http://127.0.0.1:9/hook"
    return Prepared(form={"name": "platform", "url": url, "events": "case.decided"})


def new_endpoint_api(world: World, visitor: Visitor, whose: str, state: str) -> Prepared:
    form = new_endpoint(world, visitor, whose, state).form or {}
    return Prepared(json=form | {"events": ["case.decided"]})


def upload(world: World, _visitor: Visitor, _whose: str, state: str) -> Prepared:
    station, data = world.stations[OWN], f"picture {next(world.numbers)}".encode()
    headers = {}
    if state == "claimed":
        claim = BlobClaim(station=OWN, sha256=sha256_hex(data), size=len(data), time_us=world.central.now_us())
        envelope = station.seal(canonical_bytes(claim), PayloadType.BLOB_CLAIM)
        headers["Authorization"] = "DSSE " + base64.b64encode(envelope).decode()
    return Prepared(parts={"sha256": sha256_hex(data)}, content=data, headers=headers)


def case(world: World, _visitor: Visitor, whose: str, state: str) -> Prepared:
    number = NOBODYS if whose == "none" else world.case(whose, "screened" if state in {"-", "forged"} else state)
    return Prepared(parts={"number": number, "case_id": number}, form={})


def case_act(world: World, visitor: Visitor, whose: str, state: str) -> Prepared:
    prepared = case(world, visitor, whose, state)
    prepared.form = {"version": _version(world, whose, prepared), "opinion": "plate and axles agree"}
    return prepared


def case_act_api(world: World, visitor: Visitor, whose: str, state: str) -> Prepared:
    prepared = case(world, visitor, whose, state)
    prepared.form = None
    prepared.json = {"version": int(_version(world, whose, prepared)), "fields": {"opinion": "plate and axles agree"}}
    return prepared


def _version(world: World, whose: str, prepared: Prepared) -> str:
    return "1" if whose == "none" else str(world.offices[world.station(whose)].row(prepared.parts["case_id"]).version)


def export(*_: object) -> Prepared:
    """An export that is not there, or another's, which is told alike; tests/central/exports has the finished ones."""
    return Prepared(parts={"number": NOBODYS})


def leaf(world: World, _visitor: Visitor, whose: str, _state: str) -> Prepared:
    """The leaf of the first record of a station."""
    if whose == "none":
        return Prepared(parts={"index": NOBODYS})
    with world.central.database.read() as session:
        found = leaf_of_record(session, world.station(whose), 1)
    assert found is not None
    return Prepared(parts={"index": found.index})


PUBLICATION = {"road": "G104", "stake": "K12+300", "office": "Highway bureau", "institute": "Institute of metrology"}
PUBLICATION |= {"place": "Gazette 7/2026", "from": "2026-10-01", "certificate": "JJG-2026-7"}
PUBLICATION |= {"verified_from": "2026-01-01", "verified_until": "2027-01-01"}

BUILDS: dict[str, Build] = {
    "PUT /blobs/{sha256}": upload,
    "POST /login": password_login,
    "POST /login/once": link_login,
    "GET /login/once": lambda *_: Prepared(query={"token": "x"}),
    "POST /login/second": second_login,
    "POST /logout": by_form(),
    "POST /language": by_form({"language": "en"}),
    "GET /vehicles/live": lambda *_: Prepared(query={"after": 0}),
    "POST /account/password": by_form({"present": "none", "new": PASSWORD, "again": PASSWORD}),
    "POST /account/second-factor": enrolment,
    "POST /account/second-factor/remove": own_code,
    "POST /account/recovery-codes": own_code,
    "POST /account/sessions/end": by_form(),
    "POST /account/tokens": by_form({"name": "my program", "days": "30", "scopes": "vehicles:read"}),
    "POST /account/tokens/{token_id}/revoke": token,
    "POST /accounts": lambda world, *_: Prepared(form={"name": f"new {next(world.numbers)}", "role": "auditor"}),
    "POST /accounts/groups": lambda world, *_: Prepared(form={"name": f"group {next(world.numbers)}", "station": OWN}),
    "GET /accounts/{identity}": account,
    "POST /accounts/{identity}/grants": granting,
    "POST /accounts/{identity}/login-link": account,
    "POST /accounts/{identity}/reset-second-factor": factor_reset,
    "POST /accounts/{identity}/resets/{reset_id}/confirm": reset_deed,
    "POST /accounts/{identity}/resets/{reset_id}/refuse": reset_deed,
    "POST /account/resets": by_form(),
    "POST /carriers/compare": carriers_list,
    "POST /carriers": by_form({"draft": "gone"}),
    "POST /tokens": by_form({"name": "platform", "days": "30", "scopes": "vehicles:read"}),
    "POST /tokens/{token_id}/revoke": token,
    "POST /webhooks": new_endpoint,
    "GET /webhooks/{endpoint}": endpoint,
    "POST /webhooks/{endpoint}/deliveries/{delivery}/again": endpoint_form,
    "POST /api/v1/webhooks": new_endpoint_api,
    "DELETE /api/v1/webhooks/{endpoint}": endpoint,
    "GET /api/v1/webhooks/{endpoint}/deliveries": endpoint,
    "POST /api/v1/webhooks/{endpoint}/test": endpoint,
    "POST /api/v1/webhooks/{endpoint}/deliveries/{delivery}/again": endpoint,
    "POST /accounts/{identity}/{deed}": account,
    "POST /accounts/{identity}/grants/{grant_id}/{deed}": grant_deed,
    "POST /webhooks/{endpoint}/{deed}": endpoint_form,
    "POST /cases/{number}/acts/{action}": case_act,
    "POST /cases/dismiss": by_form({"ground": "other", "reason": "nothing there", "chosen": "9999999:1"}),
    "POST /api/v1/cases/{case_id}/actions/{action}": case_act_api,
    "POST /api/v1/cases/dismissals": lambda *_: Prepared(
        json={"cases": [{"id": NOBODYS, "version": 1}], "ground": "other", "reason": "nothing there"}
    ),
    "POST /cases/{number}/reweigh": case,
    "POST /vehicles/{station}/{seq}/reweigh": by_form(),
    "POST /cases/{case_id}/documents/{kind}.{language}": case,
    "GET /cases/{case_id}/documents/by-hash/{sha256}.pdf": lambda world, visitor, whose, state: Prepared(
        parts=case(world, visitor, whose, state).parts | {"sha256": "0" * 64}
    ),
    "POST /exports": by_form({"format": "csv"}),
    "GET /exports/{number}/file": export,
    "GET /api/v1/acts/{number}": lambda _world, _visitor, whose, _state: Prepared(parts={"number": NOBODYS if whose == "none" else 1}),
    "GET /log/checkpoints/{number}": lambda *_: Prepared(parts={"number": 1}),
    "POST /publicity/{station}": by_form(PUBLICATION),
    "POST /publicity/{station}/withdraw": by_form(),
    "GET /public/stations/{station}": lambda _world, _visitor, whose, _state: Prepared(
        parts={"station": "nowhere" if whose == "none" else OWN}
    ),
    "GET /public/decisions/{number}": lambda *_: Prepared(parts={"number": "2026/99999"}),
    "GET /public/checkpoints/{number}.txt": lambda *_: Prepared(parts={"number": NOBODYS}),
    "POST /public/query": by_form({"number": "2026/99999", "plate": "京A12345"}),
    "POST /public/leave": by_form(),
    "GET /public/case/pictures/{sha256}.jpg": lambda *_: Prepared(parts={"sha256": "0" * 64}),
    "POST /public/case/objection": by_form({"text": "I was not there", "contact": "13900000000"}),
}
"""By route; what its path says of itself, such as ``{deed=stop}``, is filled in by the table."""
for _path in ("", "/version", "/compare", "/compare.json", "/bundle.zip", "/evidence"):
    BUILDS[f"GET /cases/{{number}}{_path}"] = case
for _path in ("", "/proof.txt", "/leaf.json"):
    BUILDS[f"GET /log/leaves/{{index}}{_path}"] = leaf
for _path in ("/cases/{case_id}/documents", "/cases/{case_id}/documents/{kind}.{language}.pdf", "/api/v1/cases/{case_id}"):
    BUILDS[f"GET {_path}"] = case
