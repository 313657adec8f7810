"""Central's settings: a TOML file, over which the command's options win."""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from central.evidence.accounts.roles import Role
from central.office_settings import ReviewSettings
from contract.faults import RejectError, StopError
from contract.log.notes import KeyKind, VerifierKey

Port = Annotated[int, Field(ge=1, le=65_535)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BrokerSettings(_Table):
    """Where the broker is. With `ca_file` it is reached over TLS, mutual when `cert_file` and `key_file` are given."""

    host: str = "127.0.0.1"
    port: Port = 1883
    client_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")] = "wim-central"
    """Each ingest process needs its own: a broker throws the older of two equal ones out."""
    username: str | None = None
    password_file: Path | None = None
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.cert_file is None) != (self.key_file is None):
            msg = "cert_file and key_file are given together or not at all"
            raise ValueError(msg)
        if self.cert_file is not None and self.ca_file is None:
            msg = "cert_file needs ca_file: a certificate is shown to a broker that is itself verified"
            raise ValueError(msg)
        return self


class WebSettings(_Table):
    """Where the pages are served; port 0 takes a free one. `https` says that a proxy before it speaks TLS: cookies become `__Host-`."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8000
    https: bool = False
    public_url: Annotated[str, Field(pattern=r"^https?://[^\s?#]+$", max_length=200)] | None = None
    """Where browsers reach central, for the codes on documents and the way back from OpenID; None: that of `host` and `port`."""


Days = Annotated[float, Field(gt=0, le=36_500)]


class RetentionSettings(_Table):
    """How many days what names a person is kept; signed bytes, signals and hashes are kept for ever."""

    not_overloaded_days: Days = 30.0
    """Pictures, clips and plates of vehicles that were not overloaded, after they came."""
    dismissed_case_days: Days = 180.0
    """The same of an overload whose case was dismissed, after that: the six months in which a party may go to court (Administrative
    Litigation Law, art. 46)."""
    closed_case_days: Days = 1_825.0
    """The same of an overload whose case was decided and closed, after that."""
    quarantine_days: Days = 90.0
    """Bytes of refused messages after they last came, and supplements whose vehicle never came."""


class LogSettings(_Table):
    """The log's checkpoints: how often they are signed while it grows, under which name, and who else is asked to vouch for them."""

    seconds: Annotated[int, Field(ge=1, le=86_400)] = 300
    origin: Annotated[str, Field(pattern=r"^[^\s+]{1,200}$")] | None = None
    """The log's name in its checkpoints, best an address without a scheme, such as ``wim.example.org/log``; by default made of its key."""
    witness_url: Annotated[str, Field(pattern=r"^https?://")] | None = None
    """Submission prefix of a witness (c2sp.org/tlog-witness)."""
    witness_key: str | None = None
    """The witness's public key, as ``wim-central witness key`` prints it."""
    former_witness_keys: tuple[str, ...] = ()
    """Keys of witnesses that cosigned before, so that what they said can still be verified."""
    timestamp_url: Annotated[str, Field(pattern=r"^https?://")] | None = None
    """A time stamp authority over HTTP (RFC 3161, 3.4)."""
    timestamp_certificate: Path | None = None
    """The authority's root certificate, and any between it and the one that signs, in one PEM file."""
    answer_within_s: Annotated[float, Field(gt=0, le=120)] = 10.0

    @property
    def witness_keys(self) -> tuple[VerifierKey, ...]:
        """All witnesses whose word counts, the present one first."""
        words = (*((self.witness_key,) if self.witness_key else ()), *self.former_witness_keys)
        return tuple(VerifierKey.parse(word, "witness_key") for word in words)

    @model_validator(mode="after")
    def _keys_of_witnesses(self) -> Self:
        try:
            keys = self.witness_keys
        except RejectError as error:
            raise ValueError(error.what) from error
        if any(key.kind is not KeyKind.COSIGNATURE for key in keys):
            msg = "witness_key is a log's key; give the witness's, as `wim-central witness key` prints it"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.witness_url is None) != (self.witness_key is None):
            msg = "witness_url and witness_key are given together or not at all"
            raise ValueError(msg)
        if (self.timestamp_url is None) != (self.timestamp_certificate is None):
            msg = "timestamp_url and timestamp_certificate are given together or not at all"
            raise ValueError(msg)
        return self


