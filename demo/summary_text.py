"""The closing summary in words."""

from rich.console import Console
from rich.table import Table

from demo.comparison import PlateMatch
from demo.summary import Summary


def show_summary(summary: Summary, console: Console) -> None:
    """Write the summary, every disagreement, and last whether all of it holds."""
    stored = summary.stored
    table = Table(title="Closing summary", title_justify="left", box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    table.add_row("driven = recorded = verified", f"{summary.driven} = {summary.recorded} = {stored.verified_vehicles}")
    table.add_row("records", f"{stored.records}, of which {stored.verified} verified; chain {stored.chain}")
    table.add_row("overloads", f"{summary.overloads_true} in truth, {summary.overloads_recorded} recorded")
    table.add_row("plates", ", ".join(f"{summary.plates.get(match, 0)} {match}" for match in PlateMatch))
    if summary.gross_error is not None:
        error = summary.gross_error
        spread = f"95 % within {error.p95_abs_percent} %, largest {error.max_abs_percent} %"
        table.add_row("gross weight error", f"mean {error.mean_percent:+} %, {spread}")
    if summary.latency is not None:
        table.add_row("last axle to record in central", f"median {summary.latency.median_s} s, longest {summary.latency.max_s} s")
    if summary.first_vehicle_s is not None:
        table.add_row("first vehicle in central", f"{summary.first_vehicle_s} s after the first process was started")
    if summary.restarts:
        table.add_row("restarted", _counts(summary.restarts))
    if summary.faults:
        table.add_row("faults the edge counted", _counts(summary.faults))
    console.print(table, highlight=False)
    for each in summary.disagreements:
        truth = f"{each.true_gross_kg} kg of {each.true_limit_kg} kg allowed"
        record = f"{each.gross_kg} ± {each.gross_u_kg} kg, {each.outcome}"
        console.print(
            f"  vehicle {each.vehicle} {each.plate} ({each.kind}): true {truth}; record {each.seq}: {record}; [bold]{each.judged}[/]"
        )
    if summary.failures:
        for failure in summary.failures:
            console.print(f"[red]✗[/] {failure}", highlight=False)
    else:
        console.print("[green]✓[/] Everything that drove is recorded once, verified, and judged as it was.", highlight=False)


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())
