"""``wim-central witness``: the program that watches a log for others, on another machine and with a key of its own."""

from pathlib import Path
from typing import Annotated

import structlog
import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from central.commands.administration import parse_listen
from central.commands.command_line import faults_end_it
from central.context import Ending
from central.logging import configure_logging
from central.server import listen_on, run_server
from central.witness.service import create_witness, verifier_of, witness_key
from central.witness.state import WitnessState
from contract.faults import EXIT_OK, EXIT_RESTART, StopError
from contract.log.notes import KeyKind, VerifierKey

app = typer.Typer(help="A witness of logs: cosigns a checkpoint only if it continues the last one.", no_args_is_help=True)
Key = Annotated[Path, typer.Option("--key", help="The witness's private key, NAME.key.pem; made if there is none.")]
Name = Annotated[str, typer.Option("--name", help="The witness's name in its cosignatures, such as witness.example.org.")]
_LOG = structlog.get_logger("witness")


@app.command("key")
def print_key(key: Key, name: Name) -> None:
    """Print the witness's public key, for `witness_key` in central's settings."""
    with faults_end_it():
        typer.echo(str(verifier_of(name, witness_key(key))))


@app.command()
def run(
    *,
    key: Key,
    name: Name,
    state: Annotated[Path, typer.Option(help="Folder of what was seen; back it up, and never put an older one back.")],
    log: Annotated[list[str], typer.Option(help="Public key of a log to watch, as `wim-central log keys` prints it; may be repeated.")],
    listen: Annotated[str, typer.Option(help="HOST:PORT to serve on; port 0 takes a free one.")] = "127.0.0.1:8010",
) -> None:
    """Run the witness until SIGTERM; exit codes: 0 ended, 1 cannot start, 75 start again."""
    configure_logging()
    with faults_end_it():
        watched = _logs(log)
        seen = WitnessState(state)
        try:
            code = _serve(name, witness_key(key), watched, seen, listen)
        finally:
            seen.close()
    raise typer.Exit(code)


def _serve(name: str, key: Ed25519PrivateKey, watched: dict[str, VerifierKey], seen: WitnessState, listen: str) -> int:
    address = parse_listen(listen)
    with listen_on(address["host"], address["port"]) as listener:
        ending = Ending()
        application = create_witness(name, key, watched, seen, broken=ending.ask)
        host, port = listener.getsockname()[:2]
        _LOG.info("listening", address=f"http://{host}:{port}", witness=str(verifier_of(name, key)), logs=sorted(watched))
        started = run_server(application, listener, ending)
    if ending.error is not None:
        _LOG.error("ended", **ending.error.fault().model_dump(mode="json"))
        return EXIT_RESTART
    return EXIT_OK if started else EXIT_RESTART


def _logs(words: list[str]) -> dict[str, VerifierKey]:
    logs = {}
    for word in words:
        key = VerifierKey.parse(word, "--log")
        if key.kind is not KeyKind.ED25519:
            raise StopError(
                "bad-verifier-key", "--log", f"{key.name} is a witness's key; give a log's, as `wim-central log keys` prints it"
            )
        logs[key.name] = key
    return logs
