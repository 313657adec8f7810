"""Which stored columns something vouches for, and which are left out of the flips, by name and with the reason.

A table or column that stands in neither fails `test_bit_flips.py`: whoever adds one decides what vouches for it. docs/log.md says the same
to the reader.
"""

from typing import Final

VOUCHED: Final[dict[str, str]] = {
    "record": "station seq sha256 prev_sha256 type time_us received_us key_id chain mark payload envelope id",
    "vehicle": "record_id station seq lane time_us plate plate_certainty_ppm axles vehicle_class speed_mm_s gross_kg gross_u_kg limit_kg "
    "over_kg outcome enforceable playback swept_us",
    "supplement": "record_id station of_seq of_sha256 swept_us",
    "late_match": "record_id",
    "disclosure": "record_id position salt text",
    "media": "record_id position role sha256 media_type size",
    "blob": "sha256 size",
    "deletion": "sha256 size deleted_us after_days",
    "station": "id name enrolled_us",
    "station_key": "key_id station public_key valid_from_us valid_until_us",
    "station_publication": "id station road stake office institute place latitude_udeg longitude_udeg certificate verified_from_us "
    "verified_until_us from_us until_us entered_us",
    "legal_hold": "id station seq reason placed_by placed_us lifted_by lifted_us lifted_reason",
    "case_file": "id record_id station seq time_us plate over_kg over_ppm state version opened_us entered_us due_us gates cleared trip "
    "major outcome amount_cents discussion_event hearing_event hearing_until_us ruling decided_us notified_us closed_us home_informed_us "
    "published_us",
    "case_event": "case_id version time_us person account address action from_state to_state entry entry_sha256 act_id",
    "case_part": "case_id person part",
    "case_exemption": "id case_id exemption evidence permit_number permit_from permit_until registered_kg found_by found_us lifted_by "
    "lifted_us",
    "case_objection": "id case_id channel text contact received_us late",
    "notice": "station year serial number case_id issued_us",
    "issued_document": "id case_id kind language basis sha256 size issued_us person",
    "reweighing": "station seq record_sha256 time_us person outcome software_sha256 result",
    "act": "id time_us person account verb subject entry",
    "log_leaf": "leaf_index kind object_id leaf",
    "log_node": "level node_index hash",
    "log_checkpoint": "id size note",
    "log_cosignature": "checkpoint_id witness time_s line",
    "log_timestamp": "checkpoint_id time_us sha256 answer",
}
"""Columns whose every bit is found, by table."""

UNVOUCHED: Final[dict[str, dict[str, str]]] = {
    "blob": {
        "station": "who sent the bytes first; they are held by their hash, whoever sent them",
        "received_us": "when they came; nothing is decided by it",
    },
    "case_file": {
        "screening_wanted": "how often a screening was asked for; a difference only lets it be screened again",
        "screening_done": "up to which wish it was screened; likewise",
        "screened_us": "when it was screened last; what was found is in the history",
    },
    "case_event": {"id": "the number of its row; steps are ordered by their version"},
    "reweighing": {"id": "the number of its row; it is named by its hash"},
    "legal_hold": {"plate": "no digest of a plate is kept for ever: it could be guessed; the journal says that a plate is held"},
    "log_checkpoint": {"made_us": "when central says that it signed; cosignature and time stamp hold it to the hour"},
}
"""Columns of the same tables that nothing vouches for, and why that is borne."""

NO_PART_OF_A_CASE: Final[dict[str, str]] = {
    **dict.fromkeys(
        ("account", "account_grant", "account_reset", "recovery_code", "login_session", "login_token", "api_token"), "who may log in"
    ),
    **dict.fromkeys(("station_group", "station_group_member"), "who may see what; acts hold person and account themselves"),
    **dict.fromkeys(
        ("station_tally", "traffic_day", "traffic_month", "traffic_hour", "traffic_class", "traffic_degree", "overload_plate"),
        "sums of records",
    ),
    **dict.fromkeys(("network_day", "network_hour"), "sums of those sums"),
    **dict.fromkeys(("webhook_endpoint", "webhook_event", "webhook_delivery", "webhook_attempt"), "what was told to other systems"),
    **dict.fromkeys(("quarantine", "quarantine_day"), "what was refused and is no evidence"),
    **dict.fromkeys(("query_visit", "query_brake"), "who looks up his own case at the moment"),
    "carrier": "an imported list, no evidence",
    "export_job": "files on order, deleted on schedule",
    "log_peer": "how the last question to witness and authority ended",
    "screening_cursor": "how far cases have been opened",
    "station_status": "the last unsigned status of a station, for display",
}
"""Tables that hold nothing of a case, by name, and what they hold."""
