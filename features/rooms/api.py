"""API of the table of rooms: which number is dialled for each (WAK-1)."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Request
from fastapi.responses import Response

from features.rooms import actions
from features.rooms import queries as rooms
from features.rooms.actions import NumberInput
from features.rooms.shapes import RoomShape, RoomsReadShape
from imports.writing import csv_file
from settings import Settings
from web.api_models import Asking, CurrentUser
from web.list_files import Keep, Keeps
from web.problems import documented

router = APIRouter(prefix="/api/v1", tags=["wake-ups"])

Named = Annotated[str, Path(max_length=20, pattern=r"^[0-9A-Za-z-]+$")]


@router.get("/rooms", responses=documented(401, 403, 422, 503))
async def list_rooms(
    _principal: CurrentUser,
    asking: Asking,
    after: Annotated[str, Query(max_length=20, pattern=r"^[0-9A-Z-]*$")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 200,
) -> list[RoomShape]:
    """Rooms in order, from behind one on."""
    found = await asking.ask(lambda one: rooms.listed(one, after=after, limit=limit))
    return [RoomShape.of(each) for each in found]


@router.put("/rooms/{room}", responses=documented(401, 403, 409, 422, 503))
async def put_room(
    request: Request, room: Named, given: NumberInput, principal: CurrentUser, asking: Asking
) -> RoomShape:
    """Keep what is dialled for a room; its wake-ups ring there from now on.

    409: another room has this number.
    """
    settings: Settings = request.app.state.settings
    kept = await asking.write(lambda one: actions.put(one, principal, settings, room, given.number))
    return RoomShape.of(kept)


@router.delete("/rooms/{room}", status_code=204, responses=documented(401, 403, 404, 422, 503))
async def take_off_room(room: Named, principal: CurrentUser, asking: Asking) -> None:
    """Take a room off the table; what is registered for it is called as it was."""
    await asking.write(lambda one: actions.remove(one, principal, room))


@router.post("/rooms/import", responses=documented(401, 403, 413, 422, 503))
async def import_rooms(
    request: Request,
    principal: CurrentUser,
    asking: Asking,
    content: Annotated[
        bytes,
        Body(
            media_type="text/csv",
            description="CSV or XLSX, 400 kB and 5,000 lines at most; one line names the columns: "
            "room, number.",
        ),
    ],
    keep: Keeps = Keep.NOTHING,
) -> RoomsReadShape:
    """Look at a file of rooms line by line, and keep it. Rooms that are not in it stay as they are.

    Without a line that is right: 422, and `read` says what is wrong with each.
    """
    settings: Settings = request.app.state.settings
    if keep is Keep.NOTHING:
        return RoomsReadShape.of(await actions.looked_at(content, asking, settings))
    sheet, kept = await actions.kept(content, principal, asking, settings, keep)
    return RoomsReadShape.of(sheet, kept=kept)


@router.get(
    "/rooms.csv",
    response_class=Response,
    responses={
        200: {"description": "The table.", "content": {"text/csv": {}}},
        **documented(401, 403, 422, 503),
    },
)
async def export_rooms(_principal: CurrentUser, asking: Asking) -> Response:
    """The table as CSV, which can be brought again."""
    table = await asking.ask(rooms.table)
    content = csv_file([("room", "number"), *sorted(table.items())])
    headers = {"Content-Disposition": 'attachment; filename="rooms.csv"'}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)
