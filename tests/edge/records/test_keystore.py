"""The station's key: made once, never overwritten, never read when others could."""

import os
import stat

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from contract.faults import StopError
from edge.records.keystore import create_key, load_key, load_public_key, public_pem


def write(path, key, encryption=None):
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption()))
    path.chmod(0o600)
    return path


def test_a_made_key_is_the_one_that_is_read(tmp_path):
    path = tmp_path / "station.pem"
    key = create_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_key(path).private_bytes_raw() == key.private_bytes_raw()


def test_a_wide_umask_does_not_widen_the_key(tmp_path):
    before = os.umask(0)
    try:
        create_key(tmp_path / "station.pem")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "station.pem").stat().st_mode) == 0o600


def test_the_public_part_is_read_back(tmp_path):
    key = create_key(tmp_path / "station.pem")
    (tmp_path / "station.pub").write_bytes(public_pem(key))
    assert load_public_key(tmp_path / "station.pub") == key.public_key()


def test_a_key_is_never_overwritten(tmp_path):
    path = tmp_path / "station.pem"
    key = create_key(path)
    with pytest.raises(StopError, match="exists already"):
        create_key(path)
    assert load_key(path).private_bytes_raw() == key.private_bytes_raw()


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(StopError, match="cannot be written"):
        create_key(tmp_path / "no" / "station.pem")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o700, 0o644, 0o601])
def test_wider_permissions_are_refused(tmp_path, mode):
    path = tmp_path / "station.pem"
    create_key(path)
    path.chmod(mode)
    with pytest.raises(StopError, match=f"permissions {mode:04o}.*allowed is 0600"):
        load_key(path)


def test_a_stricter_mode_is_fine(tmp_path):
    path = tmp_path / "station.pem"
    create_key(path)
    path.chmod(0o400)
    load_key(path)


def test_what_is_no_key_is_refused(tmp_path):
    path = tmp_path / "station.pem"
    path.write_text("nothing")
    path.chmod(0o600)
    with pytest.raises(StopError, match="is no unencrypted private key"):
        load_key(path)
    with pytest.raises(StopError, match="is no public key"):
        load_public_key(path)


def test_another_kind_of_key_is_refused(tmp_path):
    path = write(tmp_path / "station.pem", ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(StopError, match="signed with Ed25519 only"):
        load_key(path)


def test_an_encrypted_key_is_refused_because_nobody_is_there_to_type(tmp_path):
    path = write(tmp_path / "station.pem", Ed25519PrivateKey.generate(), BestAvailableEncryption(b"secret"))
    with pytest.raises(StopError, match="unencrypted"):
        load_key(path)


def test_a_missing_key_says_how_to_make_one(tmp_path):
    with pytest.raises(StopError, match="keygen"):
        load_key(tmp_path / "station.pem")
    with pytest.raises(StopError, match="cannot be read"):
        load_public_key(tmp_path / "station.pub")
