"""What a person sees: the pages of central. `install` adds them to the application that has `app.state.central`."""

from importlib import resources

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from central.config import Settings
from central.web.drafts import Drafts
from central.web.entry import add_handlers
from central.web.pages import make_pages
from central.web.public import public_pace
from central.web.routes import ROUTERS
from central.web.security import SecurityHeaders

__all__ = ["install"]


def install(app: FastAPI, settings: Settings) -> None:
    """Add pages, static files, security headers and error pages to central's application.

    Parameters
    ----------
    app
        The application; its `state.central` must be set before the first request.
    settings
        Central's; whether a proxy speaks TLS decides on strict transport security, and times are written in the office's zone.
    """
    app.state.pages = make_pages(settings.review.zone)
    app.state.public_pace = public_pace()
    app.state.carrier_drafts = Drafts()
    app.add_middleware(SecurityHeaders, https=settings.web.https)
    bokeh_scripts = resources.files("bokeh").joinpath("server", "static", "js")
    app.mount("/static/bokeh", StaticFiles(directory=str(bokeh_scripts)), name="bokeh")
    app.mount("/static", StaticFiles(packages=[("central.web", "static")]), name="static")
    for router in ROUTERS:
        app.include_router(router, include_in_schema=False)
    add_handlers(app)
