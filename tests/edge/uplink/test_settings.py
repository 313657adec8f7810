"""Certificates and passwords that cannot be used are named before anything starts."""

import ssl

import pytest

from contract.faults import StopError
from contract.station import Uplink as Settings
from edge.uplink.tls import tls_context
from tests.deploy.authority import Authority
from tests.edge.uplink.central_stand_in import Line


def test_without_an_authority_there_is_no_tls():
    assert tls_context(Settings()) is None


def test_with_all_of_it_the_connection_is_mutual(tmp_path):
    certificate, key = Authority(tmp_path).issue("S1")
    context = tls_context(Settings(ca_file=str(tmp_path / "ca.crt"), cert_file=str(certificate), key_file=str(key)))
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"cert_file": "x", "key_file": "y"}, "ca_file: is missing"),
        ({"ca_file": "ca.crt", "cert_file": "x"}, "go together"),
        ({"ca_file": "no.crt"}, "cannot be used"),
        ({"ca_file": "empty.crt"}, "cannot be used"),
        ({"ca_file": "ca.crt", "cert_file": "S1.crt", "key_file": "S2.key"}, "cannot be used"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path, settings, said):
    authority = Authority(tmp_path)
    authority.issue("S1")
    authority.issue("S2")
    (tmp_path / "empty.crt").write_text("")
    with pytest.raises(StopError, match=said):
        tls_context(Settings(**{key: str(tmp_path / name) for key, name in settings.items()}))


def test_a_password_file_that_is_not_there(tmp_path):
    with pytest.raises(StopError, match=r"uplink\.password_file"):
        Line(tmp_path, 1, username="S1", password_file=str(tmp_path / "no"))
