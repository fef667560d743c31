"""Permissions of reports (RPT-1, RPT-2)."""

from permissions.declaring import Permissions
from permissions.roles import Role
from permissions.scopes import everything

_READERS = frozenset({Role.STATISTICIAN, Role.MANAGER, Role.ADMINISTRATOR})

PERMISSIONS = Permissions(
    verbs={
        "report.read": everything(_READERS),
        "report.correct": everything(_READERS),
    },
    routes={
        "GET /api/v1/reports": "report.read",
        "GET /api/v1/reports/{report_id}": "report.read",
        "GET /api/v1/reports/{report_id}/report.pdf": "report.read",
        "GET /api/v1/reports/{report_id}/report.xlsx": "report.read",
        "POST /api/v1/reports/{report_id}/corrections": "report.correct",
        "GET /reports": "report.read",
        "GET /reports/tickets": "report.read",
        "GET /reports/{report_id}": "report.read",
        "POST /reports/{report_id}/corrections": "report.correct",
    },
    looks={
        "GET /api/v1/reports": "report.list",
        "GET /reports": "report.list",
        "GET /api/v1/reports/{report_id}": "report.read",
        "GET /reports/{report_id}": "report.read",
        "GET /reports/tickets": "ticket.list",
    },
)
