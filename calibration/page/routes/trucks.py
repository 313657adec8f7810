"""Steps one and two: the trucks with their static loads, and the plan of runs."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from calibration.page.accounts import Login
from calibration.page.context import AnyLogin, Page, PageDep, Technician
from calibration.page.pages import Refusal, language_of, refusal_of
from calibration.page.routes.wizard import attempt, show
from calibration.refused_input import input_error
from calibration.scales.capture import StableRule, capture_stable
from calibration.scales.connection import Connection
from calibration.scales.protocols import PROTOCOLS, Plate, ProtocolName
from calibration.scales.scale import listen
from calibration.scales.stable_load import StableLoad, typed_load
from calibration.scales.weighbridge import WeighbridgeCertificate
from calibration.sessions import actions
from calibration.sessions.entry import kilograms, truck_of
from calibration.sessions.state import SessionState
from calibration.told import told
from contract.faults import RejectError, RetryError

router = APIRouter()
Text = Annotated[str, Form(max_length=400)]
SCALE_TIMEOUT_S = 60.0


def _trucks(request: Request, page: Page, login: Login, name: str, refusal: Refusal | None = None, *, given: Any = None) -> Response:  # noqa: ANN401 - a form's fields
    return show(request, page, login, "trucks", name, refusal=refusal, given=given, protocols=list(PROTOCOLS))


@router.get("/sessions/{name}/trucks")
def trucks(request: Request, page: PageDep, login: AnyLogin, name: str) -> Response:
    """Show the trucks, and the forms for the scale's certificate and for one more truck."""
    return _trucks(request, page, login, name)


@router.post("/sessions/{name}/weighbridge")
def weighbridge(
    request: Request,
    *,
    page: PageDep,
    login: Technician,
    name: str,
    number: Text = "",
    institute: Text = "",
    valid_until: Text = "",
    accuracy_class: Text = "",
    interval_kg: Text = "",
    max_kg: Text = "",
    expanded_uncertainty_kg: Text = "",
) -> Response:
    """State the certificate of the static scale."""
    given = {
        "number": number.strip(),
        "institute": institute.strip(),
        "valid_until": valid_until,
        "accuracy_class": accuracy_class,
        "interval_kg": interval_kg,
        "max_kg": max_kg,
        "expanded_uncertainty_kg": expanded_uncertainty_kg,
    }

    def state() -> None:
        try:
            certificate = WeighbridgeCertificate.model_validate(given)
        except ValidationError as error:
            raise input_error(error) from error
        certificate.check(datetime.now(UTC).date())
        page.desk.store.act(name, login.name, actions.state_weighbridge(certificate))

    form = {**given, "form": "weighbridge"}
    return attempt(request, state, f"/sessions/{name}/trucks", lambda refusal: _trucks(request, page, login, name, refusal, given=form))


@router.post("/sessions/{name}/trucks")
def enter(
    request: Request,
    *,
    page: PageDep,
    login: Technician,
    name: str,
    truck: Text = "",
    axles: Text = "",
    gross: Text = "",
    spacings: Text = "",
    groups: Text = "",
) -> Response:
    """Enter a truck with axle loads typed in; those that were read from a scale stand already."""
    given = {"form": "truck", "truck": truck, "axles": axles, "gross": gross, "spacings": spacings, "groups": groups}

    def add() -> None:
        state = page.desk.store.session(name)
        read = state.drafts.get(truck.strip(), {})
        loads = _axle_loads(state, read, axles, login.name)
        whole = _typed(state, gross, "gross weight", login.name) if gross.strip() else None
        entered = truck_of(truck.strip(), loads, whole, _metres(spacings), groups)
        page.desk.store.act(name, login.name, actions.enter_truck(entered))

    return attempt(request, add, f"/sessions/{name}/trucks", lambda refusal: _trucks(request, page, login, name, refusal, given=given))


