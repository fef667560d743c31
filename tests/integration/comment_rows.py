"""A comment at a moment of a recording; for the matrix of masking a pause as well."""

from typing import Final

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from features.recording_comments.tables import RecordingCommentRow
from permissions.roles import Role
from tests.integration import pause_rows
from tests.integration.desk_room import BEGAN, NUMBERS, call_id

TEXTS: Final = ("recording_comments.words",)
"""What people type of a call, which may name a customer."""
PLAIN: Final = ("recording_comments.author", *pause_rows.PLAIN)
AUTHOR: Final = NUMBERS[Role.INSPECTOR]


def comment(which: int = 1, **values: object) -> dict[str, object]:
    """Return the row of an inspector's comment on a call."""
    said = {"call_id": call_id(which), "second": 2.5, "words": "这里打断了客户"}
    kept = {"author": AUTHOR, "version": 1, "at": BEGAN, "changed_at": None, "deleted_at": None}
    return {**said, **kept, **values}


async def commented(connection: AsyncConnection) -> None:
    """Keep one, and a pause."""
    await connection.execute(insert(RecordingCommentRow).values(comment()))
    await pause_rows.a_pause(connection)
