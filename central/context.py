"""What every part of a running central shares: settings, database, blobs, clock, counters.

Pages find it in ``request.app.state.central``.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import structlog

from central.checkpointing.trust import trusted_by
from central.config import Settings
from central.evidence.acts import ActFilter, find_acts
from central.evidence.blobs import BlobStore
from central.evidence.database import Database
from central.evidence.derived import DerivedFolder
from central.evidence.fault_text import WHAT_MAX, WHERE_MAX, fault_text
from central.evidence.journal import Verb
from central.evidence.log.vouching import Trusted
from central.evidence.paging import PAGE_ROWS_MAX
from central.evidence.vault import Vault
from central.metrics import Metrics
from central.openid import Provider
from central.rate_limit import RateLimit
from central.recent_lists import RecentLists
from central.reweighing.desk import ReweighDesk
from contract.faults import WimError
from contract.units import US_PER_S

_LOG = structlog.get_logger("central")


WRONG_TRIES_US: Final = 2 * 60 * US_PER_S
"""After this long the brake on wrong tries has forgotten whatever it held: its burst is what comes back in two minutes."""


class Ending:
    """Why the service must end, once something has found that going on would do harm; whoever serves waits on it."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self.error: WimError | None = None

    @property
    def asked(self) -> bool:
        """Whether the service must end."""
        return self._asked.is_set()

    def wait(self) -> None:
        """Wait until the service must end."""
        self._asked.wait()

    def ask(self, error: WimError) -> None:
        """Ask the service to end because of `error`; the first one counts."""
        if not self.asked:
            self.error = error
            self._asked.set()


@dataclass
class Central:
    """The shared parts; `now_us` is the clock, UTC in µs, and `broker_connected` asks ingest, once it runs."""

    settings: Settings
    database: Database
    blobs: BlobStore
    now_us: Callable[[], int]
    derived: DerivedFolder
    metrics: Metrics = field(default_factory=Metrics)
    reweigh_desk: ReweighDesk = field(default_factory=ReweighDesk)
    ending: Ending = field(default_factory=Ending)
    export_asked: threading.Event = field(default_factory=threading.Event)
    """Set when somebody has asked for an export; its maker waits on it."""
    recent_lists: RecentLists = field(default_factory=RecentLists)
    broker_connected: Callable[[], bool] = lambda: False

    @cached_property
    def vault(self) -> Vault:
        """What seals secrets that must be read again; its key lies in the keys folder."""
        return Vault(self.settings.key_folder)

    @cached_property
    def provider(self) -> Provider | None:
        """The office's OpenID provider, None where the settings name none."""
        return None if self.settings.oidc is None else Provider(self.settings.oidc)

    @cached_property
    def trusted(self) -> Trusted:
        """Whose word about the log counts."""
        return trusted_by(self.settings)

    @cached_property
    def token_rate(self) -> RateLimit:
        """How often each token asks."""
        per_minute = self.settings.api.requests_per_minute
        return RateLimit(per_minute, burst=max(1, per_minute // 2))

    @cached_property
    def wrong_tries(self) -> RateLimit:
        """How often each address was wrong about a password, a code or a link; a restart counts them from the journal."""
        per_minute = self.settings.login.wrong_tries_per_minute
        brake = RateLimit(per_minute, burst=2 * per_minute)
        recent = ActFilter(verb=Verb.REFUSED, from_us=max(0, self.now_us() - WRONG_TRIES_US))
        with self.database.read() as session:
            acts = find_acts(session, recent, limit=PAGE_ROWS_MAX).rows
        for act in reversed(acts):
            if act.entry.detail.get("what") == "login":
                brake.take(act.entry.address, act.entry.time_us)
        return brake

    def count(self, error: WimError) -> None:
        """Count a fault and write its one line to the log."""
        self.metrics.faults.labels(error.code).inc()
        where, what = fault_text(error.where, WHERE_MAX), fault_text(error.what, WHAT_MAX)
        _LOG.warning("fault", code=error.code, where=where, what=what, reaction=error.reaction.value)
