"""What has to be there before the first program starts: keys, station file, calibration, the station known to central."""

from demo import programs
from demo.once import run_once
from demo.programs import BrokerKind, Line
from demo.site import station_file
from demo.steps import Steps
from demo.watching import Watch


def prepare(line: Line, steps: Steps, watch: Watch) -> None:
    """Prepare a line, a step at a time.

    Raises
    ------
    DemoError
        If one of the commands fails.
    """
    layout = line.layout
    with steps.step("Make the station's key and central's key, enrol the station, and publish it"):
        run_once(programs.make_station_key(line), watch.pause)
        run_once(programs.make_receipt_key(line), watch.pause)
        run_once(programs.enrol(line), watch.pause)
        run_once(programs.publish(line), watch.pause)
    with steps.step(f"Write the configuration of a line at {line.site.name}"):
        layout.site_file.write_text(line.site.station_text, encoding="utf-8")
        text = station_file(line.site, layout, line.ports, line.speedup, line.modbus)
        layout.station_file.write_text(text, encoding="utf-8")
        if line.broker is BrokerKind.MOSQUITTO:
            layout.mosquitto_file.write_text(programs.mosquitto_configuration(line), encoding="utf-8")
    if line.site.recordings is None:
        with steps.step("Drive the reference trucks over the simulators' own site"):
            run_once(programs.record_reference_runs(line), watch.pause)
    with steps.step("Fit the gains of the scale to the reference trucks"):
        run_once(programs.fit(line), watch.pause)
