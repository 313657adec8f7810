"""``/api/v1/acts``: the journal, each act with its leaf and the proof that leads from it to a signed checkpoint."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, HTTPException, Path, Query, status
from pydantic import BaseModel, ConfigDict

from central.access import CentralDep
from central.api.caller import Caller, RequireScope
from central.api.examples import SHA256, TIME_US
from central.api.noting import noted
from central.api.paging import Rows
from central.evidence.acts import ActFilter, ActView, act, find_acts
from central.evidence.journal import Detail, Verb
from central.evidence.log.proofs import LeafProof, prove_leaf
from central.evidence.tokens import Scope

router = APIRouter(prefix="/api/v1", tags=["log"])
_ACT: Final[dict[str, Any]] = {
    "id": 4,
    "leaf": 9,
    "time_us": TIME_US,
    "person": "Anna",
    "account": "anna",
    "address": "10.0.0.7",
    "verb": "saw",
    "subject": "case/12",
    "detail": {"version": 3},
}


class ActAnswer(BaseModel):
    """One act of the journal; `leaf` is its number in the log."""

    model_config = ConfigDict(frozen=True)

    id: int
    leaf: int | None
    time_us: int
    person: str
    account: str
    address: str
    verb: Verb
    subject: str
    detail: Detail

    @classmethod
    def fields_of(cls, view: ActView) -> dict[str, Any]:
        """Give the fields as the journal has them."""
        return {"id": view.id, "leaf": view.leaf, **view.entry.model_dump()}


class ActList(BaseModel):
    """A page of acts, newest first; `next` is the `before` of the next page, None on the last."""

    model_config = ConfigDict(frozen=True, json_schema_extra={"examples": [{"acts": [_ACT], "next": 4}]})

    acts: tuple[ActAnswer, ...]
    next: int | None


class ProvedAct(ActAnswer):
    """An act, its leaf's bytes, and its proof (c2sp.org/tlog-proof), None until a checkpoint covers it.

    `failures` names each step that did not hold when it was verified for this answer: the stored entry against the leaf, the leaf in the
    tree, the signature, the cosignature, the time stamp.
    """

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    **_ACT,
                    "leaf_bytes": f'{{"id":4,"kind":"act","logged_us":{TIME_US},"sha256":"{SHA256}"}}',
                    "proof": "c2sp.org/tlog-proof@v1\nindex 9\n…\n",
                    "failures": [],
                }
            ]
        },
    )

    leaf_bytes: str | None
    proof: str | None
    failures: tuple[str, ...]


@router.get("/acts", summary="The journal, newest first", responses={200: {"description": "A page of acts."}})
def list_acts(
    *,
    caller: Annotated[Caller, Depends(RequireScope(Scope.ACTS_READ))],
    central: CentralDep,
    person: Annotated[str | None, Query(max_length=60, pattern=r"^[^\x00]*$", description="Only this person's", examples=["Anna"])] = None,
    verb: Annotated[Verb | None, Query(description="Only acts of this kind", examples=[Verb.SAW])] = None,
    subject: Annotated[
        str | None,
        Query(
            max_length=120, pattern=r"^[^\x00]*$", description="Only on this; with `/` at its end, on all below it", examples=["case/12"]
        ),
    ] = None,
    from_us: Annotated[int | None, Query(ge=0, lt=2**53, description="Done at or after, UTC in µs", examples=[TIME_US])] = None,
    until_us: Annotated[int | None, Query(ge=0, lt=2**53, description="Done before, UTC in µs", examples=[TIME_US + 1])] = None,
    before: Annotated[int | None, Query(ge=1, lt=2**53, description="`next` of the page before", examples=[4])] = None,
    limit: Rows = 50,
) -> ActList:
    """Give one page of who did what, when and from where."""
    _everywhere(caller)
    narrowed = ActFilter(person, verb, subject, from_us, until_us)
    noted(central, caller, Verb.SAW if narrowed == ActFilter() else Verb.SEARCHED, "list/acts", search=repr(narrowed))
    with central.database.read() as session:
        page = find_acts(session, narrowed, before, limit)
    return ActList(acts=tuple(ActAnswer(**ActAnswer.fields_of(row)) for row in page.rows), next=page.next_id)


@router.get(
    "/acts/{number}",
    summary="One act, proved",
    responses={200: {"description": "The act with its proof, verified just now."}, 404: {"description": "There is no act of that number."}},
)
def get_act(
    caller: Annotated[Caller, Depends(RequireScope(Scope.ACTS_READ))],
    central: CentralDep,
    number: Annotated[int, Path(ge=1, lt=2**53, description="The act's number", examples=[4])],
) -> ProvedAct:
    """Give one act with its leaf and the proof that the log holds it."""
    _everywhere(caller)
    with central.database.read() as session:
        view = act(session, number)
        proof = None if view is None or view.leaf is None else prove_leaf(session, view.leaf, central.trusted)
    if view is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, f"there is no act {number}")
    noted(central, caller, Verb.SAW, f"act/{number}")
    return ProvedAct(
        **ActAnswer.fields_of(view),
        leaf_bytes=None if proof is None else proof.data.decode("utf-8", "replace"),
        proof=None if proof is None else proof.text,
        failures=("it has no leaf in the log",) if proof is None else _failures(proof),
    )


def _everywhere(caller: Caller) -> None:
    """Refuse who may see some stations only: acts are not of one station."""
    if caller.stations is not None:
        raise HTTPException(status.HTTP_403_FORBIDDEN, "the journal is not of one station; ask with a right over every station")


def _failures(proof: LeafProof) -> tuple[str, ...]:
    return tuple(f"{step.step}: {step.failure}" for step in proof.steps if step.failure is not None)
