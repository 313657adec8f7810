"""The institute's verification certificate as a file (TOML)."""

import tomllib

from pydantic import ValidationError

from calibration.certificate.entries import VerificationCertificate
from calibration.told import told
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
        raise RejectError("verification-invalid", source, told("is no TOML: %(error)s", error=error)) from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or told("the whole")
        allowed = ", ".join(VerificationCertificate.model_fields)
        raise RejectError(
            "verification-invalid", source, told("%(key)s: %(first)s; keys are %(allowed)s", key=key, first=first["msg"], allowed=allowed)
        ) from error
