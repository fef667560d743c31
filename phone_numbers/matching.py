"""Finds rows by a telephone number, however it is written."""

from typing import Any

from sqlalchemy import ColumnElement

from phone_numbers.phone_number import PhoneNumber


def by_number(identity: Any, raw: Any, wanted: PhoneNumber) -> ColumnElement[bool]:
    """Return what is so for rows of a number: of the same identity; of one that has none, as it is.

    `identity` and `raw` are the columns of what the number is known by, and of what was sent.
    """
    same: ColumnElement[bool] = (
        identity == wanted.identity if wanted.identity else raw == wanted.raw
    )
    return same
