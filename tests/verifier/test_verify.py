"""`wim-verify` on bundles of a real central: sound ones and forged ones; hostile files are in `test_hostile.py`."""

import json
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from central.review.workflow import WORKFLOW
from contract.bundle.manifest import Missing
from contract.disclosures import RecordEnvelope, parse_record_envelope
from contract.log.notes import KeyKind, VerifierKey
from contract.signatures import PayloadType, public_key_text, sign
from tests.bundled import Evidence, archive_of, members_of, payload_in, resealed
from tests.conftest import SHARED
from tests.verifier.checking import check, failing, named
from verifier.__main__ import run
from verifier.findings import State
from verifier.trust import Trust
from verifier.way import actions

pytestmark = pytest.mark.skipif(not (SHARED / "captures").is_dir(), reason="the recorded captures are not there")


def test_a_case_with_its_keys_pinned_is_sound(evidence):
    report = check(evidence.data, evidence.trust)
    assert report.sound, failing(report)
    assert len(report.steps) == 18
    open_steps = {step.number: {finding.code for finding in step.findings} for step in report.steps if step.state is State.OPEN}
    assert open_steps == {9: {"parameters-absent"}}  # the office's synthetic record names parameters that nobody has
    assert report.facts["existed_before_us"] > report.facts["time_us"]


def test_a_really_weighed_vehicle_is_sound_with_all_its_parameters(evidence):
    report = check(evidence.more["weighed"], evidence.trust)
    assert report.sound, failing(report)
    by_number = {step.number: step for step in report.steps}
    assert (by_number[8].state, by_number[9].state, by_number[9].objects) == (State.OK, State.OK, 2)
    assert (by_number[10].state, by_number[10].objects) == (State.OK, 1)  # two persons' signatures, the dates of the verification


def test_without_pins_it_says_whose_keys_it_went_by(evidence):
    report = check(evidence.data, Trust())
    assert report.sound
    open_steps = {step.number for step in report.steps if any(finding.code == "key-not-pinned" for finding in step.findings)}
    assert open_steps == {2, 4, 12, 14, 15}


@pytest.mark.parametrize(
    ("number", "code", "pins"),
    [
        (2, "unknown-key", lambda key, one: {"central": (key.public_key(),)}),
        (4, "unknown-key", lambda key, one: {"stations": (key.public_key(),)}),
        (12, "unknown-key", lambda key, one: {"log": VerifierKey(one.log.name, KeyKind.ED25519, key.public_key())}),
        (14, "not-cosigned", lambda key, one: {"witnesses": (VerifierKey("other.example", KeyKind.COSIGNATURE, key.public_key()),)}),
    ],
)
def test_another_key_than_the_pinned_one_fails(evidence, number, code, pins):
    report = check(evidence.data, Trust(**(vars(evidence.trust) | pins(Ed25519PrivateKey.generate(), evidence.trust))))
    assert (number, code) in failing(report)


def test_the_way_of_a_case_is_the_one_that_central_goes_by():
    ours = {name: (action.part, action.from_states, action.to) for name, action in actions().items()}
    assert ours == {
        row.name: (row.part and row.part.value, tuple(state.value for state in row.from_states), row.to and row.to.value)
        for row in WORKFLOW.action
    }


# Forgeries: each by somebody who has central's own key, so that the manifest fits; `forge` changes members in place.


def heavier(evidence, members):
    """Sign the record anew with another weight, by a key that is not the station's."""
    name = name_of(members, "records/")
    payload = json.loads(payload_in(members[name]))
    payload["gross_kg"] += 1
    payload["axles"][0]["load_kg"] += 1
    import rfc8785  # noqa: PLC0415

    members[name] = sign(rfc8785.dumps(payload), PayloadType.RECORD, Ed25519PrivateKey.generate()).model_dump_json().encode()


def heavier_by_the_station(evidence, members):
    """Sign it anew by the station's own key: the insider."""
    signed_by_the_station(evidence, members, lambda payload: payload.update(speed_mm_s=payload["speed_mm_s"] + 1))


def barred_by_the_station(evidence, members):
    """Put the decision of one vehicle over the record of another, which its station has barred."""
    gate = {"bar": "acceleration", "detail": "-2.1 m/s2"}
    signed_by_the_station(evidence, members, lambda payload: payload["verdict"].update(barred_by=[gate]))


def signed_by_the_station(evidence, members, change):
    name = name_of(members, "records/")
    payload = json.loads(payload_in(members[name]))
    change(payload)
    import rfc8785  # noqa: PLC0415

    key = evidence.logged.bench.station.key
    old = parse_record_envelope(members[name], name)
    envelope = sign(rfc8785.dumps(payload), PayloadType.RECORD, key)
    members[name] = RecordEnvelope(**dict(envelope), disclosures=old.disclosures).model_dump_json().encode()


def another_text(evidence, members):
    name = name_of(members, "records/")
    envelope = parse_record_envelope(members[name], name)
    changed = [one.model_copy(update={"text": "京A99999"}) for one in envelope.disclosures[:1]]
    members[name] = envelope.disclosing([*changed, *envelope.disclosures[1:]])


