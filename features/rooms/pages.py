"""Page of the table of rooms: which number is dialled for each, one by one or from a file."""

from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from callflow.text import clean
from db.bounded import RequestDatabase
from features.rooms import actions
from features.rooms import queries as rooms
from features.rooms.actions import LONGEST_TYPED
from features.rooms.rules import LONGEST_ROOM
from features.rooms.table_file import Sheet
from permissions.may import may
from settings import Settings
from web import list_files
from web.api_models import Asking, CurrentUser, Person
from web.current_user import Principal
from web.formats import Formats
from web.forms import Typed, typed
from web.list_files import Keep
from web.list_place import FIRST, ListPlace, Place
from web.pages import page
from web.problems import Refused

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

ROWS = 100


@router.get("/rooms")
async def show_rooms(
    request: Request, principal: CurrentUser, asking: Asking, place: Place
) -> HTMLResponse:
    """The table, and the forms for one more room and for a file."""
    return await _shown(request, principal, asking, Typed({}), place)


@router.post("/rooms")
async def put(request: Request, principal: Person, asking: Asking) -> Response:
    """Keep what is dialled for a room."""
    settings: Settings = request.app.state.settings
    form = await typed(request)
    room = form.line("room", longest=LONGEST_ROOM, needed="rooms.fault_room")
    number = form.line("number", longest=LONGEST_TYPED, needed="rooms.fault_number")
    try:
        await asking.write(lambda one: actions.put(one, principal, settings, room, number))
    except Refused as refused:
        return await _shown(request, principal, asking, form, status=form.refuse(refused))
    return RedirectResponse("/rooms?saved=on", status_code=303)


@router.post("/rooms/remove")
async def remove(request: Request, principal: Person, asking: Asking) -> Response:
    """Take a room off the table."""
    form = await typed(request)
    room = form.line("room", longest=LONGEST_ROOM)
    try:
        await asking.write(lambda one: actions.remove(one, principal, room))
    except Refused as refused:
        return await _shown(request, principal, asking, form, status=form.refuse(refused))
    return RedirectResponse("/rooms?saved=off", status_code=303)


@router.post("/rooms/import")
async def look_at_file(request: Request, principal: Person, asking: Asking) -> HTMLResponse:
    """Show what a file says; nothing is kept."""
    settings: Settings = request.app.state.settings
    return await list_files.looked_at(
        request,
        lambda content: actions.looked_at(content, asking, settings),
        partial(_preview, request, principal),
    )


@router.post("/rooms/import/keep")
async def keep_file(request: Request, principal: Person, asking: Asking) -> Response:
    """Keep the lines that are right; they are judged again, and kept all or none."""
    settings: Settings = request.app.state.settings
    return await list_files.kept(
        request,
        lambda content: actions.kept(content, principal, asking, settings, Keep.GOOD),
        partial(_preview, request, principal),
        onward="/rooms?saved=",
    )


async def _shown(
    request: Request,
    principal: Principal,
    asking: RequestDatabase,
    form: Typed,
    place: ListPlace = FIRST,
    *,
    status: int = 200,
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    rows = await asking.ask(
        lambda one: rooms.listed(one, after=clean(place.after, LONGEST_ROOM), limit=ROWS)
    )
    return page(
        request,
        "rooms.html",
        status=status,
        rows=rows,
        count=await asking.ask(rooms.count),
        more=rows[-1].room if len(rows) == ROWS else None,
        form=form,
        saved=place.saved if place.saved in {"on", "off"} else "",
        imported=place.saved[:6] if place.saved.isdecimal() else "",
        longest_room=LONGEST_ROOM,
        longest_number=LONGEST_TYPED,
        may_write=may(principal, "room.write") and principal.account_id is not None,
        show=Formats(settings.zone, principal.role),
    )


def _preview(request: Request, principal: Principal, sheet: Sheet) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    again = "\n".join(f"{each.room},{each.number}" for each in sheet.entries)
    return page(
        request,
        "rooms_import.html",
        status=200 if sheet.entries else 422,
        sheet=sheet,
        remarks=sheet.said,
        text=f"room,number\n{again}\n",
        show=Formats(settings.zone, principal.role),
    )
