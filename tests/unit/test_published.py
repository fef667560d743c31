"""What a feature publishes of a table is the same table, with the named columns only."""

import pytest
from sqlalchemy import select

from db.published import published
from features.accounts.references import PERSON
from features.accounts.tables import AccountRow


def test_the_database_is_asked_for_the_same_table() -> None:
    theirs = select(PERSON.c.number).where(PERSON.c.id == 7)
    own = select(AccountRow.number).where(AccountRow.id == 7)
    assert str(theirs) == str(own)


def test_what_is_not_named_cannot_be_asked_for() -> None:
    assert "password" in AccountRow.__table__.c
    assert "password" not in PERSON.c


def test_a_column_that_is_not_there_is_refused_at_once() -> None:
    with pytest.raises(KeyError):
        published(AccountRow, "id", "nickname")
