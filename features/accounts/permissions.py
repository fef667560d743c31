"""Permissions of accounts: who has one, and who makes them (SEC-3)."""

from permissions.declaring import Open, Permissions
from permissions.roles import EVERYONE, Role
from permissions.scopes import everything

PERMISSIONS = Permissions(
    verbs={
        "account.manage": everything({Role.ADMINISTRATOR}),
        "session.own": everything(EVERYONE),
    },
    routes={
        "GET /login": Open.EVERYWHERE,
        "GET /login/oidc": Open.EVERYWHERE,
        "GET /login/oidc/return": Open.EVERYWHERE,
        "POST /login": Open.EVERYWHERE,
        "POST /logout": "session.own",
        "POST /api/v1/session": Open.EVERYWHERE,
        "GET /api/v1/session": "session.own",
        "DELETE /api/v1/session": "session.own",
        "GET /api/v1/sessions": "session.own",
        "DELETE /api/v1/sessions/{session_id}": "session.own",
        "PUT /api/v1/password": "session.own",
        "GET /password": "session.own",
        "POST /password": "session.own",
        "POST /password/sessions/{session_id}": "session.own",
        "GET /api/v1/second-factor": "session.own",
        "POST /api/v1/second-factor": "session.own",
        "PUT /api/v1/second-factor": "session.own",
        "POST /api/v1/second-factor/remove": "session.own",
        "GET /password/second-factor": "session.own",
        "POST /password/second-factor": "session.own",
        "POST /password/second-factor/prove": "session.own",
        "POST /password/second-factor/remove": "session.own",
        "GET /api/v1/accounts": "account.manage",
        "POST /api/v1/accounts": "account.manage",
        "PATCH /api/v1/accounts/{number}": "account.manage",
        "POST /api/v1/accounts/{number}/password": "account.manage",
        "GET /api/v1/accounts/{number}/sessions": "account.manage",
        "DELETE /api/v1/accounts/{number}/sessions": "account.manage",
        "GET /accounts": "account.manage",
        "POST /accounts": "account.manage",
        "POST /accounts/{number}/reset": "account.manage",
        "POST /accounts/{number}/disable": "account.manage",
        "POST /accounts/{number}/enable": "account.manage",
        "POST /accounts/{number}/role": "account.manage",
        "POST /accounts/{number}/end": "account.manage",
    },
    before_the_change=frozenset(
        {
            "GET /password",
            "POST /password",
            "PUT /api/v1/password",
            "POST /logout",
            "GET /api/v1/session",
            "DELETE /api/v1/session",
        }
    ),
)
