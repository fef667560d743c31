"""The author of what a request writes."""

from features.tickets.saves import Author
from web.current_user import Principal


def author(principal: Principal) -> Author:
    """Return the author that a request's principal is."""
    return Author(role=principal.role, account_id=principal.account_id, token_id=principal.token_id)
