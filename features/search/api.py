"""API of the search box, for the page's script and for programs."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from callflow.text import clean
from db.bounded import RequestDatabase
from features.search.finding import FEW, LONGEST_QUESTION, Asked, Kind, pages, things
from settings import Settings
from web.api_models import VISIBLE, Asking, CurrentUser
from web.current_user import Principal
from web.formats import Formats
from web.pages import language_of, nav_pages
from web.problems import documented
from web.shapes import Id, Plain
from web.words import said

router = APIRouter(prefix="/api/v1/search", tags=["search"])

Question = Annotated[
    str,
    Query(
        max_length=LONGEST_QUESTION,
        pattern=VISIBLE,
        description="A number or a piece of it, a ticket's number, a name, words, a page.",
    ),
]


class FoundShape(BaseModel):
    """One thing that was found."""

    address: Plain
    """Of its page, as in `/customers/13800138000`."""
    title: Plain
    detail: Plain


class KindShape(BaseModel):
    """What was found of one kind."""

    kind: Id
    title: Plain
    """Of the kind, in the language of who asks."""
    items: list[FoundShape]


class Everything(BaseModel):
    """What was found, by kind; at most five of each."""

    groups: list[KindShape]


@router.get("", responses=documented(401, 403, 422, 503))
async def search(
    request: Request, principal: CurrentUser, asking: Asking, q: Question = ""
) -> Everything:
    """What somebody means who types a few characters, as far as their role may see it."""
    t = said(language_of(request))
    kinds = await found(request, principal, asking, q)
    return Everything(
        groups=[
            KindShape(
                kind=kind.name,
                title=t(f"search.kind_{kind.name}"),
                items=[
                    FoundShape(address=each.address, title=each.title, detail=each.detail)
                    for each in kind.items
                ],
            )
            for kind in kinds
        ]
    )


async def found(
    request: Request, principal: Principal, asking: RequestDatabase, q: str, *, limit: int = FEW
) -> list[Kind]:
    """Return what was found, pages first; nothing for an empty question."""
    settings: Settings = request.app.state.settings
    text = clean(q, LONGEST_QUESTION).strip()
    if not text:
        return []
    asked = Asked(
        text=text,
        principal=principal,
        show=Formats(settings.zone, principal.role),
        t=said(language_of(request)),
        now=datetime.now(UTC),
        plan=settings.number_plan,
        limit=limit,
    )
    named = pages(asked, nav_pages(principal))
    in_rows = await asking.ask(lambda connection: things(connection, asked))
    return [Kind("pages", named), *in_rows] if named else in_rows