class TmgStation(_Table):
    """Whom a station is to the FHWA Traffic Monitoring Guide; without this its vehicles cannot be exported in the guide's formats."""

    state: Annotated[str, Field(pattern=r"^[0-9]{2}$")]
    """FIPS code of the state; 00 outside the United States."""
    station: Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,6}$")]
    direction: Annotated[int, Field(ge=0, le=9)]
    """1 north, clockwise to 8 north-west; 9 and 0 both directions together, which weight data are not."""
    lanes: dict[int, Annotated[int, Field(ge=1, le=9)]] = Field(default_factory=dict)
    """The guide's lane, counted from the outside of the road, for each of the station's; those that are not named keep their number."""


class ExportSettings(_Table):
    """How many days a finished export may be fetched, and the stations' names in the Traffic Monitoring Guide, by station."""

    keep_days: Annotated[float, Field(gt=0, le=90)] = 7.0
    tmg: dict[str, TmgStation] = Field(default_factory=dict)


class LoginSettings(_Table):
    """Who must show a second factor, whether the office has one administrator only, and how many wrong tries an address has a minute."""

    second_factor_roles: frozenset[Role] = frozenset()
    single_administrator: bool = False
    """What takes two administrators takes one (docs/adr/0009). Said here and not counted: else one could close the other's account."""
    wrong_tries_per_minute: Annotated[int, Field(ge=1, le=1_000)] = 10


class ApiSettings(_Table):
    """How often one token may ask."""

    requests_per_minute: Annotated[int, Field(ge=1, le=1_000_000)] = 600


class WebhookSettings(_Table):
    """Whether other systems may be told at private addresses, such as those of the office's own network."""

    allow_private: bool = False


class OidcSettings(_Table):
    """Logging in by the office's OpenID provider; `roles` maps a value of the claim to a role of ours.

    `groups` maps further values to a station group, by name; without any of them the roles reach every station.
    """

    issuer: Annotated[str, Field(pattern=r"^https?://[^\s?#]+$")]
    client_id: Annotated[str, Field(min_length=1)]
    client_secret_file: Path | None = None
    name: str = "OpenID"
    """As the button on the login page calls the provider."""
    scopes: tuple[str, ...] = ("openid", "profile")
    claim: str = "groups"
    roles: dict[str, Role]
    groups: dict[str, str] = {}
    second_factor: bool = False
    """Whether the provider asks for a second factor itself, so that central need not."""


class Settings(_Table):
    """All of it. `data` is the folder of database, blobs and keys; `database_url` None means SQLite inside it."""

    data: Path
    database_url: str | None = None
    broker: BrokerSettings = BrokerSettings()
    web: WebSettings = WebSettings()
    retention: RetentionSettings = RetentionSettings()
    log: LogSettings = LogSettings()
    exports: ExportSettings = ExportSettings()
    review: ReviewSettings = ReviewSettings()
    login: LoginSettings = LoginSettings()
    api: ApiSettings = ApiSettings()
    webhooks: WebhookSettings = WebhookSettings()
    oidc: OidcSettings | None = None
    unsigned_quarantine_mb_per_day: Annotated[int, Field(ge=0, le=100_000)] = 64
    """Bound on refused messages that nobody had signed; beyond it they are only counted."""

    @property
    def url(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite:///{self.data / 'central.db'}"

    @property
    def blob_folder(self) -> Path:
        """Where pictures and captures lie."""
        return self.data / "blobs"

    @property
    def derived_folder(self) -> Path:
        """Where copies lie that are made for the screen; it may be emptied at any time."""
        return self.data / "derived"

    @property
    def export_folder(self) -> Path:
        """Where files of exports lie until they are fetched or deleted on schedule."""
        return self.data / "exports"

    @property
    def key_folder(self) -> Path:
        """Where the keys lie that sign receipts and checkpoints."""
        return self.data / "keys"


def load_settings(config: Path | None, options: dict[str, Any]) -> Settings:
    """Read the settings file, if one is given, and put the options over it; tables are merged key by key, None leaves a key alone.

    Raises
    ------
    StopError
        ``config-unreadable`` or ``config-invalid``, naming file, key, value and what is allowed.
    """
    source = "options" if config is None else str(config)
    try:
        given = {} if config is None else tomllib.loads(config.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise StopError("config-unreadable", source, f"is no readable TOML file: {error}") from error
    try:
        return Settings.model_validate(_merged(given, options))
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, item['loc']))} = {item['input']!r}: {item['msg']}" for item in error.errors(include_url=False)]
        raise StopError("config-invalid", source, "; ".join(lines)) from error


def _merged(given: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    merged = dict(given)
    for key, value in options.items():
        if isinstance(value, dict):
            merged[key] = _merged(merged.get(key, {}), value)
        elif value is not None:
            merged[key] = value
    return merged
