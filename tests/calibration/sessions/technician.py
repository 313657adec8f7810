"""A technician to be killed: ``python -m tests.calibration.sessions.technician FOLDER`` goes on with a session where it stands.

It does one step for each line on standard input, as the state asks, and says on standard output what is durable.
"""

import sys
from pathlib import Path

from calibration.sessions import actions
from calibration.sessions import events as e
from calibration.sessions.evidence import CaptureFolder
from calibration.sessions.store import SessionStore
from contract.media import sha256_hex
from tests.calibration.sessions.material import FIVE, OPENED, TWO, seen, truck

TRUCKS = {"A": (TWO, (4.8,)), "B": (FIVE, (3.6, 5.6, 1.3, 1.3))}
RUNS = 12


def passing(number):
    axle_kg, spacings_m = TRUCKS["AB"[number % 2]]
    signal = f"signal {number}".encode()
    return seen(11 + number, axle_kg, spacings_m, capture_sha256=sha256_hex(signal)), signal


def next_step(state, captures):
    """Give the name of the next step and what it does."""
    missing = [name for name in TRUCKS if name not in state.trucks]
    if missing:
        return f"truck {missing[0]}", actions.enter_truck(truck(missing[0], *TRUCKS[missing[0]][:1]))
    if not state.plan:
        return "plan", actions.make_plan([30, 50, 70], 2)
    if state.waiting:
        one = state.waiting[0]
        if one.seen.seq == 14:
            return f"reject {one.seen.seq}", actions.reject(one.seen.id, "car beside it")
        return f"accept {one.seen.seq}", actions.accept(one.seen.id, one.offer.truck, "centre")
    if len(state.passes) <= RUNS:
        one, signal = passing(len(state.passes))
        captures.keep(one.capture_sha256, signal)
        return f"pass {one.seq}", actions.see_pass(one, 4_000.0, captured=True)
    numbers = tuple(run.number for run in state.runs)
    fitted = e.Fitted(runs=numbers, calibration={"id": "c"}, sha256="1" * 64)
    return ("fit", lambda _state: [fitted]) if state.fitted is None else ("close", actions.close("all driven"))


def main() -> None:
    folder = Path(sys.argv[1])
    store, captures = SessionStore(folder / "sessions.db"), CaptureFolder(folder / "captures")
    if not store.sessions():
        sys.stdin.readline()
        store.open("s1", OPENED, "Li")
        say("open")
    while (state := store.session("s1")).closed is None:
        sys.stdin.readline()
        name, decide = next_step(state, captures)
        store.act("s1", "Li", decide)
        say(name)


def say(step: str) -> None:
    sys.stdout.write(f"{step}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
