"""An OpenID provider for tests that speaks real HTTP: discovery, keys, authorization and token endpoint; it can be made to lie."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, OKPKey, RSAKey

CLIENT, SECRET = "weighline", "client secret: with% signs"
KEYS: dict[str, Callable[[], Any]] = {
    "RS256": lambda: RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True),
    "ES256": lambda: ECKey.generate_key("P-256", {"use": "sig"}, auto_kid=True),
    "Ed25519": lambda: OKPKey.generate_key("Ed25519", {"use": "sig"}, auto_kid=True),
}


@dataclass
class FakeProvider:
    """Vouches for `claims` whoever asks; `spoil` changes an ID token's header and claims before it is signed."""

    issuer: str
    now_s: Callable[[], int] = lambda: int(time.time())
    claims: dict[str, Any] = field(default_factory=lambda: {"sub": "u-17", "preferred_username": "wang", "groups": ["wim-review"]})
    algorithm: str = "RS256"
    key: Any = None
    published: list[Any] = field(default_factory=list)
    spoil: Callable[[dict[str, Any], dict[str, Any]], None] = lambda _header, _claims: None
    description: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def use(self, algorithm: str) -> None:
        """Sign with a new key of that kind, which is published."""
        self.algorithm, self.key = algorithm, KEYS[algorithm]()
        self.published = [self.key]

    def authorise(self, query: dict[str, str]) -> str:
        """Log the visitor in at once, and give where he is sent back to."""
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        asked = self.codes.pop(form.get("code", ""), None)
        pair = base64.b64decode(authorization.removeprefix("Basic ")).decode().split(":")
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        known = [unquote_plus(part) for part in pair] == [CLIENT, SECRET]
        if not known or asked is None or asked["redirect_uri"] != form["redirect_uri"] or asked["code_challenge"] != challenge:
            return 400, {"error": "invalid_grant"}
        header: dict[str, Any] = {"alg": self.algorithm, "kid": self.key.kid}
        claims = {"iss": self.issuer, "aud": CLIENT, "exp": self.now_s() + 300, "iat": self.now_s(), "nonce": asked["nonce"], **self.claims}
        self.spoil(header, claims)
        return 200, {"access_token": "unused", "token_type": "Bearer", "id_token": self.signed(header, claims)}

    def signed(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        if header["alg"] == "none":
            parts = (json.dumps(part).encode() for part in (header, claims))
            return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."
        key = OctKey.import_key(SECRET) if header["alg"] == "HS256" else self.key
        return jwt.encode(header, claims, key, algorithms=[header["alg"]])

    def answer(self, path: str) -> dict[str, Any] | None:
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            paths = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
            return {"issuer": self.issuer} | {name: self.issuer + end for name, end in paths.items()} | self.description
        return KeySet(self.published).as_dict(private=False) if path == "/keys" else None  # type: ignore[return-value]


@contextmanager
def providing() -> Iterator[FakeProvider]:
    """Serve a provider until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/authorize":
                self.send_response(302)
                self.send_header("location", provider.authorise({name: value[0] for name, value in parse_qs(parts.query).items()}))
                self.send_header("content-length", "0")
                self.end_headers()
                return
            found = provider.answer(parts.path)
            self.give(404 if found is None else 200, found or {})

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
            self.give(*provider.token({name: value[0] for name, value in form.items()}, self.headers.get("authorization", "")))

        def give(self, status: int, value: dict[str, Any]) -> None:
            data = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = FakeProvider(f"http://127.0.0.1:{server.server_port}")
    provider.use("ES256")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
