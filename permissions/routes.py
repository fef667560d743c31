"""Owns who may ask what: one table from every route to the roles it answers (SEC-1, SEC-3).

Pages, event streams, web sockets and files are routes like those of the API. A route that is not in
the table does not start; neither does a table with a route that is not there, nor anything that
would not pass the table: a mount, a route that is none of the framework's. The reasons are the
work of each role in the regulations.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum

from fastapi.routing import APIRoute, APIWebSocketRoute, iter_route_contexts
from starlette.routing import BaseRoute

from permissions.roles import Role

Route = tuple[str, str]
"""Method and path template, as in `("GET", "/api/v1/calls/{call_id}")`."""

WEB_SOCKET = "WEBSOCKET"
"""Stands for the method of a web socket."""


class Open(Enum):
    """Routes that need neither a session nor a token."""

    EVERYWHERE = "everywhere"
    """Says nothing about any caller or this machine."""
    LOOPBACK = "loopback"
    """Figures about the machine: from itself without a token, from elsewhere for LEADERS only."""


LEADERS = frozenset({Role.TEAM_LEADER, Role.MANAGER, Role.ADMINISTRATOR})

_AGENTS = frozenset({Role.JUNIOR_AGENT, Role.SENIOR_AGENT})

_CALLS = (
    LEADERS
    | _AGENTS
    | {
        Role.RECORDING_CLERK,
        Role.SURVEYOR,
        Role.RECORDS_CLERK,
        Role.INSPECTOR,
        Role.STATISTICIAN,
        Role.SWITCHBOARD,
    }
)

_TICKETS = (
    LEADERS
    | _AGENTS
    | {
        Role.TEXT_CLERK,
        Role.RECORDING_CLERK,
        Role.SURVEYOR,
        Role.RECORDS_CLERK,
        Role.INSPECTOR,
        Role.STATISTICIAN,
        Role.DEPARTMENT,
    }
)

_RECORDINGS = LEADERS | {
    Role.SENIOR_AGENT,
    Role.RECORDING_CLERK,
    Role.RECORDS_CLERK,
    Role.INSPECTOR,
}

_LISTENERS = _RECORDINGS - {Role.RECORDS_CLERK}
"""Who may hear a caller: reviews (TKT-3), takes messages down (QUE-5), inspects (QA-1), leads."""

_WRITERS = LEADERS | _AGENTS | {Role.TEXT_CLERK, Role.RECORDING_CLERK, Role.SURVEYOR}
"""Who types into tickets and promises calls back: talks, takes down, asks afterwards."""

_CUSTOMERS = _WRITERS | {Role.SWITCHBOARD}

CALLBACK_MAKERS = _CUSTOMERS
"""Who promises calls back, and sees which are late (CBK-1)."""

_TEACHERS = LEADERS | {Role.SENIOR_AGENT, Role.RECORDS_CLERK}
"""Who writes the knowledge base: difficult answers become entries (TKT-15)."""

_EVERYONE = frozenset(Role)

_SHIFTS = LEADERS | _AGENTS | {Role.SWITCHBOARD, Role.FLOOR_ATTENDANT}
"""Who works in shifts, and hands over to the next (RPT-4)."""

_WAKERS = LEADERS | _AGENTS | {Role.SWITCHBOARD}
"""Who keeps the register of wake-ups (WAK-1)."""

KNOCKERS = _WAKERS | {Role.FLOOR_ATTENDANT}
"""Who sees it, and may say that a guest is awake (WAK-3)."""

_WAKE_LEDGER = LEADERS | {Role.SWITCHBOARD}
"""Who may carry a whole day of guests out of the house, as a file."""
_SURVEYORS = LEADERS | {Role.SURVEYOR}
"""Who makes campaigns of calls, starts and stops them (CBK-3)."""

CAMPAIGNS_SEEN = _SURVEYORS | {Role.RECORDS_CLERK, Role.INSPECTOR, Role.STATISTICIAN}
"""Who sees what came of them: archives, inspects, counts; numbers are masked for these."""

_SEATED = _AGENTS | {Role.TEAM_LEADER, Role.MANAGER}
"""Who works at a seat with a phone (QUE-4)."""

_ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})

Allowed = frozenset[Role] | Open

POLICY: Mapping[Route, Allowed] = {
    ("GET", "/api/v1/calls"): _CALLS,
    ("GET", "/api/v1/calls/{call_id}"): _CALLS,
    ("GET", "/api/v1/calls/{call_id}/events"): _CALLS,
    ("POST", "/api/v1/calls/{call_id}/ticket"): _WRITERS & _CALLS,
    ("POST", "/api/v1/calls/{call_id}/ticket/asked"): _WRITERS & _CALLS,
    ("GET", "/api/v1/tickets"): _TICKETS,
    ("GET", "/api/v1/tickets/{ticket_id}"): _TICKETS,
    ("PATCH", "/api/v1/tickets/{ticket_id}"): _WRITERS,
    ("GET", "/api/v1/tickets/{ticket_id}/versions"): _WRITERS,
    ("GET", "/api/v1/recordings"): _RECORDINGS,
    ("GET", "/api/v1/recordings/{recording_id}"): _RECORDINGS,
    ("GET", "/api/v1/recordings/{recording_id}/audio"): _LISTENERS,
    ("GET", "/api/v1/recordings/{recording_id}/peaks"): _LISTENERS,
    ("GET", "/api/v1/customers/{number}"): _CUSTOMERS,
    ("PUT", "/api/v1/customers/{number}"): _WRITERS,
    ("GET", "/api/v1/knowledge"): _EVERYONE,
    ("GET", "/api/v1/knowledge/{entry_id}"): _EVERYONE,
    ("POST", "/api/v1/knowledge"): _TEACHERS,
    ("PUT", "/api/v1/knowledge/{entry_id}"): _TEACHERS,
    ("GET", "/api/v1/callbacks"): _CUSTOMERS,
    ("POST", "/api/v1/callbacks"): _CUSTOMERS,
    ("PATCH", "/api/v1/callbacks/{callback_id}"): _CUSTOMERS,
    ("POST", "/api/v1/callbacks/{callback_id}/call"): _CUSTOMERS,
    ("GET", "/api/v1/handovers"): _SHIFTS | {Role.INSPECTOR},
    ("POST", "/api/v1/handovers"): _SHIFTS,
    ("POST", "/api/v1/handovers/{handover_id}/sign"): _SHIFTS,
    ("GET", "/api/v1/wake-registrations"): KNOCKERS,
    ("POST", "/api/v1/wake-registrations"): _WAKERS,
    ("DELETE", "/api/v1/wake-registrations/{registration_id}"): _WAKERS,
    ("POST", "/api/v1/wake-registrations/import"): _WAKERS,
    ("GET", "/api/v1/wake-register.csv"): _WAKE_LEDGER,
    ("GET", "/api/v1/wake-forecast"): KNOCKERS,
    ("GET", "/api/v1/wake-ups"): KNOCKERS,
    ("GET", "/api/v1/wake-ups/{wake_up_id}"): KNOCKERS,
    ("GET", "/api/v1/wake-ups/{wake_up_id}/evidence.pdf"): KNOCKERS,
    ("POST", "/api/v1/wake-ups/{wake_up_id}/awake"): KNOCKERS,
    ("GET", "/api/v1/incidents"): LEADERS,
    ("POST", "/api/v1/incidents"): LEADERS,
    ("GET", "/api/v1/incidents/{incident_id}"): LEADERS,
    ("PUT", "/api/v1/incidents/{incident_id}/message"): LEADERS,
    ("POST", "/api/v1/incidents/{incident_id}/customers"): LEADERS,
    ("POST", "/api/v1/incidents/{incident_id}/list"): LEADERS,
    ("DELETE", "/api/v1/incidents/{incident_id}/households"): LEADERS,
    ("POST", "/api/v1/incidents/{incident_id}/start"): LEADERS,
    ("POST", "/api/v1/incidents/{incident_id}/stop"): LEADERS,
    ("GET", "/api/v1/incidents/{incident_id}/households"): LEADERS,
    ("POST", "/api/v1/incidents/{incident_id}/households/{household_id}/door"): LEADERS,
    ("POST", "/api/v1/campaign-lists"): _SURVEYORS,
    ("GET", "/api/v1/campaign-lists/{list_id}"): _SURVEYORS,
    ("GET", "/api/v1/campaigns"): CAMPAIGNS_SEEN,
    ("POST", "/api/v1/campaigns"): _SURVEYORS,
    ("GET", "/api/v1/campaigns/{campaign_id}"): CAMPAIGNS_SEEN,
    ("POST", "/api/v1/campaigns/{campaign_id}/start"): _SURVEYORS,
    ("POST", "/api/v1/campaigns/{campaign_id}/pause"): _SURVEYORS,
    ("POST", "/api/v1/campaigns/{campaign_id}/stop"): _SURVEYORS,
    ("POST", "/api/v1/campaigns/{campaign_id}/copy"): _SURVEYORS,
    ("GET", "/api/v1/campaigns/{campaign_id}/results"): CAMPAIGNS_SEEN,
    ("GET", "/api/v1/campaigns/{campaign_id}/export"): LEADERS,  # a right of its own (SEC-2)
    ("GET", "/api/v1/calls/{call_id}/campaign"): _SEATED,
    ("PUT", "/api/v1/calls/{call_id}/campaign"): _SEATED,
    ("GET", "/api/v1/tickets/{ticket_id}/visits"): _TICKETS,
    ("GET", "/api/v1/do-not-call"): _CUSTOMERS | CAMPAIGNS_SEEN,
    ("PUT", "/api/v1/do-not-call/{number}"): _CUSTOMERS,
    ("DELETE", "/api/v1/do-not-call/{number}"): LEADERS,
    ("GET", "/api/v1/audit"): LEADERS | {Role.INSPECTOR},
    ("GET", "/api/v1/outage"): _EVERYONE,
    ("PUT", "/api/v1/outage"): frozenset({Role.TEAM_LEADER, Role.ADMINISTRATOR}),
    ("DELETE", "/api/v1/outage"): frozenset({Role.TEAM_LEADER, Role.ADMINISTRATOR}),
    ("GET", "/static/{built}"): Open.EVERYWHERE,
    ("GET", "/"): _EVERYONE,
    ("GET", "/work"): _AGENTS | {Role.TEAM_LEADER, Role.MANAGER, Role.SWITCHBOARD},
    ("GET", "/login"): Open.EVERYWHERE,
    ("GET", "/login/oidc"): Open.EVERYWHERE,
    ("GET", "/login/oidc/return"): Open.EVERYWHERE,
    ("POST", "/login"): Open.EVERYWHERE,
    ("POST", "/logout"): _EVERYONE,
    ("POST", "/api/v1/session"): Open.EVERYWHERE,
    ("GET", "/api/v1/session"): _EVERYONE,
    ("DELETE", "/api/v1/session"): _EVERYONE,
    ("GET", "/api/v1/sessions"): _EVERYONE,
    ("DELETE", "/api/v1/sessions/{session_id}"): _EVERYONE,
    ("PUT", "/api/v1/password"): _EVERYONE,
    ("GET", "/password"): _EVERYONE,
    ("POST", "/password"): _EVERYONE,
    ("POST", "/password/sessions/{session_id}"): _EVERYONE,
    ("GET", "/api/v1/accounts"): _ADMINISTRATOR,
    ("POST", "/api/v1/accounts"): _ADMINISTRATOR,
    ("PATCH", "/api/v1/accounts/{number}"): _ADMINISTRATOR,
    ("POST", "/api/v1/accounts/{number}/password"): _ADMINISTRATOR,
    ("GET", "/api/v1/accounts/{number}/sessions"): _ADMINISTRATOR,
    ("DELETE", "/api/v1/accounts/{number}/sessions"): _ADMINISTRATOR,
    ("GET", "/calls"): _CALLS,
    ("GET", "/calls/{call_id}"): _CALLS,
    ("GET", "/recordings/{recording_id}"): _RECORDINGS,
    ("GET", "/floor"): LEADERS,
    ("GET", "/handover"): _SHIFTS | {Role.INSPECTOR},
    ("POST", "/handover"): _SHIFTS,
    ("POST", "/handover/{handover_id}/sign"): _SHIFTS,
    ("GET", "/wake-ups"): KNOCKERS,
    ("POST", "/wake-ups"): _WAKERS,
    ("POST", "/wake-ups/import"): _WAKERS,
    ("POST", "/wake-ups/import/keep"): _WAKERS,
    ("POST", "/wake-ups/registrations/{registration_id}/cancel"): _WAKERS,
    ("POST", "/wake-ups/{wake_up_id}/awake"): KNOCKERS,
    ("GET", "/wake-ups/{wake_up_id}"): KNOCKERS,
    ("GET", "/emergency-notifications"): LEADERS,
    ("POST", "/emergency-notifications"): LEADERS,
    ("GET", "/emergency-notifications/{incident_id}"): LEADERS,
    ("POST", "/emergency-notifications/{incident_id}/message"): LEADERS,
    ("POST", "/emergency-notifications/{incident_id}/recording"): LEADERS,
    ("GET", "/emergency-notifications/{incident_id}/message.wav"): LEADERS,
    ("POST", "/emergency-notifications/{incident_id}/customers"): LEADERS,
    ("POST", "/emergency-notifications/{incident_id}/list"): LEADERS,
    ("POST", "/emergency-notifications/{incident_id}/clear"): LEADERS,
    ("POST", "/emergency-notifications/{incident_id}/start"): LEADERS,
    ("POST", "/emergency-notifications/{incident_id}/stop"): LEADERS,
    ("GET", "/emergency-notifications/{incident_id}/door"): LEADERS,
    ("POST", "/emergency-notifications/{incident_id}/households/{household_id}/door"): LEADERS,
    ("GET", "/emergency-notifications/{incident_id}/results.csv"): LEADERS,
    ("GET", "/callbacks"): CALLBACK_MAKERS,
    ("POST", "/callbacks"): CALLBACK_MAKERS,
    ("POST", "/callbacks/{callback_id}/call"): CALLBACK_MAKERS,
    ("POST", "/callbacks/{callback_id}/kept"): CALLBACK_MAKERS,
    ("POST", "/callbacks/{callback_id}/cancel"): CALLBACK_MAKERS,
    ("GET", "/campaigns"): CAMPAIGNS_SEEN,
    ("GET", "/campaigns/new"): _SURVEYORS,
    ("POST", "/campaigns/new"): _SURVEYORS,
    ("GET", "/campaigns/lists/{list_id}"): _SURVEYORS,
    ("POST", "/campaigns/lists/{list_id}"): _SURVEYORS,
    ("GET", "/campaigns/{campaign_id}"): CAMPAIGNS_SEEN,
    ("POST", "/campaigns/{campaign_id}/start"): _SURVEYORS,
    ("POST", "/campaigns/{campaign_id}/pause"): _SURVEYORS,
    ("POST", "/campaigns/{campaign_id}/stop"): _SURVEYORS,
    ("POST", "/campaigns/{campaign_id}/copy"): _SURVEYORS,
    ("GET", "/do-not-call"): _CUSTOMERS | CAMPAIGNS_SEEN,
    ("POST", "/do-not-call"): _CUSTOMERS,
    ("POST", "/do-not-call/remove"): LEADERS,
    ("GET", "/customers"): _CUSTOMERS,
    ("GET", "/customers/{number}"): _CUSTOMERS,
    ("POST", "/customers/{number}"): _WRITERS,
    ("GET", "/audit"): LEADERS | {Role.INSPECTOR},
    ("GET", "/accounts"): _ADMINISTRATOR,
    ("POST", "/accounts"): _ADMINISTRATOR,
    ("POST", "/accounts/{number}/reset"): _ADMINISTRATOR,
    ("POST", "/accounts/{number}/disable"): _ADMINISTRATOR,
    ("POST", "/accounts/{number}/enable"): _ADMINISTRATOR,
    ("POST", "/accounts/{number}/role"): _ADMINISTRATOR,
    ("POST", "/accounts/{number}/end"): _ADMINISTRATOR,
    ("GET", "/home"): _EVERYONE,
    ("GET", "/search"): _EVERYONE,
    ("GET", "/api/v1/search"): _EVERYONE,
    ("GET", "/api/v1/due"): _EVERYONE,
    ("GET", "/components"): _ADMINISTRATOR,
    ("GET", "/knowledge"): _EVERYONE,
    ("GET", "/knowledge/new"): _TEACHERS,
    ("POST", "/knowledge/new"): _TEACHERS,
    ("GET", "/knowledge/{entry_id}"): _EVERYONE,
    ("GET", "/knowledge/{entry_id}/edit"): _TEACHERS,
    ("POST", "/knowledge/{entry_id}/edit"): _TEACHERS,
    ("GET", "/live"): _EVERYONE,
    ("POST", "/live/seen"): _EVERYONE,
    ("GET", "/api/v1/colleagues"): _SEATED,
    ("POST", "/api/v1/duty"): _SEATED,
    ("GET", "/api/v1/duty"): _SEATED,
    ("DELETE", "/api/v1/duty"): _SEATED,
    ("POST", "/api/v1/duty/move"): _SEATED,
    ("PUT", "/api/v1/duty/state"): _SEATED,
    ("POST", "/api/v1/duty/present"): _SEATED,
    ("POST", "/api/v1/calls/{call_id}/script"): _SEATED,
    ("POST", "/api/v1/calls/{call_id}/transfer"): _SEATED,
    ("POST", "/api/v1/calls/{call_id}/conference"): _SEATED,
    ("POST", "/api/v1/calls/{call_id}/hold"): _SEATED,
    ("POST", "/api/v1/calls/{call_id}/complete"): _SEATED,
    ("POST", "/api/v1/calls/{call_id}/drop"): _SEATED,
    ("POST", "/api/v1/calls/{call_id}/lost"): _SEATED,
    ("GET", "/api/v1/floor"): LEADERS,
    ("POST", "/api/v1/agents/{number}/watch"): LEADERS,
    ("POST", "/api/v1/agents/{number}/sign_out"): LEADERS,
    ("POST", "/api/v1/agents/{number}/move"): LEADERS,
    ("GET", "/health"): Open.LOOPBACK,
    ("GET", "/metrics"): Open.LOOPBACK,
    ("GET", "/openapi.json"): Open.EVERYWHERE,
}

BEFORE_THE_CHANGE: frozenset[Route] = frozenset(
    {
        ("GET", "/password"),
        ("POST", "/password"),
        ("PUT", "/api/v1/password"),
        ("POST", "/logout"),
        ("GET", "/api/v1/session"),
        ("DELETE", "/api/v1/session"),
    }
)
"""What somebody may do whose password another person knows: change it, or leave."""

_NO_PAGES = ("/api/", "/static/", "/live", "/health", "/metrics", "/openapi.json")


class UnguardedError(Exception):
    """The routes and the policy do not match; the desk must not start."""


def allowed(method: str, path: str) -> Allowed:
    """Return who may use a route. Raises KeyError for a route without a policy."""
    return POLICY[method, path]


def may(role: Role, method: str, path: str) -> bool:
    """Tell whether a role may use a route that is not open: what a page offers, and what not."""
    rule = allowed(method, path)
    return isinstance(rule, frozenset) and role in rule


def is_page(path: str) -> bool:
    """Return whether a person looks at what is at an address, and wants words, not JSON."""
    return not path.startswith(_NO_PAGES)


def require_policy(routes: Sequence[BaseRoute]) -> None:
    """Raise UnguardedError unless the routes of the application and the policy match one to one."""
    found = set(known_routes(routes))
    unguarded, dead = found - set(POLICY), set(POLICY) - found
    if unguarded:
        raise UnguardedError(f"routes without a policy: {_listed(unguarded)}")
    if dead:
        raise UnguardedError(f"policies without a route: {_listed(dead)}")


def known_routes(routes: Sequence[BaseRoute]) -> Iterable[Route]:
    """Give every route, those of included routers too. Raises UnguardedError for other kinds."""
    for context in iter_route_contexts(routes):
        if isinstance(context.original_route, APIWebSocketRoute):
            yield WEB_SOCKET, context.path or ""
        elif isinstance(context.original_route, APIRoute):
            for method in context.methods or ():
                yield method, context.path or ""
        else:
            raise UnguardedError(f"{context.original_route!r}: nothing guards it")


def _listed(routes: set[Route]) -> str:
    return ", ".join(f"{method} {path}" for method, path in sorted(routes))
