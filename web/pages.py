"""Renders a page: a template, the words of a language, and the current user.

Templates escape everything they are given. They know `t` (words by key), `language`, `principal`
(who is signed in, or None), `permitted` (whether that person has a verb), `csrf`, `asset` (the
address of a built script or style), `company`, `zone`.
"""

from functools import cache
from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from callflow.call import Language
from permissions.may import may, may_open
from settings import Settings
from web import registration
from web.assets import Assets, NotBuiltError
from web.current_user import Principal
from web.navigation import appearance, crumbs, grouped
from web.registration import NavPage
from web.words import said, section

LANGUAGE_COOKIE = "language"
"""Set by one click in the page; it outweighs the language of the account."""


@cache
def templates() -> Environment:
    """Return the templates of all features, and those that they share."""
    project = Path(__file__).resolve().parent.parent
    folders = [project / "web" / "templates", *sorted(project.glob("features/*/templates"))]
    return Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # the words are read once too
    )


def language_of(request: Request) -> Language:
    """Return the language to speak to who asks: their click, their account, Chinese."""
    principal = getattr(request.state, "principal", None)
    for wish in (request.cookies.get(LANGUAGE_COOKIE), getattr(principal, "language", None)):
        if wish in list(Language):
            return Language(wish)
    return Language.CHINESE


def page(request: Request, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
    """Return a page. `values` are what the template needs beyond its globals."""
    settings: Settings = request.app.state.settings
    assets: Assets = request.app.state.assets
    principal = getattr(request.state, "principal", None)
    language = language_of(request)
    groups = grouped(nav_pages(principal), request.url.path) if principal else []
    try:
        text = (
            templates()
            .get_template(template)
            .render(
                t=said(language),
                words=lambda *names: section(language, *names),
                language=language.value,
                other_language=_other(language).value,
                principal=principal,
                permitted=lambda verb: principal is not None and may(principal, verb),
                csrf=getattr(principal, "csrf", "") or "",
                asset=assets.path,
                company=settings.company,
                zone=settings.timezone,
                path=request.url.path,
                groups=groups,
                crumbs=crumbs(groups, request.url.path),
                appearance=appearance(request.cookies),
                **values,
            )
        )
    except NotBuiltError:
        return HTMLResponse(said(language)("common.not_built"), status_code=503)
    return HTMLResponse(text, status_code=status)


def nav_pages(principal: Principal) -> list[NavPage]:
    """Return the pages that somebody may open, in their order."""
    return [item for item in registration.nav_pages() if may_open(principal, item.address)]


def _other(language: Language) -> Language:
    return Language.ENGLISH if language is Language.CHINESE else Language.CHINESE
