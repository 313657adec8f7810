import base64
import json
import re

import pytest
from sqlalchemy import update

from central.config import RetentionSettings, Settings
from central.evidence.models import Record
from central.housekeeping import delete_due
from contract.clips import CLIP_TYPE, ClipFrame, clip_bytes
from contract.media import MediaRole, sha256_hex
from contract.records import CertificateEntry, VerificationEntry
from contract.signatures import Envelope
from contract.verdicts import Bar, Gate
from tests.central.bench import T0_US
from tests.central.web.passages import passage, picture, ref, store_blob, store_passage

PAGE = "/vehicles/G104-K12/1"
BARRED = (Gate(bar=Bar.ACCELERATION, detail="-2.10 m/s²; allowed is at most 1 m/s² either way"),)


def test_the_page_answers_and_proves(officer):
    record = store_passage(officer.bench)
    page = officer.page(PAGE)
    for text in (
        "43.0\u00a0t allowed, 49.2\u00a0±\u00a01.0\u00a0t measured: 6.2\u00a0t over",
        "Enforceable.",
        "art. 3 (1) 7",
        "A five-axle combination whose gross weight exceeds 43,000 kg is over the limit.",
        "49,200 − 984 = 48,216 > 43,000",
        "22,200 − 555 = 21,645 > 19,000",
        "Speed within the verified range",
        "tyres not seen",
        "Signature verified just now",
        "Linked to the record before it.",
        record.media[0].sha256,
        officer.bench.station.key_id,
        "<title id=",
    ):
        assert text in page, text
    assert "cannot be trusted" not in page


def test_the_page_in_chinese(officer):
    store_passage(officer.bench, barred_by=BARRED)
    page = officer.page(PAGE, language="zh")
    for text in (
        "超限6.2\u00a0t",
        "不得作为执法依据：通过时加速或制动。",
        "第3条第1款第7项",
        "五轴汽车列车，其车货总质量超过43,000千克",
        "轴载",
        "已用站点登记的密钥验证签名",
    ):
        assert text in page, text


def test_a_record_changed_after_signing_blocks_the_page(officer):
    store_passage(officer.bench)
    with officer.bench.central.database.write() as session:
        row = session.query(Record).one()
        envelope = Envelope.model_validate_json(row.envelope)
        payload = base64.b64decode(envelope.payload).replace(b'"lane":1', b'"lane":2')
        forged = envelope.model_copy(update={"payload": base64.b64encode(payload).decode()})
        session.execute(update(Record).values(payload=payload, envelope=forged.model_dump_json().encode()))
    page = officer.page(PAGE)
    assert "This record cannot be trusted" in page
    assert "does not fit the payload" in page
    assert "Signature verified" not in page


def test_a_stored_payload_that_is_not_the_signed_one_blocks_the_page(officer):
    store_passage(officer.bench)
    with officer.bench.central.database.write() as session:
        row = session.query(Record).one()
        session.execute(update(Record).values(payload=row.payload.replace(b'"lane":1', b'"lane":2')))
    assert "the stored record is not the one that was signed" in officer.page(PAGE)


def test_what_has_not_arrived_is_said_and_not_shown(officer):
    bench = officer.bench
    scene = ref(MediaRole.SCENE, picture(), "image/jpeg")
    capture = ref(MediaRole.CAPTURE, b"later", "application/x-hdf5")
    bench.send(bench.station.sign(passage(bench.station, media=(scene, capture))))
    page = officer.page(PAGE)
    assert "<img" not in page
    assert "Not arrived yet" in page
    assert "The signal has not arrived yet" in page
    assert officer.get(f"{PAGE}/waveform.json").status_code == 404
    assert officer.get(f"/media/{scene.sha256}").status_code == 404


def test_media_only_of_stored_records_with_their_own_type(officer):
    record = store_passage(officer.bench)
    stray = picture(10, 10)
    store_blob(officer.bench, stray)
    assert officer.get(f"/media/{sha256_hex(stray)}").status_code == 404
    scene, _, capture = record.media
    shown = officer.get(f"/media/{scene.sha256}")
    assert shown.headers["content-type"] == "image/jpeg"
    assert sha256_hex(shown.content) == scene.sha256
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert shown.headers["cache-control"] == "private, max-age=3600", "what is deleted on schedule does not stay in a browser for long"
    saved = officer.get(f"/media/{capture.sha256}")
    assert saved.headers["content-type"] == "application/octet-stream"
    assert saved.headers["content-disposition"].startswith("attachment")
    assert officer.get("/media/..%2f..%2fetc").status_code in {404, 422}


