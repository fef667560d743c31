"""Owns how a page is made: a template, the words of a language, and who looks at it.

Templates escape everything they are given. They know `t` (words by key), `language`, `principal`
(who is signed in, or None), `csrf`, `asset` (the address of a built script or style), `company`,
`zone`.
"""

from functools import cache
from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from callflow.call import Language
from permissions.routes import POLICY, Open
from settings import Settings
from web.assets import Assets, NotBuiltError
from web.current_user import Principal
from web.navigation import Place, crumbs, grouped, look
from web.words import said, section

LANGUAGE_COOKIE = "language"
"""Set by one click in the page; it outweighs the language of the account."""

PLACES = (
    Place("desk", "/work", "work"),
    Place("desk", "/home", "home"),
    Place("desk", "/knowledge", "knowledge"),
    Place("customers", "/customers", "customers"),
    Place("customers", "/callbacks", "callbacks"),
    Place("outbound", "/wake-ups", "wake"),
    Place("outbound", "/campaigns", "campaigns"),
    Place("outbound", "/emergency-notifications", "notices"),
    Place("outbound", "/do-not-call", "do_not_call"),
    Place("floor", "/floor", "floor"),
    Place("floor", "/calls", "calls"),
    Place("floor", "/handover", "handover"),
    Place("settings", "/accounts", "accounts"),
    Place("settings", "/audit", "audit"),
    Place("settings", "/components", "components"),
)
"""The pages of the navigation; a role sees those it may open."""


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
    groups = grouped(places(principal), request.url.path) if principal else []
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
                csrf=getattr(principal, "csrf", "") or "",
                asset=assets.path,
                company=settings.company,
                zone=settings.timezone,
                path=request.url.path,
                groups=groups,
                crumbs=crumbs(groups, request.url.path),
                look=look(request.cookies),
                **values,
            )
        )
    except NotBuiltError:
        return HTMLResponse(said(language)("common.not_built"), status_code=503)
    return HTMLResponse(text, status_code=status)


def places(principal: Principal) -> list[Place]:
    """Return the pages that somebody may open, in their order."""

    def may_open(address: str) -> bool:
        rule = POLICY.get(("GET", address), frozenset())
        return not isinstance(rule, Open) and principal.role in rule

    return [place for place in PLACES if may_open(place.address)]


def _other(language: Language) -> Language:
    return Language.ENGLISH if language is Language.CHINESE else Language.CHINESE
