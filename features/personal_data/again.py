"""Erases again whom a restored backup has brought back, before anybody is rung or answered.

The list of everybody who was erased has digests only: every number in the restored rows, in texts
too, is held against it. Who was erased before the backup was made is none of its business.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db import engine as database
from db.migrate import upgrade
from features.personal_data import erasures, people
from features.personal_data.erasing import Erasing
from features.personal_data.people import Who
from features.personal_data.registry import spoken
from features.personal_data.tables import PersonKeyRow
from features.personal_data.written_down import List
from phone_numbers.masking import numbers_in
from phone_numbers.phone_number import phone_number
from settings import Settings

WHY: Final = "a backup from before the erasure was restored"
BY: Final = "restore"
TURNS: Final = 200
IDENTITIES: Final = frozenset({"identity", "customer_identity"})


def erased_again(settings: Settings, *, made_at: datetime) -> tuple[int, int]:
    """Erase everybody again who was erased after a backup was made.

    Returns how many are erased, and how many the ledger goes on with. Raises the database's errors.
    """
    erased = List(settings.paths.erased).read()
    late = {who: at for who, at in erased.items() if at >= made_at}
    if not late:
        return 0, 0
    upgrade(settings.database)
    return asyncio.run(_again(settings, late))


async def _again(settings: Settings, late: Mapping[tuple[str, str], datetime]) -> tuple[int, int]:
    made = database.engine(settings.database)
    try:
        async with made.execution_options(writing=True).begin() as connection:
            key = await _known_key(connection, {key for key, _ in late})
            wanted = {person for known, person in late if known == key.hex()}
            back = {
                identity
                async for identity in _identities(connection, settings)
                if people.digest(key, identity) in wanted
            }
            for identity in sorted(back):
                person = people.digest(key, identity)
                if await erasures.going_on(connection, person) is None:
                    who = Who(identity=identity, region=settings.region)
                    now = datetime.now(UTC)
                    await erasures.ask(connection, who, person=person, why=WHY, by=BY, now=now)
        erasing = Erasing(
            made,
            settings.database,
            settings.paths,
            region=settings.region,
            complaints_days=settings.keep_complaints,
        )
        for _ in range(TURNS):
            await erasing.turn(time.time())
            async with made.connect() as connection:
                if not await erasures.due(connection, datetime.now(UTC)):
                    break
        return erasing.done, max(0, len(back) - erasing.done)
    finally:
        await made.dispose()


async def _known_key(connection: AsyncConnection, keys: set[str]) -> bytes:
    """Return the key of the digests; a database from before there was one gets the list's."""
    key = await people.key(connection)
    if key.hex() in keys:
        return key
    old = max(keys)
    await connection.execute(update(PersonKeyRow).values(key=old))
    return bytes.fromhex(old)


async def _identities(connection: AsyncConnection, settings: Settings) -> AsyncIterator[str]:
    """Give what every number is known by that stands anywhere, some of them more than once."""
    for _, columns in spoken():
        found = await connection.execute(select(*columns))
        for row in found.mappings():
            for column in columns:
                if column.name in IDENTITIES:
                    yield str(row[column.name])
                    continue
                for number in numbers_in(_said(row[column.name])):
                    if identity := phone_number(number, settings.number_plan).identity:
                        yield identity


def _said(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
