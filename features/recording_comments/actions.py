"""Changes of comments at moments of recordings: made, saved, deleted, put back (QA-5).

Everybody changes the own ones only, whatever the role.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import RequestDatabase
from features.audit import log as audit
from features.audit.access import audit_entry, theirs
from features.call_recordings import queries as recordings
from features.recording_comments import queries
from features.recording_comments.rules import LONGEST_S, LONGEST_WORDS, UNDONE_WITHIN, Comment
from features.recording_comments.shapes import CommentShape
from permissions.may import reach_of
from permissions.scopes import EVERYTHING
from web.api_models import InputModel, Typed, found
from web.current_user import Principal
from web.forms import Says
from web.problems import Refused

WRITE = "recording_comment.write"

Words = Annotated[
    Typed,
    Field(min_length=1, max_length=LONGEST_WORDS, pattern=r"\S"),
    Says("recording_comment.fault_words"),
]


class CommentInput(InputModel):
    """A new comment."""

    second: Annotated[float, Field(ge=0, le=LONGEST_S), Says("recording_comment.fault_second")] = (
        Field(description="Of the recording.", examples=[12.5])
    )
    words: Words = Field(examples=["这里打断了客户"])


class CommentSave(InputModel):
    """A save of a comment, upon the version that was read."""

    version: int = Field(ge=1, le=2**31 - 1)
    words: Words


async def add(
    asking: RequestDatabase, principal: Principal, call_id: str, given: CommentInput
) -> CommentShape:
    """Keep a new comment.

    Raises Refused: 404 for a call that is not theirs; 422 for a second that no recording has.
    """
    await must_reach(asking, principal, WRITE, call_id)
    fresh = Comment(
        call_id=call_id,
        second=round(given.second, 3),
        words=given.words,
        author=principal.number,
        at=datetime.now(UTC),
    )

    async def added(connection: AsyncConnection) -> CommentShape:
        seconds = await recordings.seconds_of(connection, [call_id])
        if fresh.second > seconds.get(call_id, -1.0):
            said = "The recording of this call does not have this second."
            raise Refused(422, said, faults={"second": "recording_comment.fault_beyond"})
        key = await queries.add(connection, fresh)
        await _note(connection, principal, "added", fresh)
        return await _told(connection, key)

    return await asking.write(added)


async def save(
    asking: RequestDatabase, principal: Principal, comment_id: int, given: CommentSave
) -> CommentShape:
    """Save one's own comment; what it says already is no change.

    Raises Refused: 404; 409 when it was saved since the version that was read (`current`).
    """

    async def saved(connection: AsyncConnection) -> CommentShape:
        before = await _own(connection, principal, comment_id)
        if given.words == before.words:
            return await _told(connection, comment_id)
        if given.version != before.version:
            raise Refused(
                409,
                "This comment was saved meanwhile; `current` is what it is now.",
                faults={"version": "recording_comment.fault_changed"},
                current=CommentShape.of(before),
            )
        after = replace(
            before, words=given.words, version=before.version + 1, changed_at=datetime.now(UTC)
        )
        await queries.replace(connection, after)
        await _note(connection, principal, "saved", after)
        return await _told(connection, comment_id)

    return await asking.write(saved)


async def remove(asking: RequestDatabase, principal: Principal, comment_id: int) -> CommentShape:
    """Delete one's own comment; it can be put back for thirty days. Raises Refused with 404."""
    now = datetime.now(UTC)

    async def removed(connection: AsyncConnection) -> CommentShape:
        before = await _own(connection, principal, comment_id, deleted=True)
        if before.deleted_at is None:
            await queries.forget(connection, principal.number, now - UNDONE_WITHIN)
            await queries.replace(connection, replace(before, deleted_at=now))
            await _note(connection, principal, "removed", before)
        return await _told(connection, comment_id)

    return await asking.write(removed)


async def restore(asking: RequestDatabase, principal: Principal, comment_id: int) -> CommentShape:
    """Put a deleted comment of one's own back. Raises Refused: 404, also after thirty days."""
    now = datetime.now(UTC)

    async def restored(connection: AsyncConnection) -> CommentShape:
        before = await _own(connection, principal, comment_id, deleted=True)
        if before.deleted_at is not None:
            if before.deleted_at < now - UNDONE_WITHIN:
                raise _none()
            await queries.replace(connection, replace(before, deleted_at=None))
            await _note(connection, principal, "restored", before)
        return await _told(connection, comment_id)

    return await asking.write(restored)


async def must_reach(
    asking: RequestDatabase, principal: Principal, verb: str, call_id: str
) -> None:
    """Refuse with 404 what is asked of a call that is not within somebody's reach."""
    reached = await theirs(
        asking,
        principal,
        verb,
        call_id,
        lambda one, reach: queries.call_within(one, call_id, reach=reach),
    )
    found(reached, "call")


async def _own(
    connection: AsyncConnection, principal: Principal, comment_id: int, *, deleted: bool = False
) -> Comment:
    reach = reach_of(principal, WRITE)
    comment = await queries.one(connection, comment_id, reach=reach, lock=True)
    gone = comment is not None and comment.deleted_at is not None and not deleted
    if comment is None or comment.author != principal.number or gone:
        raise _none()
    return comment


async def _note(
    connection: AsyncConnection, principal: Principal, what: str, comment: Comment
) -> None:
    entry = audit_entry(
        principal, f"recording_comment.{what}", comment.call_id, f"{comment.second:g} s"
    )
    await audit.note(connection, entry)


async def _told(connection: AsyncConnection, comment_id: int) -> CommentShape:
    kept = await queries.one(connection, comment_id, reach=EVERYTHING)
    return CommentShape.of(found(kept, "comment"))


def _none() -> Refused:
    return Refused(404, "There is no comment with this id that is yours.")
