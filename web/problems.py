"""API errors: one problem (RFC 9457) with one sentence.

Nothing of the inside is told: no stack, no query, no path of this machine.
"""

from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from callflow.text import clean

MEDIA_TYPE = "application/problem+json"

TITLES = {
    400: "Bad request",
    401: "No valid token",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    408: "Too slow",
    409: "Not as it was",
    410: "Gone",
    413: "Too large",
    416: "Range not satisfiable",
    422: "Wrong input",
    429: "Too often",
    500: "Internal error",
    503: "Not available now",
}
"""The problems the API has, by status, and the title of each."""


class Fault(BaseModel):
    """One thing that was wrong with the input."""

    where: str = Field(description="Which part of the request.", examples=["query.limit"])
    sentence: str = Field(examples=["Input should be less than or equal to 200"])


class Problem(BaseModel):
    """What went wrong, in the form of RFC 9457."""

    type: str = Field(
        description="A fixed name of this kind of problem.",
        examples=["urn:thirdring:problem:not-found"],
    )
    title: str = Field(examples=["Not found"])
    status: int = Field(ge=400, le=599, examples=[404])
    detail: str = Field(
        description="One sentence for a person.", examples=["There is no call with this id."]
    )
    faults: list[Fault] = Field(default=[], description="For 422: everything that was wrong.")


class Refused(HTTPException):
    """The desk does not do what was asked; `detail` is a sentence for the one who asked.

    A program reads `detail`. A person reads `faults`: by the field of the form, the key of the
    words that are said beside it; without any there is a page of its own for the status.
    """

    def __init__(
        self,
        status_code: int,
        detail: str,
        headers: Mapping[str, str] | None = None,
        *,
        faults: Mapping[str, str] | None = None,
        current: BaseModel | None = None,
    ) -> None:
        super().__init__(status_code, detail, dict(headers) if headers else None)
        self.faults = faults or {}
        self.current = current
        """Of a save that came too late: what is so now, for programs and for the page."""


class MustChange(Refused):
    """Somebody has a password that another person knows, and must change it first."""


def problem(
    status: int,
    detail: str,
    *,
    faults: list[Fault] | None = None,
    headers: Mapping[str, str] | None = None,
    current: BaseModel | None = None,
) -> JSONResponse:
    """Return the response for a problem; `current` is what is so now, after a save came late."""
    title = TITLES.get(status, "Problem")
    body = Problem(
        type=f"urn:thirdring:problem:{title.lower().replace(' ', '-')}",
        title=title,
        status=status,
        detail=detail,
        faults=faults or [],
    )
    more = {"current": current.model_dump(mode="json")} if current else {}
    return JSONResponse(
        body.model_dump() | more,
        status_code=status,
        headers=dict(headers or {}),
        media_type=MEDIA_TYPE,
    )


def answer_with_problems(app: FastAPI) -> None:
    """Make every error of `app` a problem; on pages the pages' own words take their place."""
    app.add_exception_handler(HTTPException, as_problem)
    app.add_exception_handler(RequestValidationError, wrong_input)
    app.add_exception_handler(Exception, _unexpected)


def documented(*statuses: int) -> dict[int | str, dict[str, object]]:
    """Return the OpenAPI description of the problems a route can answer with."""
    return {
        status: {
            "description": TITLES[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }


async def as_problem(_request: Request, error: Exception) -> JSONResponse:
    """Return the problem that a refusal is."""
    assert isinstance(error, HTTPException)
    if not isinstance(error, Refused):
        return problem(error.status_code, _sentence(error.status_code), headers=error.headers)
    return problem(error.status_code, error.detail, headers=error.headers, current=error.current)


def _sentence(status: int) -> str:
    """Return what to say where the framework, not one of our routes, refused."""
    return {
        400: "The request could not be read.",
        404: "There is nothing at this address; /openapi.json lists what there is.",
        405: "This address does not take that method; /openapi.json lists what it takes.",
        408: "The body did not come in time.",
        413: "The body is larger than this address takes.",
    }.get(status, "The request cannot be answered.")


async def wrong_input(_request: Request, error: Exception) -> JSONResponse:
    """Return the problem that wrong input is, with each thing that was wrong."""
    assert isinstance(error, RequestValidationError)
    faults = [
        Fault(
            where=clean(".".join(map(str, found["loc"])), 100),
            sentence=clean(str(found["msg"]).removeprefix("Value error, "), 300),
        )
        for found in error.errors()[:20]
    ]
    said = "; ".join(f"{each.where}: {each.sentence}" for each in faults[:3])
    return problem(422, f"The input is wrong: {said}.", faults=faults)


async def _unexpected(_request: Request, _error: Exception) -> JSONResponse:
    return problem(500, "Something went wrong here; it is written in the desk's log.")
