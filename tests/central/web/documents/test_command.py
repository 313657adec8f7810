"""``wim-central document``: the same bytes as the page gives, issued once, refused with a sentence."""

import pytest
from typer.testing import CliRunner

from central.__main__ import app
from central.web.documents.issued import issued_documents
from contract.media import sha256_hex
from tests.central.web.prepared_cases import decided_case


def run(office, *arguments):
    return CliRunner().invoke(app, ["document", *arguments, "--data", str(office.bench.central.settings.data)])


def test_it_writes_what_is_issued_and_prints_its_hash(office, tmp_path):
    case_id = decided_case(office)
    first, second = tmp_path / "one.pdf", tmp_path / "two.pdf"
    done = run(office, str(case_id), "notice", "-o", str(first))
    assert done.exit_code == 0, done.output
    assert done.stdout.strip() == sha256_hex(first.read_bytes())
    assert first.read_bytes().startswith(b"%PDF-1.7")
    again = run(office, str(case_id), "notice", "-o", str(second), "--language", "en")
    assert again.stdout == done.stdout
    with office.bench.central.database.read() as session:
        assert [item.sha256 for item in issued_documents(session, case_id)] == [done.stdout.strip()]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("99", "notice"), "does not exist"),
        (("1", "letter"), "there are sheet, proposal, notice"),
        (("1", "sheet", "--language", "de"), "allowed are en, zh"),
    ],
)
def test_what_cannot_be_written_is_said(office, tmp_path, arguments, said):
    decided_case(office)
    done = run(office, *arguments, "-o", str(tmp_path / "x.pdf"))
    assert done.exit_code == 1
    assert said in done.output
    assert not (tmp_path / "x.pdf").exists()


def test_a_folder_that_is_not_there_is_said(office, tmp_path):
    done = run(office, str(decided_case(office)), "sheet", "-o", str(tmp_path / "no" / "x.pdf"))
    assert done.exit_code == 1
    assert "cannot be written" in done.output
