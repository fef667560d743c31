"""Whether two tickets of one caller may be one complaint: by kind, class and words. Does no I/O.

Words are compared as the search compares them (`db/sought.py`, `db/terms.py`): traditional and
simplified characters are the same, and Chinese is cut into pieces. Numbers are left out: the
caller's own stands in most of what is typed. It only says what is offered to a person.
"""

from typing import Final

from db.sought import folded
from db.terms import LONGEST_PIECE, term
from features.tickets.lifecycle import Ticket, TicketKind

ENOUGH: Final = 0.2
"""Part of the shorter text's pieces that the other one has, too."""


def may_be_one(one: Ticket, other: Ticket) -> bool:
    """Tell whether two tickets of one caller are offered as the same complaint."""
    kinds = {one.kind, other.kind} - {TicketKind.UNKNOWN}
    if len(kinds) > 1:
        return False
    if one.business and one.nature and (one.business, one.nature) == (other.business, other.nature):
        return True
    here, there = _pieces(one.body), _pieces(other.body)
    if not here or not there:  # nothing to be compared yet: a person looks
        return bool(kinds)
    return len(here & there) / min(len(here), len(there)) >= ENOUGH


def _pieces(text: str) -> set[int]:
    words = [word for word in folded(text).split() if not any(c.isdigit() for c in word)]
    return {
        term("w", word[start : start + long])
        for word in words
        for long in range(2, LONGEST_PIECE + 1)
        for start in range(len(word) - long + 1)
    }
