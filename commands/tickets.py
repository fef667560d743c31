"""`thirdring tickets`: the list of tickets, and one of them whole."""

from functools import partial
from typing import Any

import click

from callflow.text import clean
from commands import context, printing
from commands.queries import (
    Asked,
    answer,
    as_json,
    asked,
    call_options,
    list_options,
    nothing,
    one_as_json,
)
from features.tickets import queries
from features.tickets.lifecycle import TicketKind
from features.tickets.queries import TicketFilter
from features.tickets.shapes import TicketShape
from permissions.scopes import EVERYTHING


@click.command()
@click.argument("ticket", required=False, metavar="[NUMBER]")
@click.option("--handler", help="That this agent keeps.")
@click.option("--call", "call_id", help="From the call with this id.")
@click.option("--kind", type=click.Choice([each.value for each in TicketKind]))
@call_options
@list_options
def tickets(ticket: str | None, **options: Any) -> None:
    """Show tickets, newest first; with NUMBER (20261121-00042) one of them whole."""
    want = asked(**options)
    if ticket is not None:
        _show_one(ticket, want)
        return
    filters = dict(want.filters)
    which = TicketFilter(customer_number=filters.pop("number"), **filters)
    found = want.rows(partial(queries.tickets, reach=EVERYTHING), which)
    shapes = [TicketShape.of(each) for each in found]
    if want.as_json:
        as_json(shapes)
    elif shapes:
        _show(shapes, want)
    else:
        nothing("tickets", filtered=which != TicketFilter())


def _show(shapes: list[TicketShape], want: Asked) -> None:
    printing.table(
        ["Ticket", "Opened", "Kind", "State", "Customer", "Due", "What", "Call"],
        [
            [
                each.number,
                printing.moment(each.created_at, want.zone, pattern="%m-%d %H:%M"),
                each.kind,
                each.state,
                each.customer_number,
                printing.moment(each.due_at, want.zone, pattern="%m-%d %H:%M"),
                clean(each.body, 40),
                (each.call_id or "")[:8],
            ]
            for each in shapes
        ],
    )


def _show_one(number: str, want: Asked) -> None:
    found = answer(
        want.settings, lambda connection: queries.ticket(connection, number, reach=EVERYTHING)
    )
    if found is None:
        raise context.Refusal(f"There is no ticket {number!r}.")
    shape = TicketShape.of(found)
    if want.as_json:
        one_as_json(shape)
        return
    printing.facts(
        [
            ("ticket", shape.number),
            ("kind", shape.kind),
            ("state", shape.state),
            ("customer", shape.customer_number),
            ("source", shape.source),
            ("call", shape.call_id),
            ("business", shape.business),
            ("nature", shape.nature),
            ("opened", printing.moment(shape.created_at, want.zone)),
            ("due", printing.moment(shape.due_at, want.zone)),
            ("what", shape.body),
            ("answered", shape.answer),
            ("keeps it", shape.handler),
        ],
    )
