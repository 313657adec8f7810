"""What the pages of accounts, tokens and webhooks say: names of roles and scopes, what was done, and why something was not."""

from typing import Final

from central.analysis.carriers import LineFault
from central.evidence.accounts import Role
from central.evidence.accounts.resets import ResetKind
from central.evidence.messages import EventType
from central.evidence.models import DeliveryState
from central.evidence.tokens import Scope
from central.web.translation import N_

ROLES: Final = {
    Role.REVIEWER: N_("Reviewer"),
    Role.LEGAL: N_("Legal reviewer"),
    Role.APPROVER: N_("Approver"),
    Role.TECHNICIAN: N_("Technician"),
    Role.AUDITOR: N_("Auditor"),
    Role.ADMINISTRATOR: N_("Administrator"),
}

RESETS: Final = {
    ResetKind.LINK: N_("One-time login link"),
    ResetKind.SECOND_FACTOR: N_("Second factor taken off"),
    ResetKind.PASSWORD: N_("Password set on the server"),
}

SCOPES: Final = {
    Scope.VEHICLES_READ: N_("Read weighing records"),
    Scope.STATIONS_READ: N_("Read stations and their state"),
    Scope.QUARANTINE_READ: N_("Read refused messages"),
    Scope.MEDIA_READ: N_("Read pictures, clips and captures"),
    Scope.CASES_READ: N_("Read cases"),
    Scope.DECISIONS_READ: N_("Read decisions"),
    Scope.ANALYSIS_READ: N_("Read analysis"),
    Scope.ACTS_READ: N_("Read the journal"),
    Scope.WEBHOOKS_MANAGE: N_("Manage its own webhooks"),
}

EVENTS: Final = {
    EventType.RECORD_OVERLOAD: N_("An overload was recorded"),
    EventType.CASE_OPENED: N_("A case was opened"),
    EventType.CASE_RETURNED: N_("A case was returned"),
    EventType.CASE_DECIDED: N_("A case was decided"),
    EventType.CASE_NOTIFIED: N_("A party was notified"),
    EventType.CASE_OBJECTED: N_("An objection came in"),
    EventType.CASE_CLOSED: N_("A case was closed"),
    EventType.CASE_PUBLISHED: N_("A decision was published"),
    EventType.TEST: N_("A test, sent by hand"),
}

CARRIER_FAULTS: Final = {
    LineFault.FIELDS: N_("does not have the two fields plate and carrier"),
    LineFault.PLATE: N_("has no plate of 1 to 16 characters"),
    LineFault.NAME: N_("has no carrier's name of 1 to 120 printable characters"),
    LineFault.TWO_CARRIERS: N_("gives the same plate a second carrier"),
}

DELIVERY_STATES: Final = {
    DeliveryState.WAITING: N_("waiting"),
    DeliveryState.DELIVERED: N_("delivered"),
    DeliveryState.FAILED: N_("given up"),
}

DONE: Final = {
    "added": N_("The account is there. Give its owner a login link."),
    "granted": N_("The role is given."),
    "awaiting": N_("The role waits: another administrator must confirm it."),
    "confirmed": N_("The role is confirmed and in force."),
    "revoked": N_("The role is taken away."),
    "disabled": N_("The account is closed, and its sessions and tokens have ended."),
    "enabled": N_("The account is open again; its tokens stay revoked."),
    "unlocked": N_("The account may try again."),
    "second-factor-reset": N_("The second factor is reset; its owner sets up a new one at his next login."),
    "reset-awaiting": N_("The second factor stays until another administrator confirms that it is taken off."),
    "reset-refused": N_("The request is refused; nothing has changed."),
    "resets-known": N_("It is kept that you know of it."),
    "sessions-ended": N_("Every session of the account has ended."),
    "own-sessions-ended": N_("Every other session of yours has ended."),
    "password": N_("Your password is changed, and every other session of yours has ended."),
    "second-factor-removed": N_("Your second factor is removed."),
    "token-revoked": N_("The token has ended."),
    "carriers": N_("The list is now the register of carriers."),
    "group": N_("The station group is saved."),
    "webhook-disabled": N_("The webhook is stopped."),
    "webhook-enabled": N_("The webhook is told again."),
    "webhook-test": N_("A test is on its way; the list below shows how it went."),
    "webhook-again": N_("The event is sent again."),
}

REFUSED: Final = {
    "bad-account-name": N_("Names have 1 to 60 printable characters, without blanks at the ends, and are none of the program itself."),
    "person-spelled-otherwise": N_("That person is written otherwise already. Write one person one way: four eyes count persons."),
    "account-exists": N_("There is an account of that name; choose another one."),
    "no-account": N_("There is no such account (any more)."),
    "weak-password": N_("A password has 12 to 200 characters."),
    "wrong-password": N_("Your present password is wrong."),
    "too-many-tries": N_("Too many wrong tries came from your address. Try again in a few minutes."),
    "passwords-differ": N_("The two new passwords differ."),
    "wrong-code": N_("That is not what your authenticator shows now. Check its clock and give the next code."),
    "second-factor-set": N_("You have a second factor; remove it first."),
    "grant-exists": N_("The account has, or awaits, that role there already."),
    "administrator-everywhere": N_("An administrator is one for every station; choose no group."),
    "provider-away": N_("The provider does not answer as it should. Try again later, or log in with your password."),
    "provider-refused": N_("The provider has not vouched for you. Begin again."),
    "login-stale": N_("This login was not begun in this browser, or too long ago. Begin again."),
    "no-role": N_("The provider names no role for you that central knows. Ask an administrator."),
    "account-closed": N_("Your account is closed or locked. Ask an administrator."),
    "no-grant": N_("That role is not there (any more)."),
    "roles-exclude": N_("Who gives roles does not act on cases with the same account; use two accounts."),
    "second-person-needed": N_("You asked for that yourself, or it is of your own person: another administrator must do it."),
    "no-reset": N_("That request does not wait (any more)."),
    "no-second-factor": N_("The account has no second factor."),
    "reset-waits": N_("That waits for a second administrator already."),
    "own-account": N_("You are logged in with that account: another administrator must do it."),
    "last-administrator": N_("That is the last administrator; make another one first."),
    "no-group": N_("There is no such station group."),
    "bad-group-name": N_("A group's name has 1 to 60 printable characters, without blanks at the ends."),
    "no-station": N_("Only enrolled stations can be of a group."),
    "bad-token-name": N_("Say in 1 to 60 printable characters which program the token is for."),
    "no-scope": N_("Choose at least one thing that the token may do."),
    "bad-expiry": N_("A token lasts 1 to 400 days."),
    "no-token": N_("There is no such token (any more)."),
    "bad-webhook-url": N_("Give an https address, or http on this machine."),
    "private-address": N_("That address is inside a private network, which the settings do not allow."),
    "no-event": N_("Choose at least one event."),
    "bad-webhook-name": N_("Say in 1 to 60 printable characters which system the webhook is for."),
    "carriers-encoding": N_("The file is neither UTF-8 nor GB 18030 text. Save the list as CSV in UTF-8."),
    "carriers-head": N_("The file is no list of carriers: it is CSV, and its first line reads plate,carrier."),
    "carriers-gone": N_("The list is not kept any more. Upload it again."),
    "carriers-changed": N_("The register has changed since the list was compared. Compare it again."),
    "no-webhook": N_("There is no such webhook (any more)."),
    "no-delivery": N_("There is no such delivery (any more)."),
}
