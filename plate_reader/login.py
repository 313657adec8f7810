"""How a camera proves that it is the one it says: HTTP digest (RFC 7616) or a token.

A digest is of one request: the nonce is ours, signed and dated, so that none has to be remembered to be known again; its counter may only
grow, so that a digest that was overheard is worth nothing. Every comparison takes the same time whatever is compared.

Expected damage: no login, another scheme, fields missing, doubled or of the wrong kind, nonces that are old, forged or used before. Digests
that some cameras send unasked, with an empty nonce, protect nothing and are refused.
"""

import hashlib
import hmac
import re
import secrets
from base64 import b64decode
from binascii import Error as Base64Error
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

REALM: Final = "weighline"

NONCE_S: Final = 300
"""How long a nonce may be used: cameras take a new one when told that theirs is stale."""

NONCES_MAX: Final = 1_024
"""Nonces in use of which the counter is known; when the oldest is forgotten, all as old as it are stale."""

_FIELD: Final = re.compile(r'(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))(?:,\s*|$)')
_HASHES: Final = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}
_NC: Final = re.compile(r"[0-9a-fA-F]{8}")
_HEADER_MAX: Final = 2_000


class Scheme(StrEnum):
    """How a camera logs in."""

    NONE = "none"
    BASIC = "basic"
    DIGEST = "digest"
    TOKEN = "token"  # noqa: S105 - the name of the scheme


class Outcome(StrEnum):
    """What became of a login."""

    GRANTED = "granted"
    ASKED = "asked"
    """No login was given: it is asked for, which is how digest begins."""
    STALE = "stale"
    """The right secret over a nonce that is old or was used: the camera is given a new one."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a camera must know; `user` is of no meaning for a token."""

    scheme: Scheme
    user: str
    secret: str


class Door:
    """Judges logins.

    Parameters
    ----------
    now_s
        A clock that never goes back.
    """

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._key = secrets.token_bytes(32)
        self._counters: OrderedDict[str, tuple[int, int]] = OrderedDict()
        self._forgotten_s = 0

    def judge(self, credentials: Credentials, header: str, method: str, target: str) -> Outcome:
        """Judge the header `Authorization` of a request with this method and target (path and query as they were sent)."""
        scheme, _, rest = header[:_HEADER_MAX].strip().partition(" ")
        if credentials.scheme is Scheme.NONE:
            return Outcome.GRANTED
        if not header:
            return Outcome.ASKED
        if credentials.scheme is Scheme.TOKEN:
            return _granted(scheme.lower() in {"token", "bearer"} and _equal(rest.strip(), credentials.secret))
        if credentials.scheme is Scheme.BASIC:
            return _granted(scheme.lower() == "basic" and _equal(_decoded(rest), f"{credentials.user}:{credentials.secret}"))
        if scheme.lower() != "digest":
            return Outcome.ASKED if scheme.lower() == "basic" else Outcome.REFUSED
        return self._digest(credentials, _fields(rest), method, target)

    def challenges(self, scheme: Scheme, stale: bool) -> list[str]:
        """Give the headers `WWW-Authenticate` that ask for a login: SHA-256 and, for older cameras, MD5."""
        if scheme is not Scheme.DIGEST:
            return [f'{"Basic" if scheme is Scheme.BASIC else "Token"} realm="{REALM}"']
        nonce = self._nonce()
        tail = ', stale="true"' if stale else ""
        return [f'Digest realm="{REALM}", qop="auth", algorithm={name}, nonce="{nonce}"{tail}' for name in ("SHA-256", "MD5")]

    def _digest(self, credentials: Credentials, given: dict[str, str], method: str, target: str) -> Outcome:
        algorithm = given.get("algorithm", "MD5").upper()
        if algorithm not in _HASHES or given.get("qop") != "auth" or not _NC.fullmatch(given.get("nc", "")):
            return Outcome.REFUSED

        def digest(text: str) -> str:
            return _HASHES[algorithm](text.encode()).hexdigest()

        nonce = given.get("nonce", "")
        secret = digest(f"{credentials.user}:{REALM}:{credentials.secret}")
        request = digest(f"{method}:{given.get('uri', '')}")
        expected = digest(f"{secret}:{nonce}:{given['nc']}:{given.get('cnonce', '')}:auth:{request}")
        right = _equal(given.get("response", "").lower(), expected)
        right &= _equal(given.get("username", ""), credentials.user) and _equal(given.get("uri", ""), target)
        if not right or given.get("realm") != REALM:
            return Outcome.REFUSED
        return Outcome.GRANTED if self._used(nonce, int(given["nc"], 16)) else Outcome.STALE

    def _nonce(self) -> str:
        born = f"{int(self._now_s()):x}.{secrets.token_hex(8)}"
        return f"{born}.{self._sign(born)}"

    def _sign(self, text: str) -> str:
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()[:32]

    def _used(self, nonce: str, count: int) -> bool:
        """Use a nonce: False where it is not ours, is too old, or was used with that count or a later one."""
        text, _, signature = nonce.rpartition(".")
        if not _equal(signature, self._sign(text)):
            return False
        born_s = int(text.partition(".")[0], 16)
        if self._now_s() - born_s > NONCE_S or born_s < self._forgotten_s or count <= self._counters.get(nonce, (0, 0))[0]:
            return False
        self._counters[nonce] = (count, born_s)
        self._counters.move_to_end(nonce)
        while len(self._counters) > NONCES_MAX:
            _, (_, gone_s) = self._counters.popitem(last=False)
            self._forgotten_s = max(self._forgotten_s, gone_s + 1)
        return True


def _granted(right: bool) -> Outcome:
    return Outcome.GRANTED if right else Outcome.REFUSED


def _equal(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())


def _decoded(text: str) -> str:
    try:
        return b64decode(text.strip(), validate=True).decode()
    except (Base64Error, ValueError):
        return ""


def _fields(text: str) -> dict[str, str]:
    """Take the fields of a digest apart; none where one is doubled or the text is not made of them alone."""
    given: dict[str, str] = {}
    at = 0
    while at < len(text):
        found = _FIELD.match(text, at)
        if found is None or found[1].lower() in given:
            return {}
        given[found[1].lower()] = found[2] if found[2] is not None else found[3]
        at = found.end()
    return given
