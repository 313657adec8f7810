"""The log's state for whoever is logged in, and one leaf proved while one waits."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, HTTPException, Path, Query, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response

from central.access import CentralDep
from central.context import Central
from central.evidence.accounts import Login
from central.evidence.acts import ActView, act
from central.evidence.journal import Verb
from central.evidence.log import leaves, tree
from central.evidence.log.checkpoints import latest_checkpoints
from central.evidence.log.peers import peers
from central.evidence.log.proofs import LeafProof, prove_leaf
from central.web.entry import PageLogin
from central.web.log.detail import told_in
from central.web.log.words import PEERS, STEPS, VERBS
from central.web.pages import NO_STORE, pages_of
from central.web.routes.acts import audits
from central.web.seeing import seen
from contract.log.leaves import ActLeaf

router = APIRouter()
CHECKPOINTS: Final = 20
Index = Annotated[int, Path(ge=0, lt=2**53)]


@router.get("/log")
def log(request: Request, login: PageLogin, central: CentralDep, before: Annotated[int | None, Query(ge=1, lt=2**53)] = None) -> Response:
    """Show size, root and the last checkpoints with what others say of them."""
    with central.database.read() as session:
        size = leaves.size(session)
        root = tree.root(session, size)
        found = latest_checkpoints(session, CHECKPOINTS + 1, before)
        states = peers(session)
    return pages_of(request).render(
        request,
        "log/log.html",
        login,
        size=size,
        root=root,
        checkpoints=found[:CHECKPOINTS],
        following=found[CHECKPOINTS - 1].id if len(found) > CHECKPOINTS else None,
        before=before,
        states=states,
        peers=PEERS,
        trusted=central.trusted,
        seconds=central.settings.log.seconds,
    )


@router.get("/log/checkpoints/{number}")
def checkpoint(_login: PageLogin, central: CentralDep, number: Annotated[int, Path(ge=1, lt=2**53 - 1)]) -> PlainTextResponse:
    """Give a checkpoint as text, with all its signatures."""
    with central.database.read() as session:
        found = latest_checkpoints(session, 1, before=number + 1)
    if not found or found[0].id != number:
        raise HTTPException(HTTPStatus.NOT_FOUND, f"there is no checkpoint {number}")
    return PlainTextResponse(str(found[0].note), headers=NO_STORE)


@router.get("/log/leaves/{index}")
def leaf(request: Request, login: PageLogin, central: CentralDep, index: Index) -> Response:
    """Prove a leaf now, and show each step."""
    proof = _proved(central, login, index)
    seen(request, login, Verb.SAW, f"leaf/{index}")
    entry = _act_of(central, proof)
    return pages_of(request).render(
        request,
        "log/leaf.html",
        login,
        proof=proof,
        act=entry,
        steps=STEPS,
        verbs=VERBS,
        told_in=told_in,
        audits=audits(login),
        seconds=central.settings.log.seconds,
    )


@router.get("/log/leaves/{index}/proof.txt")
def proof_text(request: Request, login: PageLogin, central: CentralDep, index: Index) -> Response:
    """Give a leaf's proof as a text that ends in the checkpoint (c2sp.org/tlog-proof)."""
    text = _proved(central, login, index).text
    if text is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, f"no checkpoint covers leaf {index} yet")
    seen(request, login, Verb.EXPORTED, f"leaf/{index}")
    name = f"leaf-{index}.tlog-proof"
    return PlainTextResponse(text, headers={"Content-Disposition": f'attachment; filename="{name}"', **NO_STORE})


@router.get("/log/leaves/{index}/leaf.json")
def leaf_bytes(login: PageLogin, central: CentralDep, index: Index) -> Response:
    """Give a leaf's bytes, which the proof is about."""
    data = _proved(central, login, index).data
    headers = {"Content-Disposition": f'attachment; filename="leaf-{index}.json"', **NO_STORE}
    return Response(data, media_type="application/json", headers=headers)


@router.get("/log/records/{station}/{seq}")
def record_leaf(
    login: PageLogin, central: CentralDep, station: Annotated[str, Path(max_length=40)], seq: Annotated[int, Path(ge=1, lt=2**53)]
) -> RedirectResponse:
    """Go to a record's leaf."""
    with central.database.read() as session:
        found = leaves.leaf_of_record(session, station, seq) if login.sees(station) else None
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, f"no record {station}/{seq} is in the log")
    return RedirectResponse(f"/log/leaves/{found.index}", HTTPStatus.SEE_OTHER)


def _proved(central: Central, login: Login, index: int) -> LeafProof:
    """Prove a leaf, if the login may know what it is about; 404 otherwise."""
    with central.database.read() as session:
        proof = prove_leaf(session, index, central.trusted)
    if proof is None or not _may_see(login, proof):
        raise HTTPException(HTTPStatus.NOT_FOUND, f"there is no leaf {index} that you may see")
    return proof


def _may_see(login: Login, proof: LeafProof) -> bool:
    if proof.leaf is None or isinstance(proof.leaf, ActLeaf):
        return audits(login)
    return login.sees(proof.leaf.station)


def _act_of(central: Central, proof: LeafProof) -> ActView | None:
    if not isinstance(proof.leaf, ActLeaf):
        return None
    with central.database.read() as session:
        return act(session, proof.leaf.id)
