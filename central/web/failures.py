"""What a page says that cannot be given: what happened, and what the reader can do about it."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final, NamedTuple

from central.web.translation import N_


class Failure(NamedTuple):
    """A heading, and what to do; the office and the public are told differently where they can do different things."""

    title: str
    office: str
    public: str


_OTHER: Final = Failure(
    N_("This did not work"),
    N_("Go back and look at what was entered; nothing was changed."),
    N_("Go back and look at what was entered; nothing was changed."),
)
_FAILURES: Final[Mapping[int, Failure]] = {
    HTTPStatus.FORBIDDEN: Failure(
        N_("Not allowed"),
        N_(
            "Your account has no role that allows this here, or the page was opened before you last logged in: load it again. "
            "An administrator gives roles."
        ),
        N_("The page was opened too long ago, or in another browser: go back to the start and open it again."),
    ),
    HTTPStatus.NOT_FOUND: Failure(
        N_("Not found"),
        N_("There is nothing at this address, or nothing that you may look at. What was there may have been deleted on schedule."),
        N_("There is nothing at this address. It may have been withdrawn, or the address was not copied whole."),
    ),
    HTTPStatus.CONFLICT: Failure(
        _OTHER.title,
        N_("Things have changed since you opened the page: go back, load it again, and look at how it stands now."),
        N_("Things have changed since you opened the page: go back, load it again, and look at how it stands now."),
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Failure(
        N_("Too large"),
        N_("What was sent is larger than is taken here; nothing of it was kept. Go back and send less."),
        N_("What was sent is larger than is taken here; nothing of it was kept. Go back and send less."),
    ),
    HTTPStatus.TOO_MANY_REQUESTS: Failure(
        N_("Too many questions at once"),
        N_("Wait a moment, then load the page again."),
        N_("Wait a moment, then load the page again."),
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: Failure(
        N_("Central has failed at this"),
        N_("Look whether what you did is done before you do it again. If it fails once more, tell an administrator when it happened."),
        N_("Try it again in a few minutes. The office named in the notice helps meanwhile."),
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: Failure(
        N_("Central cannot reach its database"),
        N_("Nothing is lost: stations keep their records until central has stored them."),
        N_("Try it again in a few minutes. The office named in the notice helps meanwhile."),
    ),
}


def failure_of(status: int) -> Failure:
    """Give the words for an HTTP status."""
    return _FAILURES.get(status, _OTHER)
