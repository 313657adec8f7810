"""Where the code on a document leads."""

from urllib.parse import urlencode

from central.config import WebSettings


def query_address(web: WebSettings, number: str = "") -> str:
    """Give the address of the public query, with a notice's number filled in; the plate is never in an address."""
    base = (web.public_url or f"http://{web.host}:{web.port}").rstrip("/")
    return f"{base}/public/query" + (f"?{urlencode({'notice': number})}" if number else "")
