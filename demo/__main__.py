"""`wim-demo`: the whole line on one machine, each program a process of its own."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from contract.faults import EXIT_FAILED
from demo.errors import DemoError
from demo.faults import FAULTS
from demo.programs import BrokerKind
from demo.site import SiteName
from demo.story import Wish, tell

FAULT_LIST = "\n\n".join(f"{name}: {fault.about}" for name, fault in FAULTS.items())

app = typer.Typer(add_completion=False, rich_markup_mode="rich")


@app.command(epilog=f"Faults for --fault:\n\n{FAULT_LIST}")
def demo(  # noqa: PLR0917 - one argument per option of the command line
    vehicles: Annotated[int | None, typer.Option(min=1, help="Vehicles that pass; without it the whole recording, or no end.")] = None,
    speedup: Annotated[float, typer.Option(min=0.1, max=100, help="How much faster than real time the road runs.")] = 1.0,
    headless: Annotated[bool, typer.Option("--headless", help="No table; end by itself with summary and exit code.")] = False,
    fault: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Do this to the line in mid-run; may be repeated.")] = None,
    modbus: Annotated[bool, typer.Option("--modbus", help="Digitiser over Modbus TCP instead of the serial line.")] = False,
    site: Annotated[SiteName | None, typer.Option(help="Site; strips4 where its recordings are, otherwise own.")] = None,
    data: Annotated[Path | None, typer.Option(help="New folder for keys, records and logs; it stays. Default: one below ./run.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the folder below ./run in place.")] = False,
    port: Annotated[int | None, typer.Option(min=1, max=65_535, help="Port of the pages; default 8080 where free.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Decides noise, chance and the traffic of the site own.")] = 0,
    broker: Annotated[BrokerKind, typer.Option(help="Broker; mosquitto must be installed.")] = BrokerKind.EMBEDDED,
    database: Annotated[str | None, typer.Option(metavar="URL", help="PostgreSQL for central instead of SQLite.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Summary as JSON on standard output; all else on standard error.")] = False,
) -> None:
    """Start simulators, edge, plate reader, broker and central, and show every vehicle as it is weighed, judged and stored.

    Ctrl-C stops all of it and leaves nothing behind. Exit codes: 0 everything that drove is recorded once, verified and judged right;
    1 something of that does not hold or the demo failed; 130 a headless run was stopped before its end.
    """
    console = Console(stderr=as_json)
    wish = Wish(
        vehicles=vehicles,
        speedup=speedup,
        headless=headless,
        faults=tuple(fault or ()),
        modbus=modbus,
        site=site,
        data=data,
        keep=keep,
        port=port,
        seed=seed,
        broker=broker,
        database=database,
    )
    try:
        outcome = tell(wish, console)
    except DemoError as error:
        Console(stderr=True).print(f"[red]wim-demo:[/] {error}", highlight=False, soft_wrap=True)
        raise typer.Exit(EXIT_FAILED) from error
    if as_json and outcome.summary is not None:
        typer.echo(outcome.summary.model_dump_json(indent=2))
    raise typer.Exit(outcome.exit_code)


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
