"""A database that tests borrow begins as the template is, whatever was done to it before."""

import asyncpg
import pytest

from tests.lending import Lending
from tests.postgres import Postgres

TABLES = """
CREATE TABLE houses (id bigserial PRIMARY KEY, name text);
CREATE TABLE guests (id bigserial PRIMARY KEY, house bigint REFERENCES houses(id));
INSERT INTO houses (name) VALUES ('one'), ('two');
"""


async def _done(url: str, *statements: str) -> list[tuple[object, ...]]:
    """Carry out statements; return the rows of the last one."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        for statement in statements[:-1]:
            await connection.execute(statement)
        return [tuple(row) for row in await connection.fetch(statements[-1])]
    finally:
        await connection.close()


@pytest.fixture
async def lending(postgres: Postgres) -> Lending:
    template = postgres.new_database()
    await _done(template, TABLES, "SELECT 1")
    return Lending(postgres, template)


async def test_what_was_written_is_gone_and_numbers_begin_where_they_did(lending: Lending) -> None:
    with lending.lent() as first:
        changes = (
            "UPDATE houses SET name = 'burnt' WHERE id = 1",
            "INSERT INTO houses (name) VALUES ('three')",
            "INSERT INTO guests (house) VALUES (2)",
        )
        await _done(first, *changes, "SELECT 1")
    with lending.lent() as again:
        assert again == first, "made anew, which takes long"
        houses = await _done(again, "SELECT id, name FROM houses ORDER BY id")
        assert houses == [(1, "one"), (2, "two")]
        assert await _done(again, "SELECT id FROM guests") == []
        assert await _done(again, "INSERT INTO houses (name) VALUES ('x') RETURNING id") == [(3,)]
        assert await _done(again, "INSERT INTO guests (house) VALUES (1) RETURNING id") == [(1,)]


async def test_a_database_that_somebody_holds_is_not_lent_again(lending: Lending) -> None:
    with lending.lent() as first:
        holder = await asyncpg.connect(first.replace("+asyncpg", ""))
        await holder.execute("BEGIN; LOCK TABLE houses")
    try:
        with lending.lent() as other:
            assert other != first
    finally:
        await holder.close()


async def test_two_who_borrow_at_once_have_one_each(lending: Lending) -> None:
    with lending.lent() as one, lending.lent() as other:
        assert one != other
