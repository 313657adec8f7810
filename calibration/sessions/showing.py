"""A session in a terminal: its standing, and its passes as a table or as JSON."""

from __future__ import annotations

from typing import Any

from rich.table import Table

from calibration.sessions.state import PassState, SessionState


def summary_of(state: SessionState) -> dict[str, Any]:
    """Give a session's standing as JSON."""
    done, beside = state.progress
    return {
        "session": state.name,
        "station": state.opened.station,
        "lane": state.opened.lane,
        "standards": list(state.opened.standards),
        "stage": state.opened.stage,
        "closed": state.closed,
        "trucks": {
            truck.name: {"axle_kg": truck.axle_kg, "gross_kg": truck.gross_kg, "gross_u_kg": round(truck.gross_u_kg, 1)}
            for truck in state.present
        },
        "planned": len(state.plan),
        "driven": len(done),
        "beside_the_plan": beside,
        "open_runs": [run.model_dump() for run in state.open_runs],
        "waiting": [one.seen.id for one in state.waiting],
        "accepted": [{"run": run.number, "truck": run.truck.name, "pass": run.seen.id} for run in state.runs],
        "fitted": None if state.fitted is None else state.fitted.sha256,
        "fit_outdated": state.fit_outdated,
        "judged": None
        if state.judged is None
        else {one["standard"]: [part["reached"] for part in one["overall"]] for one in state.judged.reports["en"]},
        "clock_jumps": len(state.jumps),
        "missed": [{"after_seq": missed.after_seq, "before_seq": missed.before_seq} for _, missed in state.missed],
    }


def passes_shown(state: SessionState, *, everything: bool) -> list[PassState]:
    """Give the passes that may be a truck's, or all."""
    return [one for one in state.passes.values() if everything or one.offer.likely or one.standing != "waiting"]


def pass_line(one: PassState) -> dict[str, Any]:
    """Give one pass as JSON."""
    return {
        "pass": one.seen.id,
        "standing": one.standing,
        "run": one.run,
        "truck": one.truck or one.offer.truck,
        "why": one.offer.why.value,
        "fits": [fit.model_dump() for fit in one.offer.fits],
        "speed_kmh": one.seen.speed_kmh,
        "axle_kg": one.seen.axle_kg,
        "gross_kg": one.seen.gross_kg,
        "flags": [flag.value for flag in one.seen.disturbances],
        "reason": one.reason,
        "captured": one.captured,
    }


def pass_table(state: SessionState, *, everything: bool) -> Table:
    """Give the passes as a table."""
    table = Table("pass", "standing", "truck", "km/h", "axles, t", "gross, t", "flags", "reason", box=None, pad_edge=False)
    table.columns[0].no_wrap = True
    for one in passes_shown(state, everything=everything):
        standing = f"run {one.run}" if one.standing == "accepted" else one.standing
        truck = one.truck or (one.offer.truck or f"? ({one.offer.why.value})")
        tonnes = " ".join(f"{load / 1000:.2f}" for load in one.seen.axle_kg)
        flags = " ".join(one.seen.disturbances)
        table.add_row(
            one.seen.id, standing, truck, f"{one.seen.speed_kmh:.1f}", tonnes, f"{one.seen.gross_kg / 1000:.2f}", flags, one.reason
        )
    return table


def plainly(value: object) -> str:
    """Write a value of a summary in one line."""
    if isinstance(value, dict):
        return "; ".join(f"{key}: {plainly(one)}" for key, one in value.items()) or "none"
    if isinstance(value, list | tuple):
        return ", ".join(plainly(one) for one in value) or "none"
    return "none" if value is None else f"{value}"
