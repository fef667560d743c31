"""Whether two tickets of one caller may be one complaint: by kind, class and words. Does no I/O.

Chinese is compared by its pairs of characters, other writing by its words; traditional and
simplified characters are the same. Numbers are left out: the caller's own stands in most of what is
typed. It only says what is offered to a person.
"""

import re
from itertools import pairwise
from typing import Final

from db.sought import folded
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


def _pieces(text: str) -> set[str]:
    found = set()
    for word in _WORDS.findall(folded(text)):
        if word.isascii():
            found |= {word} - _SMALL
        else:
            found |= {"".join(pair) for pair in pairwise(word)} or {word}
    return found


_WORDS: Final = re.compile(r"[a-z]{2,}|[^\W\d_a-z]+")
_SMALL: Final = frozenset(
    (
        *("a", "an", "and", "are", "at", "be", "been", "but", "by", "for", "from", "had", "has"),
        *("have", "he", "her", "his", "in", "is", "it", "its", "my", "no", "not", "of", "on", "or"),
        *("our", "out", "she", "so", "that", "the", "their", "them", "they", "this", "to", "was"),
        *("we", "were", "will", "with", "you", "your"),
    )
)
"""English words that say nothing of a matter."""