def test_a_station_cannot_serve_a_page_in_centrals_name(officer):
    bench = officer.bench
    html = b"<script>alert(1)</script>"
    bench.send(bench.station.sign(passage(bench.station, media=(ref(MediaRole.SCENE, html, "text/html"),))))
    store_blob(bench, html)
    answer = officer.get(f"/media/{sha256_hex(html)}")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")


def test_the_waveform_is_a_document_with_the_crossings(officer):
    store_passage(officer.bench)
    answer = officer.get(f"{PAGE}/waveform.json?theme=dark")
    assert len(answer.content) < 400_000
    assert answer.json()["doc"]["version"]
    assert '"crossings"' in answer.text
    picture_of_it = officer.get(f"{PAGE}/waveform.svg")
    assert picture_of_it.headers["content-type"] == "image/svg+xml"
    assert picture_of_it.text.startswith("<svg")


def test_a_damaged_capture_is_told_and_counted(officer):
    record = store_passage(officer.bench)
    officer.bench.central.blobs.path(record.media[2].sha256).write_bytes(b"not any more")
    answer = officer.client.get(f"{PAGE}/waveform.json")
    assert answer.status_code == 422
    assert "no longer has the hash" in answer.json()["what"]
    assert officer.bench.fault_count("blob-hash") == 1


def test_the_envelope_is_given_byte_for_byte(officer):
    record = passage(officer.bench.station)
    envelope = officer.bench.station.sign(record)
    officer.bench.send(envelope)
    answer = officer.get(f"{PAGE}/envelope.json")
    assert answer.content == envelope
    assert answer.headers["content-disposition"] == 'attachment; filename="G104-K12-1.dsse.json"'


def test_a_record_leads_to_its_place_in_the_log(officer):
    store_passage(officer.bench)
    assert 'href="/log/records/G104-K12/1"' in officer.page(PAGE)
    there = officer.get("/log/records/G104-K12/1")
    assert there.status_code == 303
    assert "G104-K12" in officer.page(there.headers["location"])


def test_the_raw_record_is_shown(officer):
    record = store_passage(officer.bench)
    page = officer.page(PAGE)
    assert "&#34;gross_kg&#34;: 49200" in page
    assert json.loads(record.model_dump_json())["seq"] == 1


@pytest.mark.parametrize("path", ["/vehicles/G104-K12/99", "/vehicles/nowhere/1"])
def test_a_vehicle_that_is_not_there(officer, path):
    answer = officer.get(path)
    assert answer.status_code == 404
    assert "Not found" in answer.text


def test_a_database_that_is_away_is_a_page_of_its_own(officer):
    officer.bench.central.database.engine.dispose()
    path = officer.bench.central.settings.data / "central.db"
    path.rename(path.with_suffix(".gone"))
    path.mkdir()
    answer = officer.get("/vehicles")
    assert answer.status_code == 503
    assert "Central cannot reach its database" in answer.text
    assert "stations keep their records" in answer.text


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", ("No. 3, event counter 7", "JJG-7, Institute, from", "Scale verified by an institute")),
        ("zh", ("第 3 号，事件计数器 7", "衡器检定", "衡器经机构检定有效")),
    ],
)
def test_the_certificate_and_the_scales_verification_are_shown(officer, language, shown):
    verification = VerificationEntry(number="JJG-7", institute="Institute", from_us=1_577_808_000_000_000, until_us=4_102_416_000_000_000)
    store_passage(officer.bench, certificate=CertificateEntry(number=3, sha256="5" * 64, counter=7, verification=verification))
    page = officer.page(PAGE, language=language)
    for text in shown:
        assert text in page, text


def test_without_a_certificate_the_verification_is_not_ticked(officer):
    store_passage(officer.bench)
    assert "Scale verified by an institute: nothing to judge" in re.sub("<[^>]+>", "", officer.page(PAGE))


