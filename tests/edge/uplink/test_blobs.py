"""Pictures over real HTTP: claimed with the station's key, retried when central is away, kept and counted when it will never take them."""

import base64
import http.server
import threading
import time
from contextlib import contextmanager

import pytest

from contract.canonical import parse_canonical
from contract.media import sha256_hex
from contract.receipts import BlobClaim
from contract.signatures import PayloadType, open_envelope, parse_envelope
from tests.broker import free_port
from tests.edge.outbox.queueing import STATION, picture
from tests.edge.uplink.central_stand_in import Line, eventually


class BlobServer:
    """Notes what is put, and answers with the statuses it was given, in order, then with 201."""

    def __init__(self, *statuses):
        self.put: list[tuple[str, bytes, dict[str, str]]] = []
        self.statuses = list(statuses)
        notes = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_PUT(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                notes.put.append((self.path, body, dict(self.headers)))
                self.send_response(notes.statuses.pop(0) if notes.statuses else 201)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def line_to(folder, url):
    with Line(folder, free_port(), url) as line:
        yield line


def uploaded(line):
    return lambda: line.outbox.counts().waiting_blobs == 0


def blob_codes(line):
    return [code for code in line.codes if not code.startswith("broker-")]


def test_a_picture_is_put_under_its_hash_with_a_claim_of_the_station(tmp_path):
    with BlobServer() as server, line_to(tmp_path, server.url) as line:
        line.weigh(blobs=[picture("a")])
        eventually(uploaded(line))
        ((path, body, headers),) = server.put
        assert path == f"/blobs/{sha256_hex(body)}"
        assert body == picture("a").data
        assert headers["Content-Type"] == "image/jpeg"
        scheme, _, encoded = headers["Authorization"].partition(" ")
        assert scheme == "DSSE"
        envelope = parse_envelope(base64.b64decode(encoded), "test")
        keys = {line.station.key_id: line.station.key.public_key()}
        claim = BlobClaim.model_validate(parse_canonical(open_envelope(envelope, PayloadType.BLOB_CLAIM, keys, "test"), "test"))
        assert (claim.station, claim.sha256, claim.size) == (STATION, sha256_hex(body), len(body))
        assert abs(claim.time_us / 1e6 - time.time()) < 60


@pytest.mark.parametrize("status", [401, 403, 404, 408, 429, 500, 503])
def test_what_may_pass_is_tried_again(tmp_path, status):
    with BlobServer(status) as server, line_to(tmp_path, server.url) as line:
        line.weigh(blobs=[picture("a")])
        eventually(uploaded(line))
        assert len(server.put) == 2
        assert blob_codes(line) == ["blob-not-taken"]


@pytest.mark.parametrize("status", [400, 413, 415, 422])
def test_what_will_never_be_taken_is_kept_and_does_not_hold_up_the_next(tmp_path, status):
    with BlobServer(status) as server, line_to(tmp_path, server.url) as line:
        line.weigh(blobs=[picture("a")])
        line.weigh(blobs=[picture("b")])
        eventually(uploaded(line))
        assert len(server.put) == 2
        assert blob_codes(line) == ["blob-refused"]
        assert line.outbox.counts().refused_blobs == 1


def test_central_that_is_away_is_waited_for(tmp_path):
    server = BlobServer()
    url = server.url
    server._server.socket.close()  # the port is known, nothing listens there
    with line_to(tmp_path, url) as line:
        line.weigh(blobs=[picture("a")])
        eventually(lambda: "central-unreachable" in line.codes)
        assert line.outbox.counts().waiting_blobs == 1


def test_a_picture_that_changed_on_the_disk_is_not_sent(tmp_path):
    with BlobServer() as server:
        line = Line(tmp_path, free_port(), server.url)
        line.weigh(blobs=[picture("a")])
        line.weigh(blobs=[picture("b")])
        damaged, missing = line.outbox.waiting_blobs(2)
        damaged.path.write_bytes(b"other")
        missing.path.unlink()
        with line:
            eventually(uploaded(line))
        assert server.put == []
        assert blob_codes(line) == ["blob-damaged", "blob-missing"]
        assert line.uplink.failure is None


def test_the_environment_s_proxy_is_not_asked(tmp_path, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    with BlobServer() as server, line_to(tmp_path, server.url) as line:
        line.weigh(blobs=[picture("a")])
        eventually(uploaded(line))
        assert "central-unreachable" not in line.codes
