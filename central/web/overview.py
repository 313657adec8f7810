"""The waveform as a plain picture: what stands in the page without JavaScript, and on paper."""

from xml.sax.saxutils import escape

from central.web.palette import PALETTES
from central.web.signal import Signal, Trace
from central.web.translation import Language

_WIDTH_PX = 1000
_ROW_PX = 110
_LEFT_PX = 70
_FOOT_PX = 26


def overview_svg(signal: Signal, language: Language, font: str = "system-ui, sans-serif") -> str:
    """Draw all rows in black-and-white-safe tones; dark where the reader's system is."""
    rows = signal.rows
    height = _ROW_PX * len(rows) + _FOOT_PX
    light, dark = PALETTES["light"], PALETTES["dark"]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH_PX} {height}" font-family="{font}" font-size="11">',
        f"<style>text{{fill:{light.ink}}}.left{{stroke:{light.left}}}.right{{stroke:{light.right}}}.mark{{fill:{light.mark};opacity:.18}}"
        f"path{{fill:none;stroke-width:1}}@media screen and (prefers-color-scheme:dark){{text{{fill:{dark.ink}}}.left{{stroke:{dark.left}}}"
        f".right{{stroke:{dark.right}}}.mark{{fill:{dark.mark}}}}}</style>",
    ]
    for index, (name, traces) in enumerate(rows.items()):
        parts += _row(signal, name, traces, index * _ROW_PX)
    seconds = language.say("time from the first axle at the origin, s")
    end_s = signal.start_s + signal.buckets * signal.bucket_s
    parts.append(f'<text x="{_LEFT_PX}" y="{height - 8}">{_seconds(signal.start_s)}</text>')
    parts.append(f'<text x="{_WIDTH_PX / 2}" y="{height - 8}" text-anchor="middle">{escape(seconds)}</text>')
    parts.append(f'<text x="{_WIDTH_PX}" y="{height - 8}" text-anchor="end">{_seconds(end_s)}</text></svg>')
    return "\n".join(parts)


def _row(signal: Signal, name: str, traces: tuple[Trace, ...], top_px: int) -> list[str]:
    least = min(int(trace.low.min()) for trace in traces)
    most = max(int(trace.high.max()) for trace in traces)
    counts_px = (_ROW_PX - 24) / max(most - least, 1)
    bucket_px = (_WIDTH_PX - _LEFT_PX) / max(signal.buckets, 1)
    parts = [f'<text x="0" y="{top_px + _ROW_PX / 2}">{escape(name)}</text>']
    channels = {trace.channel: trace for trace in traces}
    for crossing in signal.crossings:
        if crossing.axle and crossing.sensor in channels:
            start_px = _LEFT_PX + (signal.seconds(crossing.start) - signal.start_s) / signal.bucket_s * bucket_px
            width_px = max((crossing.stop - crossing.start) / signal.rate_hz / signal.bucket_s * bucket_px, 1.0)
            parts.append(f'<rect class="mark" x="{start_px:.1f}" y="{top_px + 14}" width="{width_px:.1f}" height="{_ROW_PX - 22}"/>')
            if channels[crossing.sensor] is traces[0]:
                parts.append(f'<text x="{start_px + width_px / 2:.1f}" y="{top_px + 11}" text-anchor="middle">{crossing.axle}</text>')
    for trace in traces:
        points = (
            f"{_LEFT_PX + index * bucket_px:.1f},{top_px + _ROW_PX - 8 - (count - least) * counts_px:.1f}"
            for index, pair in enumerate(zip(trace.low.tolist(), trace.high.tolist(), strict=True))
            for count in dict.fromkeys(pair)
        )
        parts.append(f'<path class="{trace.side if trace.side == "right" else "left"}" d="M{" L".join(points)}"/>')
    return parts


def _seconds(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")
