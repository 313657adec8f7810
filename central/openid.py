"""A client of the office's OpenID provider: authorization code flow with PKCE (OpenID Connect Core 1.0, 3.1; RFC 7636; RFC 9700)."""

import base64
import hashlib
import secrets
import threading
from dataclasses import asdict, dataclass
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, ValidationError

from central.config import OidcSettings
from contract.faults import RejectError
from contract.units import US_PER_S

ALGORITHMS: Final = ("RS256", "ES256", "EdDSA", "Ed25519")
"""Signatures only: with a shared secret (HS256) or none, whoever can ask could also answer."""
TIMEOUT_S: Final = 10.0
ANSWER_MAX: Final = 256 * 1024
FRESH_US: Final = 600 * US_PER_S
"""How long the provider's description and keys are believed before they are asked for again."""
LEEWAY_S: Final = 60
"""How far the provider's clock may be from ours."""
_WHERE: Final = "OpenID provider"


@dataclass(frozen=True, slots=True)
class Flow:
    """One login under way, kept in the visitor's own sealed cookie: `verifier` is PKCE's, `next` where he wanted to go."""

    state: str
    nonce: str
    verifier: str
    next: str

    @classmethod
    def begin(cls, address: str) -> "Flow":
        """Draw the secrets of a new login."""
        return cls(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48), address)

    def as_json(self) -> dict[str, str]:
        """Give what the cookie holds."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom the provider vouches for: `subject` never changes, `name` is how he calls himself, `values` what the claim of roles says."""

    subject: str
    name: str
    values: frozenset[str]


class _Description(BaseModel):
    """What is used of OpenID Connect Discovery 1.0, 3."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class Provider:
    """The provider of the settings; its description and keys are asked for when first needed, and again when they are old.

    Every method raises `RejectError` ``provider-away`` where it does not answer as it should, and ``provider-refused`` where what it says
    cannot be believed.
    """

    def __init__(self, settings: OidcSettings, client: httpx.Client | None = None) -> None:
        self.settings = settings
        self._client = client or httpx.Client(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False)
        self._lock = threading.Lock()
        self._known: tuple[_Description, KeySet, int] | None = None

    def address(self, flow: Flow, redirect_uri: str, now_us: int) -> str:
        """Give where the visitor is sent to log in."""
        description, _ = self._describe(now_us)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(flow.verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(self.settings.scopes),
            "state": flow.state,
            "nonce": flow.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        joint = "&" if urlsplit(description.authorization_endpoint).query else "?"
        return f"{description.authorization_endpoint}{joint}{urlencode(query)}"

    def identify(self, flow: Flow, code: str, redirect_uri: str, now_us: int) -> Identity:
        """Exchange the code for an ID token, verify it, and give whom it names."""
        description, keys = self._describe(now_us)
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, "code_verifier": flow.verifier}
        answer = self._ask("POST", description.token_endpoint, form=form | self._client_fields())
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise RejectError("provider-refused", _WHERE, "gave no ID token")
        return self._verified(token, flow, keys, now_us)

    def _verified(self, token: str, flow: Flow, keys: KeySet, now_us: int) -> Identity:
        """Verify an ID token in numbered steps (OpenID Connect Core 1.0, 3.1.3.7)."""
        settings = self.settings
        try:
            # 1. Signed by a key of the provider's, with an algorithm that only the provider can sign with.
            try:
                claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
            except InvalidKeyIdError:
                claims = jwt.decode(token, self._describe(now_us, anew=True)[1], algorithms=ALGORITHMS).claims
            # 2. From this provider, for this client, of this login, still valid, and about somebody.
            jwt.JWTClaimsRegistry(
                now=now_us // US_PER_S,
                leeway=LEEWAY_S,
                iss={"essential": True, "value": settings.issuer},
                aud={"essential": True, "value": settings.client_id},
                exp={"essential": True},
                iat={"essential": True},
                sub={"essential": True},
                nonce={"essential": True, "value": flow.nonce},
            ).validate(claims)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise RejectError("provider-refused", _WHERE, f"its ID token is not valid: {error}") from error
        # 3. Where it is for several, it was given to this one.
        if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != settings.client_id:
            raise RejectError("provider-refused", _WHERE, "its ID token was given to another client")
        values = claims.get(settings.claim, [])
        values = [values] if isinstance(values, str) else values if isinstance(values, list) else []
        name = next((claims[key] for key in ("preferred_username", "name", "email") if isinstance(claims.get(key), str)), claims["sub"])
        return Identity(claims["sub"], name, frozenset(value for value in values if isinstance(value, str)))

    def _describe(self, now_us: int, *, anew: bool = False) -> tuple[_Description, KeySet]:
        with self._lock:
            if self._known is None or anew or now_us >= self._known[2] + FRESH_US:
                issuer = self.settings.issuer
                answer = self._ask("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
                try:
                    description = _Description.model_validate(answer)
                    keys = KeySet.import_key_set(self._ask("GET", description.jwks_uri))  # type: ignore[arg-type]
                except (ValidationError, JoseError, ValueError, KeyError, TypeError) as error:
                    raise RejectError("provider-away", _WHERE, f"describes itself in a way that cannot be used: {error}") from error
                if description.issuer != issuer:
                    raise RejectError("provider-refused", _WHERE, f"says it is {description.issuer!r}, the settings say {issuer!r}")
                self._known = (description, keys, now_us)
            return self._known[0], self._known[1]

    def _ask(self, method: str, address: str, *, form: dict[str, str] | None = None) -> dict[str, Any]:
        try:
            headers = self._client_headers() if form else {}
            answer = self._client.request(method, address, data=form, headers=headers)
            if answer.status_code != 200 or len(answer.content) > ANSWER_MAX:
                what = f"answered {answer.status_code} with {len(answer.content)} bytes at {urlsplit(address).path}"
                raise RejectError("provider-refused" if answer.is_client_error else "provider-away", _WHERE, what)
            value = answer.json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise RejectError("provider-away", _WHERE, f"does not answer: {error}") from error
        if not isinstance(value, dict):
            raise RejectError("provider-away", _WHERE, "answers what is no JSON object")
        return value

    def _client_fields(self) -> dict[str, str]:
        return {} if self.settings.client_secret_file else {"client_id": self.settings.client_id}

    def _client_headers(self) -> dict[str, str]:
        """Prove who asks by the client's secret (RFC 6749, 2.3.1); without one PKCE alone proves that it is the same who began."""
        path = self.settings.client_secret_file
        if path is None:
            return {}
        try:
            secret = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise RejectError("provider-away", str(path), f"holds no readable client secret: {error}") from error
        pair = ":".join(urlencode({"": part})[1:] for part in (self.settings.client_id, secret))
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
