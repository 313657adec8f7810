"""Accounts, logins and sessions. Of every secret only a hash is kept, or, where it must be read again, its sealed form."""

from central.evidence.accounts.directory import account_id, add_account
from central.evidence.accounts.links import log_in_by_link, make_login_link_token
from central.evidence.accounts.passwords import PASSWORD_MAX, PASSWORD_MIN, hash_password
from central.evidence.accounts.roles import CASE_ROLES, Login, Role
from central.evidence.accounts.sessions import (
    FAILURES_MAX,
    LOCK_US,
    SECOND_US,
    SESSION_IDLE_US,
    SESSION_US,
    TOKEN_BYTES,
    NewSession,
    csrf_matches,
    log_in,
    log_out,
    login_and_due,
    login_of,
    touch,
)

__all__ = [
    "CASE_ROLES",
    "FAILURES_MAX",
    "LOCK_US",
    "PASSWORD_MAX",
    "PASSWORD_MIN",
    "SECOND_US",
    "SESSION_IDLE_US",
    "SESSION_US",
    "TOKEN_BYTES",
    "Login",
    "NewSession",
    "Role",
    "account_id",
    "add_account",
    "csrf_matches",
    "hash_password",
    "log_in",
    "log_in_by_link",
    "log_out",
    "login_and_due",
    "login_of",
    "make_login_link_token",
    "touch",
]
