"""The institute's verification certificate as a file (TOML)."""

import tomllib

from pydantic import ValidationError

from calibration.certificate.entries import VerificationCertificate
from contract.faults import RejectError


def parse_verification(text: str, source: str) -> VerificationCertificate:
    """Read a verification certificate.

    Raises
    ------
    RejectError
        ``verification-invalid`` with file, key, and what is wrong.
    """
    try:
        return VerificationCertificate.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise RejectError("verification-invalid", source, f"is no TOML: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "the whole"
        allowed = ", ".join(VerificationCertificate.model_fields)
        raise RejectError("verification-invalid", source, f"{key}: {first['msg']}; keys are {allowed}") from error