def test_pictures_are_shown_as_copies_and_the_originals_stay_as_they_came(officer):
    front, rear, overview = (picture(64, height) for height in (40, 42, 44))
    media = tuple(
        ref(role, data, "image/jpeg") for role, data in ((MediaRole.REAR, rear), (MediaRole.OVERVIEW, overview), (MediaRole.FRONT, front))
    )
    bench = officer.bench
    bench.send(bench.station.sign(passage(bench.station, media=media)))
    for data in (front, rear, overview):
        store_blob(bench, data)
    page = officer.page(PAGE)
    places = [page.index(f'src="{PAGE}/pictures/{sha256_hex(data)}.jpg"') for data in (front, rear, overview)]
    assert places == sorted(places)
    copy = officer.get(f"{PAGE}/pictures/{sha256_hex(front)}.jpg")
    assert copy.headers["content-type"] == "image/jpeg"
    assert copy.content != front
    assert officer.get(f"/media/{sha256_hex(front)}").content == front


def test_a_clip_plays_as_a_copy_in_pieces_and_is_saved_as_the_original(officer):
    bench = officer.bench
    clip = clip_bytes([ClipFrame(T0_US + 100_000 * place, picture()) for place in range(4)], 64, 48)
    bench.send(bench.station.sign(passage(bench.station)))
    of = bench.station.last
    bench.send(bench.station.sign(bench.station.supplement(of, media=(ref(MediaRole.CLIP, clip, CLIP_TYPE),))))
    address = f"{PAGE}/clips/{sha256_hex(clip)}.webm"
    assert "Not arrived yet" in officer.page(PAGE)
    assert officer.get(address).status_code == 404
    store_blob(bench, clip)
    assert f'<source src="{address}" type="video/webm">' in officer.page(PAGE)
    whole = officer.get(address)
    assert whole.headers["content-type"] == "video/webm"
    assert whole.content.startswith(b"\x1a\x45\xdf\xa3")
    assert "media-src 'self'" in officer.get(PAGE).headers["content-security-policy"]
    piece = officer.client.get(address, headers={"Range": "bytes=100-199"})
    assert (piece.status_code, piece.content) == (206, whole.content[100:200])
    original = officer.get(f"/media/{sha256_hex(clip)}")
    assert original.content == clip
    assert original.headers["content-disposition"].endswith('.avi"')
    assert officer.get(f"{PAGE}/pictures/{sha256_hex(clip)}.jpg").headers["content-type"] == "image/jpeg"


def test_a_copy_of_what_is_no_longer_its_hash_is_refused(officer):
    record = store_passage(officer.bench)
    path = officer.bench.central.blobs.path(record.media[0].sha256)
    path.write_bytes(path.read_bytes() + b"x")
    answer = officer.get(f"{PAGE}/pictures/{record.media[0].sha256}.jpg")
    assert answer.status_code == 422
    assert "no longer has the hash" in answer.text


def test_what_calls_itself_a_picture_and_is_none_is_neither_shown_nor_copied(officer):
    bench = officer.bench
    html = b"<script>alert(1)</script>"
    bench.send(bench.station.sign(passage(bench.station, media=(ref(MediaRole.FRONT, html, "image/jpeg"),))))
    store_blob(bench, html)
    assert officer.get(f"/media/{sha256_hex(html)}").headers["content-type"] == "application/octet-stream"
    assert officer.get(f"{PAGE}/pictures/{sha256_hex(html)}.jpg").status_code == 422


def test_only_pictures_of_this_vehicle_are_copied(officer):
    store_passage(officer.bench)
    stray = picture(10, 10)
    store_blob(officer.bench, stray)
    assert officer.get(f"{PAGE}/pictures/{sha256_hex(stray)}.jpg").status_code == 404


def test_a_swept_vehicle_shows_no_plate_and_says_when_its_pictures_went(officer):
    bench = officer.bench
    record = store_passage(bench, loads_kg=(5_000, 6_000, 6_000, 6_000, 6_000), plate="湘A12345", plate_certainty_ppm=990_000)
    assert "湘A12345" in officer.page(PAGE)
    bench.clock.now_us += 120_000_000
    central = bench.central
    at_once = Settings(data=central.settings.data, retention=RetentionSettings(not_overloaded_days=0.001))
    delete_due(central.database, central.blobs, central.derived, bench.clock(), at_once)
    page = officer.page(PAGE)
    assert "湘A12345" not in page
    assert "plate deleted" in page
    assert "Deleted on schedule on" in page
    assert "Signature verified just now" in page
    assert "deleted on schedule, 0.001 days" in officer.get(f"/media/{record.media[0].sha256}").text
    assert officer.get(f"/media/{record.media[2].sha256}").status_code == 200
