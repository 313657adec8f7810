"""Weighing a recorded vehicle again: the same to the kilogram from the capture alone, and what was forged is named."""

import json
import subprocess
import sys
from dataclasses import replace
from io import BytesIO

import pytest

from contract.captures import CaptureReader, capture_bytes
from contract.disclosures import parse_record_envelope
from contract.faults import RejectError
from contract.media import MediaRole, sha256_hex
from contract.records import parse_record
from contract.signatures import payload_of
from edge.reweigh import Documents, reweigh
from tests.recorded_station import recorded_station

pytestmark = pytest.mark.usefixtures("captures")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return recorded_station(tmp_path_factory.mktemp("station"), vehicles=6)


def payloads(made):
    return [payload_of(parse_record_envelope(envelope, "x"), "x") for envelope in made.envelopes]


def opened(made, index):
    record = parse_record(payloads(made)[index], "x")
    capture = next(item.sha256 for item in record.media if item.role is MediaRole.CAPTURE)
    return record, Documents(made.blobs[capture], made.station_text, made.calibration.dump())


@pytest.mark.parametrize("site", ["plates2", "strips4", "strips2"])
def test_every_recorded_vehicle_weighs_the_same_again_to_the_kilogram(tmp_path, site):
    made = recorded_station(tmp_path, site, vehicles=60)
    assert len(made.envelopes) > 20
    for index in range(len(made.envelopes)):
        result = reweigh(*opened(made, index))
        assert result.differences == ()
        assert result.is_equal
        assert result.same_software


def test_all_that_a_weight_rests_on_goes_to_central(made):
    for index in range(len(made.envelopes)):
        record, documents = opened(made, index)
        assert made.blobs[record.parameters_sha256] == documents.station.encode()
        assert made.blobs[record.calibration.sha256] == documents.calibration.encode()


def changed_capture(data, counts_more=1):
    """Raise the highest samples of the first sensor, as a forger with the whole software would."""
    reader = CaptureReader(BytesIO(data), "capture")
    (block,) = reader.blocks(reader.header.channels, 10**9)
    counts = block.counts.copy()
    counts[0, counts[0] > 0.8 * counts[0].max()] += counts_more
    return capture_bytes(reader.header, counts, reader.gaps, reader.before)


@pytest.mark.parametrize(
    ("code", "forge"),
    [
        ("capture-differs", lambda one: Documents(changed_capture(one.capture), one.station, one.calibration)),
        ("station-file-differs", lambda one: Documents(one.capture, one.station.replace("0.5", "0.4"), one.calibration)),
        ("calibration-differs", lambda one: Documents(one.capture, one.station, one.calibration.replace("1.0", "0.9"))),
        ("calibration-differs", lambda one: Documents(one.capture, one.station, None)),
    ],
)
def test_a_forged_document_is_named(made, code, forge):
    record, documents = opened(made, 0)
    with pytest.raises(RejectError) as caught:
        reweigh(record, forge(documents))
    assert caught.value.code == code


def test_a_forged_record_differs_where_it_was_forged(made):
    record, documents = opened(made, 0)
    heavier = replace(record.axles[0], load_kg=record.axles[0].load_kg + 1)
    forged = record.model_copy(update={"axles": (heavier, *record.axles[1:]), "gross_kg": record.gross_kg + 1})
    result = reweigh(forged, documents)
    assert not result.is_equal
    assert {one.field for one in result.differences} == {"axles 1.load_kg", "gross_kg"}
    assert [one.signed - one.again for one in result.differences] == [1, 1]


def test_a_capture_forged_with_its_hash_weighs_otherwise(made):
    record, documents = opened(made, 0)
    forged = changed_capture(documents.capture, 200)
    media = tuple(
        item.model_copy(update={"sha256": sha256_hex(forged)}) if item.role is MediaRole.CAPTURE else item for item in record.media
    )
    result = reweigh(record.model_copy(update={"media": media}), Documents(forged, *_texts(documents)))
    differing = {one.field: abs(one.signed - one.again) for one in result.differences if one.field.endswith("_kg")}
    assert differing["gross_kg"] > 10


def _texts(documents):
    return documents.station, documents.calibration


def test_other_software_is_compared_and_said_to_be_other(made):
    record, documents = opened(made, 1)
    older = record.model_copy(update={"software": record.software.model_copy(update={"version": "0.0.9", "sha256": "1" * 64})})
    result = reweigh(older, documents)
    assert (result.is_equal, result.same_software) == (True, False)


def test_a_capture_without_what_was_known_before_is_refused(made):
    record, documents = opened(made, 0)
    reader = CaptureReader(BytesIO(documents.capture), "capture")
    (block,) = reader.blocks(reader.header.channels, 10**9)
    bare = capture_bytes(reader.header, block.counts, reader.gaps)
    media = tuple(item.model_copy(update={"sha256": sha256_hex(bare)}) for item in record.media if item.role is MediaRole.CAPTURE)
    with pytest.raises(RejectError, match="weighed alone, it may differ"):
        reweigh(record.model_copy(update={"media": media}), Documents(bare, *_texts(documents)))


def run(*arguments):
    command = [sys.executable, "-m", "edge", "reweigh", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_the_command_says_it_in_words_and_as_json(made, tmp_path):
    record, documents = opened(made, 0)
    files = {"record": made.envelopes[0], "payload": payloads(made)[0], "--capture": documents.capture}
    files |= {"--station": documents.station.encode(), "--calibration": documents.calibration.encode()}
    paths = {name: tmp_path / name.strip("-") for name in files}
    for name, data in files.items():
        paths[name].write_bytes(data)
    options = [word for name in files if name.startswith("-") for word in (name, paths[name])]
    said = run(paths["record"], *options)
    assert said.returncode == 0, said.stderr
    assert "Equal in every figure, to the kilogram" in said.stdout
    told = json.loads(run(paths["payload"], *options, "--json").stdout)
    assert (told["equal"], told["differences"], told["again"]["gross_kg"]) == (True, [], record.gross_kg)
    paths["--station"].write_text("[station]\n")
    refused = run(paths["record"], *options)
    assert refused.returncode == 3
    assert "station file: is " in refused.stderr
    assert "Traceback" not in refused.stderr
    assert run(tmp_path / "nothing", *options).returncode == 3
    assert run(made.folder, *options).returncode == 3
