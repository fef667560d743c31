"""What becomes of two customers who are one, and of one who was two after all. Does no I/O.

Calls, tickets, callbacks and surveys are found by numbers: with the numbers of both, the one that
is kept has all that hung on either.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from features.customers.known import SAID, Customer, CustomerNumber, CustomerSort

UNDONE_WITHIN: Final = timedelta(days=30)
"""So long a merge can be undone."""
LONGEST_NOTE: Final = 2000
_WEIGHT: Final = {
    CustomerSort.NORMAL: 0,
    CustomerSort.LARGE: 1,
    CustomerSort.IMPORTANT: 2,
    CustomerSort.DEDICATED: 3,
}
_LISTS: Final = ("addresses", "lines", "contacts")


def merged(kept: Customer, gone: Customer) -> Customer:
    """Return the one customer that two are: what the kept one lacks is taken from the other.

    The sort with more weight counts, so nobody's calls take a worse way than before (QUE-1).
    """
    lists: dict[str, Any] = {
        name: _both(getattr(kept, name), getattr(gone, name)) for name in _LISTS
    }
    note = "\n".join(filter(None, (kept.note, gone.note if gone.note not in kept.note else "")))
    return replace(
        kept,
        name=kept.name or gone.name,
        area=kept.area or gone.area,
        sort=max(kept.sort, gone.sort, key=_WEIGHT.__getitem__),
        note=note[:LONGEST_NOTE],
        first_agent=kept.first_agent or gone.first_agent,
        numbers=_once((*kept.own_numbers, *gone.own_numbers)),
        **lists,
    )


def parted(now: Customer, *, before: Customer, gone: Customer, untouched: bool) -> Customer:
    """Return the kept customer without what came from the other.

    One that nobody changed since is again as it was. Of one that was changed, what is the other's
    goes: numbers, addresses, lines, contacts; what people wrote since stays.
    """
    if untouched:
        return replace(now, **{name: getattr(before, name) for name in SAID})
    mine = set(before.identities)
    theirs = set(gone.identities) - mine
    return replace(
        now,
        numbers=tuple(each for each in now.own_numbers if each.identity not in theirs),
        contacts=tuple(
            each
            for each in now.contacts
            if each.identity not in theirs and not _came(each, gone.contacts, before.contacts)
        ),
        addresses=_without(now.addresses, gone.addresses, before.addresses),
        lines=_without(now.lines, gone.lines, before.lines),
    )


def main_number(customer: Customer) -> Customer:
    """Return a customer whose main number is the first one."""
    first = customer.own_numbers[0]
    return replace(customer, number=first.number, identity=first.identity)


def _once(numbers: Sequence[CustomerNumber]) -> tuple[CustomerNumber, ...]:
    known: dict[str, CustomerNumber] = {}
    for each in numbers:
        known.setdefault(each.identity, each)
    return tuple(known.values())


def _both(mine: Sequence[Any], theirs: Sequence[Any]) -> tuple[Any, ...]:
    return (*mine, *(each for each in theirs if each not in mine))


def _without(now: Sequence[Any], theirs: Sequence[Any], mine: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(each for each in now if not _came(each, theirs, mine))


def _came(each: object, theirs: Sequence[object], mine: Sequence[object]) -> bool:
    return each in theirs and each not in mine
