"""Owns who is named as the author of what a request writes."""

from features.tickets.saves import Author
from web.current_user import Holder


def author(holder: Holder) -> Author:
    """Return the author that a request's holder is."""
    return Author(role=holder.role, account_id=holder.account_id, token_id=holder.token_id)
