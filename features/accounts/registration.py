"""Registers sign-in, sessions, passwords and the page of accounts."""

from features.accounts import (
    api,
    api_second_factor,
    api_session,
    pages,
    pages_company,
    pages_second_factor,
    pages_sign_in,
)
from web.registration import Feature, NavPage

FEATURE = Feature(
    routers=(
        api_session.router,
        api_second_factor.router,
        api.router,
        pages_sign_in.router,
        pages_second_factor.router,
        pages_company.router,
        pages.router,
    ),
    pages=(NavPage("settings", "/accounts", "accounts", 130),),
    tags={"people": "Sessions, passwords and accounts (SEC-3)."},
    audited=(
        "session.began",
        "session.ended",
        "password.refused",
        "password.changed",
        "account.added",
        "account.changed",
        "account.reset",
        "account.sessions_ended",
        "factor.shown",
        "factor.begun",
        "factor.removed",
        "factor.sealed",
        "token.made",
        "token.revoked",
    ),
)
