"""The tables of the evidence database, one module for each subject; importing this package registers them all."""

from central.evidence.models.accounts import (
    Account,
    AccountGrant,
    ApiToken,
    LoginSession,
    LoginToken,
    RecoveryCode,
    StationGroup,
    StationGroupMember,
)
from central.evidence.models.base import Base
from central.evidence.models.cases import (
    Case,
    CaseEvent,
    CaseExemption,
    CaseObjection,
    CasePart,
    Notice,
    ScreeningCursor,
    StationPublication,
)
from central.evidence.models.exports import ExportJob
from central.evidence.models.journal import Act
from central.evidence.models.log import LogCheckpoint, LogCosignature, LogLeaf, LogNode, LogPeer, LogTimestamp
from central.evidence.models.privacy import HeldText, LegalHold
from central.evidence.models.publicity import IssuedDocument, QueryBrake, QueryVisit
from central.evidence.models.records import (
    Blob,
    ChainState,
    Deletion,
    Media,
    Quarantine,
    QuarantineDay,
    Record,
    Station,
    StationKey,
    StationStatus,
    Supplement,
    Vehicle,
)
from central.evidence.models.reweighing import Reweighing
from central.evidence.models.webhooks import DeliveryState, WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookEvent

__all__ = [
    "Account",
    "AccountGrant",
    "Act",
    "ApiToken",
    "Base",
    "Blob",
    "Case",
    "CaseEvent",
    "CaseExemption",
    "CaseObjection",
    "CasePart",
    "ChainState",
    "Deletion",
    "DeliveryState",
    "ExportJob",
    "HeldText",
    "IssuedDocument",
    "LegalHold",
    "LogCheckpoint",
    "LogCosignature",
    "LogLeaf",
    "LogNode",
    "LogPeer",
    "LogTimestamp",
    "LoginSession",
    "LoginToken",
    "Media",
    "Notice",
    "Quarantine",
    "QuarantineDay",
    "QueryBrake",
    "QueryVisit",
    "Record",
    "RecoveryCode",
    "Reweighing",
    "ScreeningCursor",
    "Station",
    "StationGroup",
    "StationGroupMember",
    "StationKey",
    "StationPublication",
    "StationStatus",
    "Supplement",
    "Vehicle",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookEvent",
]
