"""The fields of a form whose names are known only when it is read."""

from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData


async def sent_form(request: Request) -> FormData:
    """Read a form; as a dependency, so that its page can work in a thread of its own."""
    return await request.form()


SentForm = Annotated[FormData, Depends(sent_form)]


def texts_of(form: FormData) -> dict[str, str]:
    """Give a form's texts by name, the last one where a name stands twice; files are left out."""
    return {name: value for name, value in form.items() if isinstance(value, str)}
