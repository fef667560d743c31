"""Seals, beside the start of a desk, what an earlier version has kept plain."""

import asyncio
from functools import partial
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from authentication.sealing import Seals
from db.bounded import Database, DatabaseTimeoutError
from features.accounts import second_factor

AGAIN_S: Final = 10.0

log = structlog.get_logger()


async def settle(database: Database, seals: Seals) -> None:
    """Return when no secret lies plain; say so where one is shut for good."""
    while True:
        try:
            shut = await database.for_request().write(partial(_sealed, seals=seals))
        except (DatabaseTimeoutError, SQLAlchemyError, OSError):
            await asyncio.sleep(AGAIN_S)  # the tables are not there yet, or the disk is full
            continue
        if shut:
            log.error("second factors are sealed with another key", count=shut, key=seals.path.name)
        return


async def _sealed(connection: AsyncConnection, *, seals: Seals) -> int:
    _, plain, shut = await second_factor.looked_at(connection, seals)
    if plain:
        await second_factor.seal_again(connection, seals)
    return shut
