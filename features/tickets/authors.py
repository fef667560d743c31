"""The author of what a request writes."""

from features.tickets.history import Author
from web.current_user import Principal


def author(principal: Principal, *, call_id: str | None = None) -> Author:
    """Return the author that a request's principal is; `call_id`: in which call it was done."""
    return Author(
        role=principal.role,
        account_id=principal.account_id,
        token_id=principal.token_id,
        number=principal.number,
        signature=principal.signature,
        via="api" if principal.account_id is None else "page",
        call_id=call_id,
    )
