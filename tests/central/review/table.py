"""The way of a case, written down a second time by hand: what each act asks, so that the workflow's file is held to something."""

from typing import NamedTuple

from central.evidence.accounts import Role
from central.review.workflow import State

R, L, A = Role.REVIEWER, Role.LEGAL, Role.APPROVER
S = State


class Row(NamedTuple):
    """Who takes an act, from where, and where it leads (None: the case stays)."""

    role: Role | None
    origins: set[State]
    to: State | None


EVERYWHERE = set(State)
BEFORE_REVIEW = {S.RECEIVED, S.BARRED, S.SCREENED}

TABLE: dict[str, Row] = {
    "open": Row(None, set(), S.RECEIVED),
    "clear": Row(None, BEFORE_REVIEW, S.SCREENED),
    "bar": Row(None, BEFORE_REVIEW, S.BARRED),
    "screen-again": Row(None, {S.REVIEWED, S.LEGALLY_REVIEWED, S.DECIDED, S.NOTIFIED, S.OBJECTED, S.HEARD}, None),
    "link-trip": Row(None, EVERYWHERE, None),
    "confirm": Row(R, {S.SCREENED}, S.REVIEWED),
    "dismiss": Row(R, {S.SCREENED, S.BARRED}, S.DISMISSED),
    "record-exemption": Row(R, {S.SCREENED}, None),
    "lift-exemption": Row(R, {S.SCREENED}, None),
    "rule-out-passage": Row(R, {S.BARRED, S.SCREENED}, None),
    "pass-legal": Row(L, {S.REVIEWED}, S.LEGALLY_REVIEWED),
    "return": Row(L, {S.REVIEWED}, S.SCREENED),
    "offer-hearing": Row(L, {S.LEGALLY_REVIEWED}, None),
    "record-hearing": Row(L, {S.LEGALLY_REVIEWED}, None),
    "record-discussion": Row(A, {S.LEGALLY_REVIEWED}, None),
    "return-to-legal": Row(A, {S.LEGALLY_REVIEWED}, S.REVIEWED),
    "return-to-reviewer": Row(A, {S.LEGALLY_REVIEWED}, S.SCREENED),
    "decide-penalty": Row(A, {S.LEGALLY_REVIEWED, S.HEARD}, S.DECIDED),
    "decide-warning": Row(A, {S.LEGALLY_REVIEWED, S.HEARD}, S.DECIDED),
    "decide-no-action": Row(A, {S.LEGALLY_REVIEWED, S.HEARD}, S.DECIDED),
    "return-decision": Row(R, {S.DECIDED}, S.LEGALLY_REVIEWED),
    "notify": Row(R, {S.DECIDED}, S.NOTIFIED),
    "object": Row(None, {S.NOTIFIED}, S.OBJECTED),
    "record-objection": Row(R, {S.NOTIFIED}, S.OBJECTED),
    "hear": Row(L, {S.OBJECTED}, S.HEARD),
    "revoke": Row(L, {S.NOTIFIED, S.CLOSED, S.PUBLISHED}, S.HEARD),
    "return-to-hearing": Row(A, {S.HEARD}, S.OBJECTED),
    "close": Row(A, {S.DECIDED, S.NOTIFIED, S.HEARD}, S.CLOSED),
    "inform-home": Row(R, {S.CLOSED}, None),
    "publish": Row(A, {S.CLOSED}, S.PUBLISHED),
    "issue-document": Row(None, EVERYWHERE - {S.RECEIVED}, None),
}

REFUSED_BY_RULE: dict[tuple[State, str], int] = {
    (S.SCREENED, "lift-exemption"): 422,  # none was recorded
    (S.SCREENED, "rule-out-passage"): 422,  # none raises a doubt
    (S.BARRED, "rule-out-passage"): 422,
    (S.LEGALLY_REVIEWED, "record-hearing"): 409,  # none was offered
    (S.DECIDED, "close"): 409,  # a penalty that the party does not know of yet
    (S.NOTIFIED, "close"): 409,  # the party may still object
    (S.HEARD, "decide-penalty"): 409,  # the hearing upheld the decision
    (S.HEARD, "decide-warning"): 409,
    (S.HEARD, "decide-no-action"): 409,
    (S.CLOSED, "publish"): 409,  # the home authority does not know yet
}
"""What else stands in the way of a case that was driven to a state by `PATHS`."""

PATHS: dict[State, tuple[str, ...]] = {
    S.SCREENED: (),
    S.REVIEWED: ("confirm",),
    S.LEGALLY_REVIEWED: ("confirm", "pass-legal"),
    S.DECIDED: ("confirm", "pass-legal", "decide-penalty"),
    S.NOTIFIED: ("confirm", "pass-legal", "decide-penalty", "notify"),
    S.OBJECTED: ("confirm", "pass-legal", "decide-penalty", "notify", "record-objection"),
    S.HEARD: ("confirm", "pass-legal", "decide-penalty", "notify", "record-objection", "hear"),
    S.CLOSED: ("confirm", "pass-legal", "decide-penalty", "notify", "record-objection", "hear", "close"),
    S.PUBLISHED: ("confirm", "pass-legal", "decide-penalty", "notify", "record-objection", "hear", "close", "inform-home", "publish"),
    S.DISMISSED: ("dismiss",),
}
"""The acts that lead a screened case to a state."""