def edit(start, change):
    """Change a canonical JSON member."""

    def forge(evidence, members):
        name = name_of(members, start)
        value = json.loads(members[name])
        change(value)
        import rfc8785  # noqa: PLC0415

        members[name] = rfc8785.dumps(value)

    return forge


def without(start):
    def forge(evidence, members):
        del members[name_of(members, start)]

    return forge


def swapped(start, other):
    def forge(evidence, members):
        first, second = name_of(members, start), name_of(members, other)
        members[first], members[second] = members[second], members[first]

    return forge


def replaced(start, old, new):
    def forge(evidence, members):
        name = name_of(members, start)
        assert old in members[name]
        members[name] = members[name].replace(old, new)

    return forge


def name_of(members, start):
    return next(name for name in sorted(members) if name.startswith(start))


def only_the_decision(evidence, members):
    """Leave out every step before the decision and number it as the first."""
    steps = sorted(name for name in members if name.startswith("history/step-"))
    for name in steps:
        if json.loads(members[name])["action"] != "decide-penalty":
            del members[name]
        else:
            edit(name, lambda value: value.update(version=1))(evidence, members)


FORGERIES = {
    "record-by-another-key": (heavier, 4, "unknown-key"),
    "record-signed-anew-by-the-station": (heavier_by_the_station, 4, "another-record"),
    "penalty-upon-a-barred-record": (barred_by_the_station, 16, "enforced-though-barred"),
    "record-signed-anew-is-not-in-the-log": (heavier_by_the_station, 12, "leaf-differs"),
    "plate-of-another": (another_text, 6, "disclosure-misfit"),
    "record-left-out": (without("records/"), 4, "no-record"),
    "keys-of-another-station": (edit("station/keys", lambda v: v.update(station="G9")), 5, "another-station"),
    "key-not-in-force": (edit("station/keys", lambda v: v["keys"][0].update(valid_until_us=5)), 5, "key-not-in-force"),
    "key-under-another-id": (edit("station/keys", lambda v: v["keys"][0].update(key_id="0" * 64)), 5, "bad-content"),
    "predecessor-of-another-hash": (edit("log/record-000000000001.leaf", lambda v: v.update(sha256="a" * 64)), 7, "chain-break"),
    "picture-left-out": (without("media/front"), 8, "media-missing"),
    "picture-of-another-vehicle": (replaced("media/rear", b"\xff\xd8", b"\xff\xd9"), 8, "media-differ"),
    "rules-changed": (replaced("rules/", b"49000", b"46000"), 11, "rules-differ"),
    "rules-left-out": (without("rules/"), 11, "bundle-missing"),
    "leaf-of-the-record-left-out": (without("log/record-000000000002.leaf"), 12, "not-in-log"),
    "leaf-of-an-act-left-out": (without("log/act-"), 12, "not-in-log"),
    "leaf-changed": (edit("log/act-", lambda v: v.update(logged_us=v["logged_us"] + 1)), 12, "bad-inclusion-proof"),
    "proof-of-another-leaf": (swapped("log/act-000000000002.proof", "log/act-000000000004.proof"), 12, "bad-inclusion-proof"),
    "proof-left-out": (without("log/act-000000000002.proof"), 12, "bundle-missing"),
    "consistency-left-out": (without("log/000000000002-"), 13, "consistency-missing"),
    "consistency-of-another-tree": (
        edit("log/000000000002-", lambda v: v.update(hashes=["b" * 64, *v["hashes"][1:]])), 13, "bad-consistency-proof",
    ),
    "time-stamp-of-another-checkpoint": (swapped("log/record-000000000001.tsr", "log/record-000000000002.tsr"), 15, "bad-timestamp"),
    "time-stamp-left-out": (without("log/record-000000000002.tsr"), 15, "not-stamped"),
    "step-left-out": (without("history/step-000003"), 16, "history-gap"),
    "step-reworded": (edit("history/step-000005", lambda v: v["fields"].update(amount_cents=1)), 16, "event-unjournalled"),
    "step-by-another": (edit("history/step-000003", lambda v: v.update(person="nobody")), 16, "event-unjournalled"),
    "step-back-in-time": (edit("history/step-000004", lambda v: v.update(time_us=1)), 16, "history-order"),
    "step-that-the-way-does-not-know": (edit("history/step-000004", lambda v: v.update(action="wave-through")), 16, "step-not-allowed"),
    "history-of-another-case": (edit("history/step-000002", lambda v: v.update(case="G9/1")), 16, "another-case"),
    "history-that-begins-with-the-decision": (only_the_decision, 16, "history-gap"),
    "case-opened-anew-on-the-way": (edit("history/step-000003", lambda v: v.update(action="open", to_state="received")), 16, "history-gap"),
    "act-and-document-of-another-case": (edit("history/acts/", lambda v: v.update(subject="case/99")), 16, "another-case"),
    "reviewed-and-approved-by-one": (edit("history/step-000005", lambda v: v.update(person="rao")), 17, "four-eyes"),
    "act-changed": (edit("history/acts/", lambda v: v.update(person="nobody")), 12, "leaf-differs"),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_by_who_holds_centrals_key_is_found_at_its_step(evidence: Evidence, name):
    forge, number, code = FORGERIES[name]
    members = members_of(evidence.data)
    forge(evidence, members)
    report = check(resealed(members, evidence.central_key), evidence.trust)
    assert (number, code) in failing(report), failing(report)


def test_a_notice_of_another_number_than_the_decision_gave_fails(evidence):
    data = resealed(members_of(evidence.data), evidence.central_key, lambda one: one.model_copy(update={"notice": "G9/2026/00001"}))
    assert (16, "notice-differs") in failing(check(data, evidence.trust))


def test_a_publication_or_certificate_entered_after_the_passage_with_an_earlier_date_is_told(evidence):
    members = members_of(evidence.data)
    edit("station/publication", lambda value: value.update(entered_us=2**52))(evidence, members)
    report = check(resealed(members, evidence.central_key), evidence.trust)
    told = {(step.number, finding.code) for step in report.steps for finding in step.findings}
    assert report.sound
    assert {(5, "entered-afterwards"), (10, "entered-afterwards")} <= told


def test_who_has_no_key_of_central_fails_at_the_manifest(evidence):
    report = check(resealed(members_of(evidence.data), Ed25519PrivateKey.generate()), evidence.trust)
    assert failing(report) == {(2, "unknown-key")}


def test_members_that_the_manifest_does_not_list_or_lists_otherwise_are_named(evidence):
    members = members_of(evidence.data)
    members["media/added.jpg"] = b"x"
    picture = name_of(members, "media/front")
    members[picture] = members[picture][:-1] + b"x"
    del members["keys/log.vkey"]
    report = check(archive_of(members), evidence.trust)
    assert {code for number, code in failing(report) if number == 3} == {"member-unlisted", "member-changed", "member-missing"}
    for name in ("media/added.jpg", picture, "keys/log.vkey"):
        assert name in named(report)


def test_a_picture_deleted_on_schedule_is_open_and_one_left_out_unsaid_fails(evidence):
    members = members_of(evidence.data)
    name = name_of(members, "media/front")
    from contract.media import sha256_hex  # noqa: PLC0415

    gone = Missing(sha256=sha256_hex(members.pop(name)), deleted_us=7)
    said = check(resealed(members, evidence.central_key, lambda one: one.model_copy(update={"missing": (gone,)})), evidence.trust)
    assert said.sound
    assert {finding.code for step in said.steps if step.number == 8 for finding in step.findings} == {"media-deleted"}


# The command


@pytest.fixture
def saved(evidence, tmp_path):
    path = tmp_path / "case.zip"
    path.write_bytes(evidence.data)
    trust = evidence.trust
    (tmp_path / "central.pem").write_bytes(trust.central[0].public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    (tmp_path / "witness.vkey").write_text(f"{trust.witnesses[0]}\n")
    pins = ["--central-key", tmp_path / "central.pem", "--log-key", str(trust.log), "--witness-key", tmp_path / "witness.vkey"]
    pins += [word for key in trust.stations for word in ("--station-key", public_key_text(key))]
    return path, [str(one) for one in (*pins, "--tsa-cert", evidence.logged.authority.certificate)]


def test_the_command_prints_numbered_steps_in_both_languages(saved, capsys):
    path, pins = saved
    assert run([str(path), *pins]) == 0
    english = capsys.readouterr().out
    assert " 1. ok     The file has the form of a bundle" in english
    assert "Proven to have existed before 20" in english
    assert run([str(path), *pins, "--lang", "zh"]) == 0
    chinese = capsys.readouterr().out
    assert "站" in chinese
    assert "The file has the form" not in chinese
    assert run([str(path), *pins, "--strict"]) == 3


def test_json_and_exit_codes(saved, capsys, tmp_path):
    path, pins = saved
    assert run([str(path), *pins, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["sound"], len(said["steps"]), said["facts"]["seq"]) == (True, 18, 2)
    broken = bytearray(path.read_bytes())
    broken[len(broken) // 2] ^= 1
    path.write_bytes(bytes(broken))
    assert run([str(path), *pins, "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["sound"] is False
    assert run([str(tmp_path / "nothing.zip")]) == 3
    assert "cannot be read" in capsys.readouterr().err
    assert run([str(path), "--log-key", "nonsense"]) == 3
    assert "is no key" in capsys.readouterr().err
    assert run([str(path), "--station-key", "nonsense"]) == 3
    assert run([str(path), "--tsa-cert", str(path)]) == 3
    with pytest.raises(SystemExit) as ended:
        run([])
    assert ended.value.code == 2


def test_it_imports_nothing_of_edge_or_central():
    ours = "('edge', 'central', 'calibration', 'numpy', 'h5py')"
    code = f"import sys, verifier.__main__; print([name for name in sys.modules if name.split('.')[0] in {ours}])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
