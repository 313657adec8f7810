"""What ends the demo before its time."""


class DemoError(Exception):
    """The demo cannot go on; the text says what happened and what to do."""


class InterruptedDemo(Exception):  # noqa: N818 - not an error: somebody asked for the end
    """Ctrl-C or SIGTERM: everything is to be stopped in order."""
