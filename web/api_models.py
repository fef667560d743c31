"""What API requests and answers have in common: field types, paging, filters."""

from datetime import date, datetime
from functools import partial
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Request
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from callflow.text import clean, paragraphs
from db.bounded import RequestDatabase
from db.paging import Listing, Page, UnknownCursorError
from permissions.roles import may_ask_for, sees_numbers
from phone_numbers.phone_number import phone_number
from phone_numbers.plan import NumberPlan
from web.current_user import Principal, known, person, request_database
from web.problems import Refused
from web.shapes import LONGEST_TYPED, Id

LONGEST_PAGE = 200
"""Rows on the longest page: nothing is carried out in bulk (SEC-2)."""

VISIBLE = r"^[^\x00-\x1f\x7f-\x9f]*$"
"""No control characters; PostgreSQL refuses NUL, and none is ever stored."""

Text = Annotated[str, Field(max_length=80, pattern=VISIBLE)]
Identity = Annotated[str, Field(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]
TicketNumber = Annotated[str, Field(max_length=24, pattern=r"^[0-9A-Za-z-]+$")]

Digits = Annotated[str, Field(min_length=2, max_length=40, pattern=r"^[0-9+*#]+$")]
RowId = Annotated[int, Field(ge=1, le=2**53)]
Number = Annotated[str, Field(max_length=80, pattern=r"^[0-9A-Za-z+*#._-]+$")]
"""A telephone number, as Asterisk gives it."""


def one_line(text: str) -> str:
    """Return what a person typed as one line of what can be seen."""
    return clean(text, limit=len(text))


def several_lines(text: str) -> str:
    """Return what a person typed without what nobody sees; blanks alone are nothing."""
    return paragraphs(text, limit=len(text)).strip()


Line = Annotated[str, Field(max_length=80), AfterValidator(partial(clean, limit=80))]
LongLine = Annotated[str, Field(max_length=200), AfterValidator(partial(clean, limit=200))]
Typed = Annotated[
    str,
    Field(max_length=LONGEST_TYPED),
    AfterValidator(partial(paragraphs, limit=LONGEST_TYPED)),
]
"""What a person typed or pasted: too long is refused, what nobody sees is taken out."""

DayOrTime = TypeVar("DayOrTime", date, datetime, date | None)

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Of the times and days that can be asked for; beyond them a clock of a zone may have no name."""


def of_our_time(when: DayOrTime) -> DayOrTime:
    """Return a time or a day that a person can mean. Raises ValueError."""
    if when is not None and not FIRST_YEAR <= when.year <= LAST_YEAR:
        raise ValueError(f"should be of the years {FIRST_YEAR} to {LAST_YEAR}")
    return when


Moment = Annotated[AwareDatetime, AfterValidator(of_our_time)]
"""A time that names its zone."""
Day = Annotated[date, AfterValidator(of_our_time)]
Count = Annotated[int, Field(ge=0, le=2**31 - 1)]

CurrentUser = Annotated[Principal, Depends(known)]
Person = Annotated[Principal, Depends(person)]
Asking = Annotated[RequestDatabase, Depends(request_database)]


async def number_plan(request: Request) -> NumberPlan:
    """Return how the house reads telephone numbers."""
    plan: NumberPlan = request.app.state.settings.number_plan
    return plan


Plan = Annotated[NumberPlan, Depends(number_plan)]

Item = TypeVar("Item")
Row = TypeVar("Row")
Which = TypeVar("Which")


class InputModel(BaseModel):
    """What a change brings; a misspelt field is refused."""

    model_config = ConfigDict(extra="forbid")


class ListPage(BaseModel, Generic[Item]):
    """One page of a list, newest first."""

    items: list[Item]
    next: Id | None = Field(
        description="Give it back as `cursor` to get the page after this one; null: the end."
    )


class ListQuery(BaseModel):
    """What every list can be asked."""

    model_config = ConfigDict(extra="forbid")

    since: Moment | None = Field(
        None,
        description="At this time or later, ISO 8601 with a zone.",
        examples=["2026-11-21T00:00:00+08:00"],
    )
    until: Moment | None = Field(None, description="Before this time.")
    limit: int = Field(50, ge=1, le=LONGEST_PAGE, description="Rows on a page.")
    cursor: Annotated[str, Field(max_length=200, pattern=r"^[A-Za-z0-9_=-]+$")] | None = Field(
        None, description="`next` of the page before."
    )

    def filters(self, plan: NumberPlan | None = None) -> dict[str, Any]:
        """Return what was asked but for the page; a `number` is read by the house's plan."""
        asked = self.model_dump(exclude={"limit", "cursor"})
        if plan is not None and asked.get("number") is not None:
            asked["number"] = phone_number(asked["number"], plan)
        return asked


def may_search_by_number(principal: Principal, number: str | None) -> None:
    """Refuse a search by number to those whom it would tell what is masked for them (SEC-2)."""
    if number is not None and not may_ask_for(principal.role, number):
        raise Refused(403, f"The role {principal.role.value} may not search by number.")


def may_search_by_piece(principal: Principal, piece: str | None) -> None:
    """Refuse a search by a piece of a number to those who may not see numbers."""
    if piece is not None and not sees_numbers(principal.role):
        raise Refused(
            403, f"The role {principal.role.value} may not search by a piece of a number."
        )


async def list_page(
    asking: RequestDatabase, listing: Listing[Which, Row], which: Which, wanted: ListQuery
) -> Page[Row]:
    """Return the page that is wanted. Raises Refused with 422 for a cursor that is none of ours."""
    try:
        return await asking.ask(
            lambda connection: listing(connection, which, limit=wanted.limit, cursor=wanted.cursor)
        )
    except UnknownCursorError as error:
        raise Refused(422, f"The cursor is wrong: {error}.") from None


def found(thing: Row | None, what: str) -> Row:
    """Return the thing. Raises Refused with 404 when there is none."""
    if thing is None:
        raise Refused(404, f"There is no {what} with this id.")
    return thing
