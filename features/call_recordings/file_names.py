"""The name of a recording's file when it is downloaded."""

import re

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from features.call_recordings.lifecycle import Recording
from features.calls.references import CALL
from web.formats import Formats

WITHHELD = "withheld"


async def file_name(
    connection: AsyncConnection, recording: Recording, kind: str, show: Formats
) -> str:
    """Return `2026-11-21_12-00-03_13812345678_call.mp3`: when it rang, and who called.

    The number is masked as for who asks (SEC-2), with x: no file may have a star in its name.
    """
    query = select(CALL.c.number, CALL.c.ring_started).where(CALL.c.id == recording.call_id)
    number, began = (await connection.execute(query)).one()
    shown = re.sub(r"[^0-9A-Za-z+]", "_", show.number(number).replace("*", "x")) if number else ""
    at = began.astimezone(show.zone)
    return f"{at:%Y-%m-%d_%H-%M-%S}_{shown or WITHHELD}_{recording.kind.value}.{kind}"