@router.post("/sessions/{name}/trucks/read")
def read_scale(
    request: Request,
    *,
    page: PageDep,
    login: Technician,
    name: str,
    truck: Text,
    axle: Annotated[int, Form(ge=1, le=20)],
    protocol: Annotated[ProtocolName, Form()],
    port: Text = "",
    host: Text = "",
) -> Response:
    """Wait until the reference scale stands still, and keep what it shows as an axle's load."""
    given = {"form": "scale", "truck": truck, "axle": axle, "protocol": protocol, "port": port, "host": host}

    def read() -> None:
        state = page.desk.store.session(name)
        certificate = _certificate(state)
        rule = StableRule(readings=10, over_s=2.0, timeout_s=SCALE_TIMEOUT_S, interval_kg=certificate.interval_kg)
        connection = Connection(protocol, port, None, host, plate=Plate("kg", 0, 1))
        with connection.scale() as scale:
            load = capture_stable(listen(scale), rule, method=protocol.value, where=scale.where, certificate=certificate)
        page.desk.store.act(name, login.name, actions.weigh_axle(truck.strip(), axle, load))

    return attempt(request, read, f"/sessions/{name}/trucks", lambda refusal: _trucks(request, page, login, name, refusal, given=given))


@router.post("/sessions/{name}/trucks/withdraw")
def withdraw(request: Request, *, page: PageDep, login: Technician, name: str, truck: Text = "", reason: Text = "") -> Response:
    """Take a truck out of the session."""
    return attempt(
        request,
        lambda: page.desk.store.act(name, login.name, actions.withdraw_truck(truck, reason)),
        f"/sessions/{name}/trucks",
        lambda refusal: _trucks(request, page, login, name, refusal),
    )


@router.get("/sessions/{name}/plan")
def plan(request: Request, page: PageDep, login: AnyLogin, name: str) -> Response:
    """Show the plan, and the form that makes one."""
    return show(request, page, login, "plan", name)


@router.post("/sessions/{name}/plan")
def make_plan(request: Request, *, page: PageDep, login: Technician, name: str, speeds: Text = "", repeats: Text = "") -> Response:
    """Plan the runs."""
    try:
        parts = [float(part) for part in speeds.replace(",", " ").replace("、", " ").split()]
        times = int(repeats) if repeats.strip() else None
        page.desk.store.act(name, login.name, actions.make_plan(parts, times))
    except ValueError:
        refused = RejectError(
            "plan-speeds",
            told("speeds %(speeds)s, runs %(repeats)s", speeds=f"{speeds!r}", repeats=f"{repeats!r}"),
            told("are no numbers; write 30 50 70, and a whole number of runs"),
        )
        return show(
            request,
            page,
            login,
            "plan",
            name,
            refusal=refusal_of(refused, language_of(request)),
            given={"speeds": speeds, "repeats": repeats},
        )
    except (RejectError, RetryError) as error:
        return show(
            request,
            page,
            login,
            "plan",
            name,
            refusal=refusal_of(error, language_of(request)),
            given={"speeds": speeds, "repeats": repeats},
        )
    return RedirectResponse(f"/sessions/{name}/runs", HTTPStatus.SEE_OTHER)


def _axle_loads(state: SessionState, read: Any, axles: str, by: str) -> list[StableLoad]:  # noqa: ANN401 - mapping of a draft
    """Join loads read from a scale with those typed in: what was typed fills the axles that were not read, from the front."""
    typed = [_typed(state, part, f"axle load {part}", by) for part in axles.replace(",", " ").replace("、", " ").split()]
    loads: list[StableLoad] = []
    for axle in range(1, max([0, *read]) + len(typed) + 1):
        if axle in read:
            loads.append(read[axle])
        elif typed:
            loads.append(typed.pop(0))
        elif any(later > axle for later in read):
            raise RejectError(
                "reference-missing", told("axle %(axle)s", axle=axle), told("has no load; read it from the scale or type it in")
            )
    if not loads:
        raise RejectError(
            "reference-missing", told("axle loads"), told("are empty; write the load of each axle from the front in kg, as 6240 10260")
        )
    return loads


def _typed(state: SessionState, text: str, where: str, by: str) -> StableLoad:
    return typed_load(kilograms(text, where), datetime.now(UTC), _certificate(state), by)


def _certificate(state: SessionState) -> WeighbridgeCertificate:
    if state.weighbridge is None:
        raise RejectError(
            "certificate-missing", told("static scale"), told("has no certificate in this session; state it above, then enter the loads")
        )
    return state.weighbridge


def _metres(text: str) -> list[float] | None:
    parts = text.replace("、", " ").replace(";", " ").split()
    try:
        return [float(part.rstrip(",")) for part in parts] or None
    except ValueError:
        raise RejectError(
            "input-invalid",
            told("distances"),
            told("%(text)s: write metres between the axles from the front, as 3.60 5.56 1.32", text=f"{text!r}"),
        ) from None
