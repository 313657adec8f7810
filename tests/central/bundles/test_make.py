"""Bundles as central makes them: by command, by page, in one form, noted, and never from what was damaged here."""

import io
import json

import pytest
from typer.testing import CliRunner

from central.__main__ import app
from central.bundles.make import make_bundle
from central.evidence.accounts import Role, account_id, add_account, make_login_link_token
from central.evidence.journal import SERVICE
from central.evidence.models import Act, Deletion
from central.evidence.subject import subject_of
from contract.bundle.manifest import Role as Of
from contract.bundle.manifest import look_into_manifest
from contract.faults import RejectError
from contract.units import US_PER_S
from tests.bundled import members_of
from tests.central.recorded import blob_path, receive
from tests.central.review.office import Office
from tests.central.web.serving import serving
from tests.recorded_station import recorded_station
from verifier.trust import Trust
from verifier.verify import verify

pytestmark = pytest.mark.usefixtures("captures")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return recorded_station(tmp_path_factory.mktemp("station"), vehicles=2)


@pytest.fixture
def holding(sqlite_bench, made):
    receive(sqlite_bench, made)
    return sqlite_bench


def bundle(bench, subject):
    made = make_bundle(bench.central, lambda session: subject_of(session, subject), SERVICE)
    return b"".join(made.chunks())


def sound(data):
    report = verify(io.BytesIO(data), "bundle.zip", Trust())
    assert report.sound, [(step.number, finding) for step in report.steps for finding in step.findings if finding.fails]


def exported(bench):
    with bench.central.database.read() as session:
        return [json.loads(act.entry) for act in session.query(Act) if act.verb == "exported"]


def test_the_same_evidence_gives_the_same_bytes_but_for_the_acts_that_came_between(holding):
    first, second = (members_of(bundle(holding, f"{holding.station.id}/2")) for _ in range(2))
    steady = [name for name in first if not name.startswith(("history/", "log/", "manifest"))]
    assert {name: first[name] for name in steady} == {name: second[name] for name in steady}
    assert set(second) - set(first)  # that the first was taken out stands in the second


def test_it_holds_each_role_and_verifies_on_both_databases(bench, made):
    receive(bench, made)
    data = bundle(bench, f"{bench.station.id}/1")
    sound(data)
    manifest, _ = look_into_manifest(members_of(data)["manifest.json"], "manifest")
    roles = {entry.role for entry in manifest.files}
    assert roles >= {Of.RECORD, Of.MEDIA, Of.STATION_FILE, Of.CALIBRATION, Of.RULES, Of.STATION_KEYS, Of.LEAF, Of.PROOF, Of.LOG_KEY}


def test_taking_it_out_is_noted(holding):
    bundle(holding, f"{holding.station.id}/1")
    (entry,) = exported(holding)
    assert (entry["subject"], entry["detail"]["kind"]) == (f"vehicle/{holding.station.id}/1", "bundle")
    assert "湘A" not in json.dumps(entry, ensure_ascii=False)


def test_a_medium_that_was_changed_here_is_named_and_no_bundle_is_made(holding):
    with holding.central.database.read() as session:
        item = subject_of(session, f"{holding.station.id}/1").vehicle.media[0]
    path = blob_path(holding, item.ref.sha256)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(RejectError) as caught:
        bundle(holding, f"{holding.station.id}/1")
    assert caught.value.code == "blob-hash"
    assert item.ref.sha256[:16] in str(caught.value)
    assert exported(holding) == []


def test_media_deleted_on_schedule_or_not_here_are_said_to_be_missing(holding):
    with holding.central.database.read() as session:
        media = subject_of(session, f"{holding.station.id}/1").vehicle.media
    with holding.central.database.write() as session:
        session.add(Deletion(sha256=media[0].ref.sha256, size=media[0].ref.size, deleted_us=7, after_days=30.0))
    for item in media:
        blob_path(holding, item.ref.sha256).unlink()
    data = bundle(holding, f"{holding.station.id}/1")
    manifest, _ = look_into_manifest(members_of(data)["manifest.json"], "manifest")
    assert {one.sha256: one.deleted_us for one in manifest.missing} == {media[0].ref.sha256: 7, media[1].ref.sha256: None}
    sound(data)


