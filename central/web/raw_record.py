"""The signed record as a reader sees it: each digest with the text that it stands for, or that the text was deleted."""

import json
from collections.abc import Mapping
from typing import Any, Final

from central.evidence.vehicle_detail import VehicleDetail

DELETED: Final = "▇▇▇"


def raw_record(detail: VehicleDetail) -> str:
    """Give a vehicle's record as indented JSON; of a record of version 1, which signs its texts, those are masked that were deleted."""
    record: dict[str, Any] = json.loads(detail.signed.payload)
    if detail.record.version == 1 and detail.summary.swept_us is not None:
        record["plate"] = record["plate"] and DELETED
        record["plates"] = [{**read, "text": DELETED, "event_id": DELETED, "reasons": [], "readings": []} for read in record["plates"]]
    texts = {disclosure.sha256: disclosure.text for disclosure in detail.signed.disclosures}
    return json.dumps(_with_texts(record, texts), ensure_ascii=False, indent=2)


def _with_texts(value: Any, texts: Mapping[str, str]) -> Any:  # noqa: ANN401 - any value of JSON
    if isinstance(value, list):
        return [_with_texts(item, texts) for item in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"sha256"}:
        return value | {"text": texts.get(value["sha256"], DELETED)}
    return {key: _with_texts(item, texts) for key, item in value.items()}
