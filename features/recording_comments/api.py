"""API of comments at moments of recordings."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from features.recording_comments import actions, queries
from features.recording_comments.actions import CommentInput, CommentSave
from features.recording_comments.queries import CommentFilter
from features.recording_comments.shapes import CommentShape
from permissions.may import reach_of
from web.api_models import (
    Asking,
    CurrentUser,
    Identity,
    ListPage,
    ListQuery,
    Number,
    Person,
    RowId,
    list_page,
)
from web.problems import documented

router = APIRouter(prefix="/api/v1", tags=["recordings"])


class WhichComments(ListQuery):
    """Which comments; every field that is given must hold. Times are when they were made."""

    call_id: Identity | None = Field(None, description="The call that was recorded.")
    author: Number | None = Field(None, description="Who says it.", examples=["1007"])


@router.get("/recording-comments", responses=documented(401, 403, 422, 503))
async def list_comments(
    wanted: Annotated[WhichComments, Query()], principal: CurrentUser, asking: Asking
) -> ListPage[CommentShape]:
    """Comments at moments of recordings, newest first: of the calls that you may listen to."""
    asked = wanted.filters()
    which = CommentFilter(**{**asked, "call_id": (asked["call_id"] or "").lower() or None})
    listing = partial(queries.comments, reach=reach_of(principal, "recording_comment.read"))
    page = await list_page(asking, listing, which, wanted)
    return ListPage(items=[CommentShape.of(each) for each in page.items], next=page.next)


@router.post(
    "/calls/{call_id}/comments",
    status_code=201,
    responses=documented(401, 403, 404, 422, 503),
)
async def add_comment(
    call_id: Identity, given: CommentInput, principal: Person, asking: Asking
) -> CommentShape:
    """Say something of one moment of a call's recording; who may listen to it reads it."""
    return await actions.add(asking, principal, call_id.lower(), given)


@router.patch(
    "/recording-comments/{comment_id}", responses=documented(401, 403, 404, 409, 422, 503)
)
async def save_comment(
    comment_id: RowId, given: CommentSave, principal: Person, asking: Asking
) -> CommentShape:
    """Change a comment of yours. Saved meanwhile: 409, and `current`."""
    return await actions.save(asking, principal, comment_id, given)


@router.delete("/recording-comments/{comment_id}", responses=documented(401, 403, 404, 422, 503))
async def remove_comment(comment_id: RowId, principal: Person, asking: Asking) -> CommentShape:
    """Delete a comment of yours; it can be put back for thirty days."""
    return await actions.remove(asking, principal, comment_id)


@router.post(
    "/recording-comments/{comment_id}/restore", responses=documented(401, 403, 404, 422, 503)
)
async def restore_comment(comment_id: RowId, principal: Person, asking: Asking) -> CommentShape:
    """Put a deleted comment of yours back."""
    return await actions.restore(asking, principal, comment_id)
