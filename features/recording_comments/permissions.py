"""Permissions of comments at moments of recordings: who may listen may comment (QA-5)."""

from permissions.declaring import Permissions
from permissions.roles import LEADERS, Role
from permissions.scopes import Scope, everything, own, own_department, own_team

# As `recording.listen` (features/call_recordings).
_LISTENERS = (
    everything(LEADERS | {Role.SENIOR_AGENT, Role.RECORDING_CLERK, Role.INSPECTOR})
    | own_team(Role.TEAM_LEADER, unless="leaders_see_every_team")
    | own(Role.JUNIOR_AGENT, unless="juniors_open_every_call")
    | own_department(Role.DEPARTMENT)
)
_SCOPES = {
    Scope.OWN: "calls they talked in, and those of the customer whom they serve now",
    Scope.TEAM: "calls in which somebody of the own team talked, those in which nobody of ours "
    "did, and those of the customer whom they serve now",
    Scope.DEPARTMENT: "calls of the tickets that the department is to settle, until they are "
    "settled",
}
_ONE = "recording-comments/{comment_id}"

PERMISSIONS = Permissions(
    verbs={"recording_comment.read": _LISTENERS, "recording_comment.write": _LISTENERS},
    routes={
        "GET /api/v1/recording-comments": "recording_comment.read",
        "POST /api/v1/calls/{call_id}/comments": "recording_comment.write",
        f"PATCH /api/v1/{_ONE}": "recording_comment.write",
        f"DELETE /api/v1/{_ONE}": "recording_comment.write",
        f"POST /api/v1/{_ONE}/restore": "recording_comment.write",
        "GET /recording-comments": "recording_comment.read",
        "GET /calls/{call_id}/comments": "recording_comment.read",
        "POST /calls/{call_id}/comments": "recording_comment.write",
        f"POST /{_ONE}": "recording_comment.write",
        f"POST /{_ONE}/remove": "recording_comment.write",
        f"POST /{_ONE}/restore": "recording_comment.write",
    },
    scopes={"recording_comment.read": _SCOPES, "recording_comment.write": _SCOPES},
    looks={
        "GET /api/v1/recording-comments": "recording_comment.list",
        "GET /recording-comments": "recording_comment.list",
        "GET /calls/{call_id}/comments": "recording_comment.list",
    },
)
