"""Owns who is named as the author of what a request writes."""

from desk.admission import Holder
from tickets.desk_tickets import Author


def author(holder: Holder) -> Author:
    """Return the author that a request's holder is."""
    return Author(role=holder.role, account_id=holder.account_id, token_id=holder.token_id)