def test_the_command_writes_a_new_file_only(holding, tmp_path):
    target = tmp_path / "out.zip"
    options = ["--data", str(holding.central.settings.data), "--database-url", holding.central.settings.url]
    done = CliRunner().invoke(app, ["bundle", f"{holding.station.id}/1", "-o", str(target), *options])
    assert done.exit_code == 0, done.output
    assert "wim-verify" in done.output
    sound(target.read_bytes())
    again = CliRunner().invoke(app, ["bundle", f"{holding.station.id}/1", "-o", str(target), *options])
    assert (again.exit_code, "is there already" in again.output) == (1, True)
    nowhere = CliRunner().invoke(app, ["bundle", "S9/1", "-o", str(tmp_path / "x.zip"), *options])
    assert (nowhere.exit_code, (tmp_path / "x.zip").exists()) == (1, False)
    told = CliRunner().invoke(app, ["bundle", f"{holding.station.id}/1", "-o", str(tmp_path / "y.zip"), "--json", *options])
    assert json.loads(told.stdout)["size"] == (tmp_path / "y.zip").stat().st_size


def log_in_as(site, role):
    with site.bench.central.database.write() as session:
        add_account(session, role.value, role, "a long enough password", site.bench.clock())
        account = account_id(session, role.value)
        token = make_login_link_token(session, account, site.bench.clock(), 60 * US_PER_S)
    site.client.cookies.clear()
    assert site.client.post("/login/once", data={"token": token}).status_code == 303


def test_the_page_gives_the_bundle_to_whoever_may_see_the_case_and_to_nobody_else(holding):
    with serving(holding) as site:
        page = f"/vehicles/{holding.station.id}/1"
        assert site.get(f"{page}/bundle.zip").status_code == 303
        site.log_in()
        answer = site.get(f"{page}/bundle.zip")
        assert answer.status_code == 200
        assert answer.headers["content-disposition"].endswith('filename="plates2-1.bundle.zip"')
        assert int(answer.headers["content-length"]) == len(answer.content)
        sound(answer.content)
        assert exported(holding)[-1]["address"] == "127.0.0.1"
        assert site.get(f"/vehicles/{holding.station.id}/99/bundle.zip").status_code == 404
        assert site.get("/cases/99/bundle.zip").status_code == 404
        for role, status in ((Role.AUDITOR, 200), (Role.LEGAL, 200), (Role.TECHNICIAN, 403), (Role.ADMINISTRATOR, 403)):
            log_in_as(site, role)
            for leaf in ("bundle.zip", "evidence"):
                assert site.get(f"{page}/{leaf}").status_code == status, (role, leaf)


def test_a_case_gives_its_bundle_with_its_history(sqlite_bench):
    office = Office(sqlite_bench)
    office.publish()
    case_id = office.new_case()
    office.drive(case_id, "confirm")
    with serving(sqlite_bench) as site:
        site.log_in()
        answer = site.get(f"/cases/{case_id}/bundle.zip")
        assert f"/cases/{case_id}/bundle.zip" in site.page(f"/cases/{case_id}/evidence")
    sound(answer.content)
    manifest, _ = look_into_manifest(members_of(answer.content)["manifest.json"], "manifest")
    assert (manifest.case, len(manifest.of(Of.EVENT))) == (case_id, 3)
    assert exported(sqlite_bench)[-1]["subject"] == f"case/{case_id}"


def test_the_page_weighs_again_in_the_background_and_shows_both_weights(holding):
    with serving(holding) as site:
        site.log_in()
        page = f"/vehicles/{holding.station.id}/2"
        before = site.page(f"{page}/evidence")
        assert "It has not been weighed again yet." in before
        token = before.split('name="csrf_token" value="')[1].split('"')[0]
        assert site.client.post(f"{page}/reweigh", data={"csrf_token": "x"}).status_code == 403
        sent = site.client.post(f"{page}/reweigh", data={"csrf_token": token})
        assert (sent.status_code, sent.headers["location"]) == (303, f"{page}/evidence")
        for _ in range(600):
            shown = site.page(f"{page}/evidence")
            if "Weighing again since" not in shown:
                break
        assert "Equal in every figure, to the kilogram" in shown
        assert "各项数值一致，精确到千克" in site.page(f"{page}/evidence", language="zh")
