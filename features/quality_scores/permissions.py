"""Permissions of scores, appeals and coaching notes.

Nobody scores, corrects or decides on themselves, whatever the role: the actions refuse it.
"""

from permissions.declaring import Permissions
from permissions.roles import LEADERS, WRITERS, Role
from permissions.scopes import Scope, everything, own, own_team

_LEADER = own_team(Role.TEAM_LEADER, unless="leaders_see_every_team")
_LEADS = everything({Role.INSPECTOR, Role.MANAGER, Role.ADMINISTRATOR})
_INSPECTED = own(*(WRITERS - LEADERS))
_OWN = "what counts for themselves"
_TEAM = "what is about the own team"
_API = "/api/v1/quality"
_ITEM, _SCORE = f"{_API}-items/{{item_id}}", f"{_API}-scores/{{score_id}}"

PERMISSIONS = Permissions(
    verbs={
        "quality_score.read": _LEADS | _LEADER | _INSPECTED,
        "quality_score.write": _LEADS | _LEADER,
        "quality_score.correct": _LEADS,
        "quality_score.compare": _LEADS | _LEADER,
        "quality_appeal.read": _LEADS | _LEADER | _INSPECTED,
        "quality_appeal.make": _INSPECTED | own(Role.TEAM_LEADER),
        "quality_appeal.decide": _LEADS,
        "quality_note.read": _LEADS | _LEADER | _INSPECTED,
        "quality_note.write": _LEADS | _LEADER,
        "quality_note.see": _INSPECTED | own(Role.TEAM_LEADER),
    },
    routes={
        f"GET {_ITEM}/draft": "quality_score.write",
        f"PUT {_ITEM}/draft": "quality_score.write",
        f"POST {_ITEM}/score": "quality_score.write",
        f"GET {_API}-scores": "quality_score.read",
        f"GET {_SCORE}": "quality_score.read",
        f"POST {_SCORE}/correct": "quality_score.correct",
        f"POST {_SCORE}/appeal": "quality_appeal.make",
        f"GET {_API}-sessions/{{session_id}}": "quality_score.compare",
        f"GET {_API}-agreement": "quality_score.compare",
        f"GET {_API}-appeals": "quality_appeal.read",
        f"POST {_API}-appeals/{{appeal_id}}/decide": "quality_appeal.decide",
        f"GET {_API}-notes": "quality_note.read",
        f"POST {_API}-notes": "quality_note.write",
        f"POST {_API}-notes/{{note_id}}/seen": "quality_note.see",
        "GET /quality/items/{item_id}": "quality_score.write",
        "POST /quality/items/{item_id}": "quality_score.write",
        "POST /quality/items/{item_id}/submit": "quality_score.write",
        "GET /quality/sessions/{session_id}": "quality_score.compare",
        "GET /quality/agreement": "quality_score.compare",
        "GET /quality-results": "quality_score.read",
        "GET /quality-results/{score_id}": "quality_score.read",
        "POST /quality-results/{score_id}/correct": "quality_score.correct",
        "POST /quality-results/{score_id}/appeal": "quality_appeal.make",
        "GET /quality-appeals": "quality_appeal.read",
        "POST /quality-appeals/{appeal_id}/decide": "quality_appeal.decide",
        "GET /quality-notes": "quality_note.read",
        "POST /quality-notes": "quality_note.write",
        "POST /quality-notes/{note_id}/seen": "quality_note.see",
    },
    scopes={
        "quality_score.read": {Scope.OWN: _OWN, Scope.TEAM: _TEAM},
        "quality_score.write": {Scope.TEAM: _TEAM},
        "quality_score.compare": {Scope.TEAM: _TEAM},
        "quality_appeal.read": {Scope.OWN: _OWN, Scope.TEAM: _TEAM},
        "quality_appeal.make": {Scope.OWN: _OWN},
        "quality_note.read": {Scope.OWN: _OWN, Scope.TEAM: _TEAM},
        "quality_note.write": {Scope.TEAM: _TEAM},
        "quality_note.see": {Scope.OWN: _OWN},
    },
    looks={
        f"GET {_ITEM}/draft": "quality_item.read",
        "GET /quality/items/{item_id}": "quality_item.read",
        f"GET {_API}-scores": "quality_score.list",
        "GET /quality-results": "quality_score.list",
        f"GET {_SCORE}": "quality_score.read",
        "GET /quality-results/{score_id}": "quality_score.read",
        f"GET {_API}-sessions/{{session_id}}": "quality_session.read",
        "GET /quality/sessions/{session_id}": "quality_session.read",
        f"GET {_API}-appeals": "quality_appeal.list",
        "GET /quality-appeals": "quality_appeal.list",
        f"GET {_API}-notes": "quality_note.list",
        "GET /quality-notes": "quality_note.list",
    },
)
