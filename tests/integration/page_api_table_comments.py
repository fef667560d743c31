"""Changes of comments at moments of recordings, for the table of all changes."""

from typing import Final

from tests.integration.page_api_change import change

V1: Final = "/api/v1"
_COMMENT: Final = "recording-comments/{comment_id}"

COMMENTS: Final = (
    change(
        "recording_comments.actions.add",
        "POST /calls/{call_id}/comments",
        f"POST {V1}/calls/{{call_id}}/comments",
    ),
    *(
        change(
            f"recording_comments.actions.{act}",
            f"POST /{_COMMENT}{page}",
            f"{method} {V1}/{_COMMENT}{call}",
        )
        for act, page, method, call in (
            ("save", "", "PATCH", ""),
            ("remove", "/remove", "DELETE", ""),
            ("restore", "/restore", "POST", "/restore"),
        )
    ),
)
