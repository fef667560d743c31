"""Draws the table of a ticket's life for the docs: a diagram, and what each verb needs and does.

Does no I/O. A test holds docs/tickets.md to it.
"""

from collections.abc import Iterable
from typing import Final

from features.ticket_clocks.lifecycle import ClockKind
from features.ticket_life.rules import RUNS
from features.ticket_life.table import TABLE, Row
from features.ticket_life.verbs import Place
from permissions.roles import Role

BEGINS: Final = "<!-- drawn from features/ticket_life/table.py by python -m scripts.ticket_life -->"
ENDS: Final = "<!-- end of what is drawn -->"


def drawn() -> str:
    """Return what stands in the docs between BEGINS and ENDS."""
    return "\n".join([BEGINS, "", *_diagram(), "", *_rows(), "", *_clocks(), "", ENDS])


def _diagram() -> Iterable[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield f"    [*] --> {Place.NEW.value}"
    edges: dict[tuple[str, str], list[str]] = {}
    for row in TABLE:
        for at in sorted(row.places):
            for to in (row.to, row.returns_to):
                if to is not None and to is not at:
                    verbs = edges.setdefault((at.value, to.value), [])
                    if row.verb.value not in verbs:
                        verbs.append(row.verb.value)
            if row.goes_back:
                for back in _waited_in():
                    edges.setdefault((at.value, back.value), []).append(row.verb.value)
    for (at_value, to_value), verbs in edges.items():
        yield f"    {at_value} --> {to_value}: {', '.join(verbs)}"
    yield f"    {Place.ARCHIVED.value} --> [*]"
    yield "```"


def _waited_in() -> Iterable[Place]:
    return (at for row in TABLE if row.to is Place.WAITING for at in sorted(row.places))


def _rows() -> Iterable[str]:
    yield "| verb | where | by | then | needs | writes | clocks |"
    yield "|---|---|---|---|---|---|---|"
    for row in TABLE:
        needs = ", ".join(each.value for each in row.needs)
        cells = (
            f"`{row.verb.value}`",
            ", ".join(sorted(row.places)),
            _by(row),
            _then(row),
            needs,
            f"{row.order.value} order" if row.order else "",
            _starts_and_stops(row),
        )
        yield f"| {' | '.join(cells)} |"


def _by(row: Row) -> str:
    roles = ", ".join(role.value for role in Role if role in row.roles)
    return f"{roles}, a clock" if row.by_clock else roles


def _then(row: Row) -> str:
    if row.goes_back:
        return "where it waited"
    if row.returns_to is not None:
        return f"stays; of a return order {row.returns_to.value}"
    return row.to.value if row.to else "stays"


def _starts_and_stops(row: Row) -> str:
    said: list[str] = []
    if row.to is Place.WAITING:
        said.append("all stand")
    elif row.goes_back:
        said.append("all go on")
    elif row.to is not None:
        before = [RUNS.get(at, frozenset()) for at in row.places]
        after = RUNS.get(row.to, frozenset())
        said += _named("starts", after - frozenset[ClockKind]().union(*before))
        said += _named("stops", frozenset[ClockKind]().union(*before) - after)
    return "; ".join([*said, *_named("anew", row.renews)])


def _named(what: str, kinds: Iterable[ClockKind]) -> list[str]:
    names = ", ".join(sorted(kinds))
    return [f"{what} {names}"] if names else []


def _clocks() -> Iterable[str]:
    yield "| place | clocks that run there, for tickets that have them |"
    yield "|---|---|"
    for at in Place:
        names = ", ".join(sorted(RUNS.get(at, ())))
        yield f"| {at.value} | {'those before, standing' if at is Place.WAITING else names} |"
