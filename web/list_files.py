"""What all routes and pages of a file have in common that is looked at first, and then kept.

The file is read twice, once to be looked at and once to be kept: what was shown is judged anew. The
features say what a line is; here is how a file comes in, what of it is kept, and how it is refused.
"""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Annotated, Generic, TypeVar

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel
from starlette.datastructures import UploadFile

from web.problems import Refused

Sheet = TypeVar("Sheet")
Judged = TypeVar("Judged")


class Keep(StrEnum):
    """What of a file is kept."""

    NOTHING = "nothing"
    ALL = "all"
    GOOD = "good"


Keeps = Annotated[
    Keep, Query(description="`nothing`: look only; `all`: or none if one is wrong; `good`.")
]


class NothingRightError(Refused, Generic[Sheet]):
    """Of a file nothing can be kept, or not all that must be."""

    def __init__(self, sheet: Sheet, read: BaseModel, *, wrong: str, unreadable: bool) -> None:
        """Say it of a sheet; `wrong` as `3 lines`, `read` is the sheet as programs see it."""
        said = f"Nothing is kept: {wrong} are wrong; `read` says what."
        if unreadable:
            said = "Nothing is kept: the file cannot be read; `read` says why."
        super().__init__(422, said, read=read)
        self.sheet = sheet


async def looked_at(
    request: Request,
    look: Callable[[bytes], Awaitable[Judged]],
    preview: Callable[[Judged], HTMLResponse],
) -> HTMLResponse:
    """Show what a file of a form (`file`) says; nothing is kept."""
    given = await request.form()
    file = given.get("file")
    content = await file.read() if isinstance(file, UploadFile) else b""
    await given.close()
    try:
        return preview(await look(content))
    except NothingRightError as nothing:
        return preview(nothing.sheet)


async def kept(
    request: Request,
    keep: Callable[[bytes], Awaitable[tuple[Judged, int]]],
    preview: Callable[[Judged], HTMLResponse],
    *,
    onward: str,
) -> Response:
    """Keep what was looked at (`text` of a form), and go on to `onward` with how many were kept."""
    text = (await request.form()).get("text")
    try:
        _, count = await keep(text.encode() if isinstance(text, str) else b"")
    except NothingRightError as nothing:
        return preview(nothing.sheet)
    return RedirectResponse(f"{onward}{count}", status_code=303)
