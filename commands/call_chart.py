"""Draws a call on the terminal: one line for each thing that happened, on one time axis."""

from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from caller.leg import Happened, Leg

NARROWEST, WIDEST = 20, 64
"""Columns of the axis; it takes what the terminal has left."""

SAYS = {
    "dialled": ("dials", "dim"),
    "ringing": ("it rings", "yellow"),
    "answered": ("the hotline answers", "bold green"),
    "spoke": ("speaks", "green"),
    "pressed": ("presses", "magenta"),
    "ended": ("", "bold"),
}
ENDS = {"here": "hangs up", "there": "the hotline hangs up"}


@dataclass(frozen=True)
class _Line:
    begin: float
    end: float
    says: str
    style: str


def drawn(leg: Leg, width: int) -> Table:
    """Return the call so far as a table: time, what happened, and a bar where it happened."""
    lines = sorted(_lines(leg), key=lambda line: (line.begin, line.end))
    columns = max(NARROWEST, min(WIDEST, width - 48))
    whole = max([leg.moment("ended") or leg.now, 1.0])
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(justify="right", width=14, no_wrap=True)
    table.add_column(width=26, no_wrap=True)
    table.add_column(width=columns, no_wrap=True)
    for line in lines:
        bar = _bar(line, columns / whole, columns)
        table.add_row(Text(_time(line), style="dim"), Text(line.says, style=line.style), bar)
    return table


def _lines(leg: Leg) -> list[_Line]:
    heard = [
        _Line(s.start, s.end, f"hears {s.seconds:.1f} s of sound", "cyan")
        for s in leg.words(gap=0.45)
    ]
    return heard + [_line(event) for event in leg.story]


def _line(event: Happened) -> _Line:
    says, style = SAYS[event.what]
    match event.what:
        case "spoke":
            return _Line(
                event.at, event.at + float(event.detail), f"speaks for {event.detail} s", style
            )
        case "pressed":
            return _Line(event.at, event.at, f"presses {event.detail}", style)
        case "ended":
            return _Line(event.at, event.at, ENDS.get(event.detail, event.detail), style)
        case _:
            return _Line(event.at, event.at, says, style)


def _time(line: _Line) -> str:
    until = f"–{line.end:.1f}" if line.end > line.begin else ""
    return f"{line.begin:.1f}{until} s"


def _bar(line: _Line, scale: float, columns: int) -> Text:
    first = min(columns - 1, int(line.begin * scale))
    if line.end <= line.begin:
        return Text(" " * first + "╵", style=line.style)
    last = max(first + 1, min(columns, round(line.end * scale)))
    return Text(" " * first + "━" * (last - first), style=line.style)
