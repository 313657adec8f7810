"""Who asks the API: a program by its token, or a person by the session of his browser; both are held to the route's scope."""

from dataclasses import dataclass

from fastapi import HTTPException, Request, status

from central.access import CentralDep, OptionalLogin, actor_of
from central.context import Central
from central.evidence.accounts import Login, csrf_matches
from central.evidence.journal import Actor
from central.evidence.masking import PlateSight
from central.evidence.tokens import ROLES_OF_SCOPE, Scope, bearer_of, note_use

CSRF_HEADER = "X-CSRF-Token"
"""By which a page's script proves that it is ours when it changes something; a token needs no such proof, no browser sends it by itself."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, the stations of which he may know, None for every one, and whose plates he sees whole in lists."""

    actor: Actor
    stations: frozenset[str] | None
    sight: PlateSight
    login: Login | None = None
    token_id: int | None = None

    def sees(self, station: str) -> bool:
        """Whether the caller may know of a station."""
        return self.stations is None or station in self.stations


class RequireScope:
    """Dependency that gives the `Caller`; 401 if nobody asks, 403 without the scope, 429 with Retry-After if a token asks too often."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def __call__(self, request: Request, central: CentralDep, login: OptionalLogin) -> Caller:
        """Tell who asks."""
        kind, _, credentials = request.headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return self._program(request, central, credentials.strip())
        if login is None:
            headers = {"WWW-Authenticate": "Bearer"}
            raise HTTPException(status.HTTP_401_UNAUTHORIZED, "log in, or send a token: `Authorization: Bearer …`", headers)
        return self._person(request, login)

    def _program(self, request: Request, central: Central, token: str) -> Caller:
        now_us = central.now_us()
        address = actor_of(request, None).address
        with central.database.read() as session:
            bearer = bearer_of(session, token, now_us)
        if bearer is None:
            headers = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
            raise HTTPException(status.HTTP_401_UNAUTHORIZED, "the token is unknown, revoked or expired", headers)
        wait_s = central.token_rate.take(f"token/{bearer.id}", now_us)
        if wait_s:
            what = f"more than {central.settings.api.requests_per_minute} requests a minute; go on in {wait_s} s"
            raise HTTPException(status.HTTP_429_TOO_MANY_REQUESTS, what, {"Retry-After": str(wait_s)})
        if bearer.touch_due:
            with central.database.write() as session:
                note_use(session, bearer.id, address, now_us)
        if self.scope not in bearer.scopes:
            headers = {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{self.scope}"'}
            raise HTTPException(status.HTTP_403_FORBIDDEN, f"the token has not the scope {self.scope}", headers)
        actor = Actor(bearer.person, f"token/{bearer.id}", address)
        return Caller(actor, bearer.stations_for(self.scope), _sight(bearer.owner), token_id=bearer.id)

    def _person(self, request: Request, login: Login) -> Caller:
        roles = ROLES_OF_SCOPE[self.scope]
        if not login.roles & roles:
            raise HTTPException(status.HTTP_403_FORBIDDEN, f"{self.scope} needs the role {' or '.join(sorted(roles))}")
        if request.method not in {"GET", "HEAD"} and not csrf_matches(login, request.headers.get(CSRF_HEADER, "")):
            raise HTTPException(status.HTTP_403_FORBIDDEN, f"send the session's CSRF token as {CSRF_HEADER}")
        return Caller(actor_of(request, login), login.stations_for(*roles), _sight(login), login=login)


def searched(caller: Caller, plate: str | None) -> frozenset[str] | None:
    """Give the stations in which a list may look; 403 where it is asked by plate and the caller sees all of them masked."""
    if plate and not caller.sight.sees_any:
        raise HTTPException(status.HTTP_403_FORBIDDEN, "your roles see plates masked in lists and cannot search by them")
    return caller.sight.within(caller.stations, by_plate=bool(plate))


def _sight(login: Login | None) -> PlateSight:
    """Give whose plates are seen whole: of a person by his roles; another system was given its scope for that."""
    return PlateSight(None) if login is None else PlateSight.of(login)
