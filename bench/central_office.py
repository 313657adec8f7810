"""Three persons who work on the cases of `bench.central_scale`: some are left, some dismissed, some led the whole way, all by the rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from rich.progress import Progress
from sqlalchemy import select
from sqlalchemy.orm import Session

from central.context import Central
from central.evidence.models import Case
from central.review.acts import act
from central.review.doing import record_of
from central.review.proposal import propose
from central.review.workflow import WORKFLOW, Decision, State
from contract.faults import RejectError
from contract.units import US_PER_DAY
from tests.central.review.office import PERSON_OF, actor, entered

ACTS_AT_ONCE: Final = 50
"""Acts in a transaction: one alone would wait for the disk each time."""

DECIDE: Final = "decide"
"""Stands in a way for the decision that the rules propose."""


@dataclass(frozen=True, slots=True)
class Way:
    """The acts that a share of the screened cases sees."""

    share: float
    actions: tuple[str, ...]


_DECIDED: Final = ("confirm", "pass-legal", DECIDE)
_CLOSED: Final = (*_DECIDED, "notify", "close")
WAYS: Final = (
    Way(0.35, ()),
    Way(0.20, ("dismiss",)),
    Way(0.05, ("confirm",)),
    Way(0.05, ("confirm", "pass-legal")),
    Way(0.05, _DECIDED),
    Way(0.05, (*_DECIDED, "notify")),
    Way(0.03, (*_DECIDED, "notify", "record-objection")),
    Way(0.07, _CLOSED),
    Way(0.15, (*_CLOSED, "inform-home", "publish")),
)
BARRED: Final = (Way(0.6, ()), Way(0.4, ("dismiss",)))
DAY_OF: Final = {"confirm": 0, "dismiss": 0, "pass-legal": 1, DECIDE: 2, "notify": 3, "record-objection": 4, "close": 12, "inform-home": 13}
DAY_OF_PUBLICATION: Final = 14
WORKED_DAYS: Final = DAY_OF_PUBLICATION + 1
"""How long all of it takes; the terms in working days are kept."""


def work_on_cases(central: Central, began_us: int, seed: int) -> int:
    """Work on what was screened, from `began_us` (UTC, µs) on, and give the number of acts; where a rule refuses one, the case stays."""
    rng = np.random.default_rng([seed, 60_000])
    with central.database.read() as session:
        rows = session.execute(select(Case.id, Case.state).order_by(Case.id)).all()
    ways = {}
    for state, choice in ((State.SCREENED, WAYS), (State.BARRED, BARRED)):
        found = [number for number, at in rows if at == state]
        drawn = rng.choice(len(choice), len(found), p=[way.share for way in choice])
        ways |= {number: choice[index].actions for number, index in zip(found, drawn.tolist(), strict=True)}
    acts = 0
    with Progress(transient=True) as bar:
        task = bar.add_task("working on cases", total=sum(map(len, ways.values())))
        for step in range(max(map(len, ways.values()), default=0)):
            due = [number for number, way in ways.items() if len(way) > step]
            for start in range(0, len(due), ACTS_AT_ONCE):
                with central.database.write() as session:
                    for number in due[start : start + ACTS_AT_ONCE]:
                        if _act(session, central, number, ways[number][step], began_us):
                            acts += 1
                        else:
                            ways[number] = ()
                bar.update(task, completed=acts)
    return acts


def _act(session: Session, central: Central, number: int, name: str, began_us: int) -> bool:
    """Take an act on its day; False where the rules refuse it."""
    row, settings = session.get_one(Case, number), central.settings.review
    now_us = began_us + DAY_OF.get(name, DAY_OF_PUBLICATION) * US_PER_DAY
    changes: dict[str, Any] = {}
    if name == DECIDE:
        proposal = propose(record_of(session, row), (), settings)
        name = f"decide-{(proposal.decision or Decision.NO_ACTION).value}"
        changes = {"amount_cents": proposal.amount_cents} if proposal.decision is Decision.PENALTY else {}
    role = WORKFLOW.actions[name].role.role
    if role is None:
        msg = f"{name} is no person's act"
        raise ValueError(msg)
    who = PERSON_OF[role]
    try:
        act(
            session,
            number,
            name,
            login=who,
            actor=actor(who),
            expected_version=row.version,
            fields=entered(name, now_us, **changes),
            now_us=now_us,
            settings=settings,
        )
    except RejectError:
        return False
    return True
