"""Every address of the page."""

from calibration.page.routes import certificates, health, login, outcome, runs, sessions, signals, trucks

ROUTERS = tuple(part.router for part in (login, sessions, trucks, runs, outcome, certificates, signals, health))
