"""Lives of the service, each ended by SIGKILL at a random instant, and what was found."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.central.webhooks.receiver import Receiver
from tests.faults.kills import findings
from tests.faults.kills.clients import Acknowledged, Crowd
from tests.faults.kills.prepared import Prepared
from tests.faults.kills.service import Service, command

AT_START = 0.2
"""How often it is killed before it is ready."""
LIFE_MAX_S, AFTER_MAX_S = 10.0, 0.08
"""It is killed soon after the clients have asked as often as was drawn, or when so much time is over."""
QUIET_S = 60.0
AS_COMMANDS = (("verify",), ("log", "check"))


@dataclass
class Outcome:
    """What happened, and what was found."""

    kills: int = 0
    at_start: int = 0
    told: Acknowledged = field(default_factory=Acknowledged)
    breaches: list[str] = field(default_factory=list)
    left_over: int = 0
    """Files that lay about after the last kill, before they were swept."""


def kill_again_and_again(
    prepared: Prepared,
    heard: Receiver,
    kills: int,
    *,
    seed: int,
    asked_max: int = 80,
    progress: Callable[[int], None] = lambda _done: None,
) -> Outcome:
    """Kill it `kills` times, each after `asked_max` requests at most; look at the folder after each, and after a life to its end."""
    chance, outcome, ready_s = random.Random(seed), Outcome(), 5.0
    for life in range(kills):
        service = Service(prepared.run)
        if life and chance.random() < AT_START:
            time.sleep(chance.uniform(0, ready_s))
            service.kill()
            outcome.at_start += 1
        else:
            crowd = Crowd(prepared, outcome.told, f"{seed} {life}")
            try:
                ready_s = service.wait_until_ready()
                crowd.start()
                _work(crowd, chance, asked_max)
            finally:
                service.kill()
                crowd.stop()
        outcome.kills += 1
        outcome.breaches += [f"kill {outcome.kills}: {one}" for one in findings.amid(prepared, outcome.told, heard)]
        progress(outcome.kills)
        if outcome.breaches:
            return outcome
    _end(prepared, heard, outcome)
    return outcome


def _work(crowd: Crowd, chance: random.Random, asked_max: int) -> None:
    """Let the clients work until an instant that nobody knows."""
    wanted, until_s = chance.randint(1, asked_max), time.monotonic() + LIFE_MAX_S
    while crowd.asked < wanted and time.monotonic() < until_s:
        time.sleep(0.002)
    time.sleep(chance.uniform(0, AFTER_MAX_S))


def _end(prepared: Prepared, heard: Receiver, outcome: Outcome) -> None:
    service = Service(prepared.run)
    try:
        service.wait_until_ready()
        until_s = time.monotonic() + QUIET_S
        while not findings.quiet(prepared) and time.monotonic() < until_s:
            time.sleep(0.2)
    finally:
        code = service.end()
    outcome.breaches += [] if code == 0 else [f"the service ended with {code}"]
    outcome.breaches += findings.in_the_end(prepared, outcome.told, heard)
    options = ("--config", str(prepared.run.config))
    for arguments in AS_COMMANDS:
        code, said = command(*arguments, *options)
        outcome.breaches += [] if code == 0 else [f"wim-central {' '.join(arguments)} ended with {code}: {said}"]
    outcome.left_over = len(findings.left_over(prepared))
    findings.age(prepared)
    code, said = command("prune", "--data", str(prepared.folder), *options)
    outcome.breaches += [] if code == 0 else [f"wim-central prune ended with {code}: {said}"]
    outcome.breaches += [f"{one} is left for ever" for one in findings.left_over(prepared)]
