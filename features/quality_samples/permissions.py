"""Permissions of what is drawn for inspection, and of the work list (QA-1)."""

from permissions.declaring import Permissions
from permissions.roles import LEADERS, Role
from permissions.scopes import Scope, everything, own_team

_LEADER = own_team(Role.TEAM_LEADER, unless="leaders_see_every_team")
_INSPECTORS = everything(LEADERS | {Role.INSPECTOR}) | _LEADER
_LEADS = everything({Role.INSPECTOR, Role.MANAGER, Role.ADMINISTRATOR})
_TEAM = "what is about the work of the own team; never about oneself"
_API = "/api/v1/quality"

PERMISSIONS = Permissions(
    verbs={
        "quality_sample.read": _INSPECTORS,
        "quality_sample.work": _INSPECTORS,
        "quality_sample.draw": _LEADS,
        "quality_session.make": _LEADS,
    },
    routes={
        f"GET {_API}-items": "quality_sample.read",
        f"POST {_API}-items/next": "quality_sample.work",
        f"GET {_API}-items/{{item_id}}": "quality_sample.read",
        f"POST {_API}-items/{{item_id}}/take": "quality_sample.work",
        f"POST {_API}-items/{{item_id}}/give-back": "quality_sample.work",
        f"POST {_API}-items/{{item_id}}/heard": "quality_sample.work",
        f"GET {_API}-draws": "quality_sample.read",
        f"POST {_API}-draws": "quality_sample.draw",
        f"GET {_API}-draws/{{day}}": "quality_sample.read",
        f"GET {_API}-sessions": "quality_sample.read",
        f"POST {_API}-sessions": "quality_session.make",
        f"POST {_API}-sessions/{{session_id}}/join": "quality_sample.work",
        "GET /quality": "quality_sample.read",
        "POST /quality/next": "quality_sample.work",
        "POST /quality/items/{item_id}/take": "quality_sample.work",
        "POST /quality/items/{item_id}/give-back": "quality_sample.work",
        "POST /quality/items/{item_id}/heard": "quality_sample.work",
        "GET /quality/draws": "quality_sample.read",
        "POST /quality/draws": "quality_sample.draw",
        "GET /quality/draws/{day}": "quality_sample.read",
        "GET /quality/sessions": "quality_sample.read",
        "POST /quality/sessions": "quality_session.make",
        "POST /quality/sessions/{session_id}/join": "quality_sample.work",
    },
    scopes={
        "quality_sample.read": {Scope.TEAM: _TEAM},
        "quality_sample.work": {Scope.TEAM: _TEAM},
    },
)
