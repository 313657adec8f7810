"""Central's settings: a TOML file, over which the command's options win."""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from central.evidence.accounts.roles import Role
from contract.faults import StopError
from contract.limits.rows import Rounding

TermedState = Literal["screened", "reviewed", "legally-reviewed", "decided", "notified", "objected", "heard", "closed"]
"""States of a case that have a term (`central/review/workflow.toml`; a test holds the two together)."""

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


class RetentionSettings(_Table):
    """How many days pictures, clips and plates of vehicles that were not overloaded are kept after they came."""

    not_overloaded_days: Annotated[float, Field(gt=0, le=3_650)] = 30.0


class ReviewSettings(_Table):
    """What screening asks of a case, when one is major, and the office's calendar."""

    utc_offset_h: Annotated[int, Field(ge=-12, le=14)] = 8
    """Where a day begins and ends for terms, years and permits."""
    calendar: str = "cn"
    """Which calendar of public holidays counts the working days."""
    pictures_min: Annotated[int, Field(ge=1, le=20)] = 2
    """Least number of readable pictures that show which vehicle it was."""
    picture_kilopixels_min: Annotated[int, Field(ge=1, le=40_000)] = 300
    """Least size of such a picture, in thousands of pixels; 300 is 640 × 480, a bureau that asks for 2 megapixels states 2000."""
    plate_certainty_min: Annotated[float, Field(ge=0, le=1)] = 0.8
    major_amount: Annotated[int, Field(gt=0, le=1_000_000_000)] = 10_000
    """From this fine on, in units of the rules' currency, a case is major."""
    major_over_percent: Annotated[int, Field(gt=0, le=1_000)] = 100
    """From this degree of overload on a case is major, whatever the fine."""
    hearing_working_days: Annotated[int, Field(ge=1, le=60)] = 5
    """How long the party may ask for the hearing it was offered (Administrative Penalty Law, art. 64)."""
    repeats_allowed: Annotated[int, Field(ge=0, le=100)] = 3
    """More overloads of one plate in a year than this are flagged (order 62 of 2016, art. 46)."""
    trip_hours: Annotated[float, Field(gt=0, le=72)] = 6.0
    """Within so many hours of each other two stations may have weighed the same trip."""
    trip_fastest_km_h: Annotated[float, Field(gt=0, le=300)] = 130.0
    """Faster than this, over the line of sight between two stations, it was not one vehicle."""
    fine_rounding: Rounding | None = None
    """How a part of a step counts in a fine, where the office has settled it otherwise than the rule pack."""
    working_days: dict[TermedState, Annotated[int, Field(ge=1, le=250)]] = {}
    """The office's own terms by state, where they differ from those of the workflow."""


class LoginSettings(_Table):
    """Who must show a second factor, and how many wrong tries an address has a minute before it must wait."""

    second_factor_roles: frozenset[Role] = frozenset()
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
    def key_folder(self) -> Path:
        """Where the key lies that signs receipts."""
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
