"""Permissions of the forms of inspection: the manager answers for what is asked of agents."""

from permissions.declaring import Permissions
from permissions.roles import LEADERS, Role
from permissions.scopes import everything

_API = "/api/v1/quality-forms"

PERMISSIONS = Permissions(
    verbs={
        "quality_form.read": everything(LEADERS | {Role.INSPECTOR}),
        "quality_form.write": everything({Role.MANAGER, Role.ADMINISTRATOR}),
    },
    routes={
        f"GET {_API}": "quality_form.read",
        f"POST {_API}": "quality_form.write",
        f"GET {_API}/{{form_id}}": "quality_form.read",
        f"PUT {_API}/{{form_id}}": "quality_form.write",
        f"POST {_API}/{{form_id}}/publish": "quality_form.write",
        f"POST {_API}/{{form_id}}/retire": "quality_form.write",
        f"GET {_API}/{{form_id}}/versions/{{version}}": "quality_form.read",
        "GET /quality-forms": "quality_form.read",
        "POST /quality-forms": "quality_form.write",
        "GET /quality-forms/{form_id}": "quality_form.read",
        "POST /quality-forms/{form_id}": "quality_form.write",
        "POST /quality-forms/{form_id}/publish": "quality_form.write",
        "POST /quality-forms/{form_id}/retire": "quality_form.write",
    },
)
