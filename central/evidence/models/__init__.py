"""The tables of the evidence database, one module for each subject; importing this package registers them all."""

from central.evidence.models.accounts import Account, LoginSession, LoginToken
from central.evidence.models.aggregates import Carrier, OverloadPlate, StationTally, TrafficClass, TrafficDay, TrafficDegree, TrafficHour
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
from central.evidence.models.journal import Act
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

__all__ = [
    "Account",
    "Act",
    "Base",
    "Blob",
    "Carrier",
    "Case",
    "CaseEvent",
    "CaseExemption",
    "CaseObjection",
    "CasePart",
    "ChainState",
    "Deletion",
    "LoginSession",
    "LoginToken",
    "Media",
    "Notice",
    "OverloadPlate",
    "Quarantine",
    "QuarantineDay",
    "Record",
    "ScreeningCursor",
    "Station",
    "StationKey",
    "StationPublication",
    "StationStatus",
    "StationTally",
    "Supplement",
    "TrafficClass",
    "TrafficDay",
    "TrafficDegree",
    "TrafficHour",
    "Vehicle",
]
