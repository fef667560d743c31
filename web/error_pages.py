"""Error pages: sends a person to sign in, to a new password, or shows a sentence."""

from http import HTTPStatus
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from permissions.routes import is_page
from web.pages import page
from web.problems import MustChange, as_problem, wrong_input

HTMX = "hx-request"
"""The header by which the pages' own scripts say that they ask."""


async def refused(request: Request, error: Exception) -> Response:
    """Return a problem to programs, and to people what they can read."""
    assert isinstance(error, HTTPException)
    if not by_a_person(request):
        return await as_problem(request, error)
    if error.status_code == HTTPStatus.UNAUTHORIZED:
        return _onward(request, _to_login(request))
    if isinstance(error, MustChange):
        return _onward(request, "/password")
    return sentence(request, error.status_code)


async def wrongly_asked(request: Request, error: Exception) -> Response:
    """Return what was wrong to programs; people came by an address that leads nowhere."""
    if not by_a_person(request):
        return await wrong_input(request, error)
    return sentence(request, HTTPStatus.UNPROCESSABLE_ENTITY)


def by_a_person(request: Request) -> bool:
    """Return whether a page, not a program, is to read the answer."""
    reads = "text/html" in request.headers.get("accept", "")
    return is_page(request.scope["path"]) and (reads or HTMX in request.headers)


def _onward(request: Request, where: str) -> Response:
    if HTMX in request.headers:
        return Response(status_code=401, headers={"HX-Redirect": where})
    return RedirectResponse(where, status_code=303)


def _to_login(request: Request) -> str:
    """Return the address to sign in at, that leads back to the page."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if request.method != "GET" or wanted == "/":
        return "/login"
    return f"/login?{urlencode({'next': wanted})}"


def sentence(request: Request, status: int) -> Response:
    """Return the page that says why there is no other."""
    return page(request, "problem.html", status=status, fault=str(int(status)))
