"""The part of the table of changes that is about inspection."""

from collections.abc import Sequence
from typing import Final

from tests.integration.page_api_change import Change, change

V1: Final = "/api/v1"

QUALITY: Final[Sequence[Change]] = (
    change("quality_forms.actions.make", "POST /quality-forms", f"POST {V1}/quality-forms"),
    change(
        "quality_forms.actions.save",
        "POST /quality-forms/{form_id}",
        f"PUT {V1}/quality-forms/{{form_id}}",
    ),
    *(
        change(
            f"quality_forms.actions.{act}",
            f"POST /quality-forms/{{form_id}}/{act}",
            f"POST {V1}/quality-forms/{{form_id}}/{act}",
        )
        for act in ("publish", "retire")
    ),
    change("quality_samples.actions.draw", "POST /quality/draws", f"POST {V1}/quality-draws"),
    change(
        "quality_samples.actions.take_next", "POST /quality/next", f"POST {V1}/quality-items/next"
    ),
    *(
        change(
            f"quality_samples.actions.{act}",
            f"POST /quality/items/{{item_id}}/{path}",
            f"POST {V1}/quality-items/{{item_id}}/{path}",
        )
        for act, path in (("take", "take"), ("give_back", "give-back"), ("hear", "heard"))
    ),
    change(
        "live_listening.actions.listen",
        f"POST {V1}/quality-items/{{item_id}}/listen",
        why="the page has a phone, and asks the API",
    ),
    change(
        "quality_samples.actions.make_session",
        "POST /quality/sessions",
        f"POST {V1}/quality-sessions",
    ),
    change(
        "quality_samples.actions.join_session",
        "POST /quality/sessions/{session_id}/join",
        f"POST {V1}/quality-sessions/{{session_id}}/join",
    ),
    change(
        "quality_scores.actions.save",
        "POST /quality/items/{item_id}",
        f"PUT {V1}/quality-items/{{item_id}}/draft",
    ),
    change(
        "quality_scores.actions.submit",
        "POST /quality/items/{item_id}/submit",
        f"POST {V1}/quality-items/{{item_id}}/score",
    ),
    change(
        "quality_scores.actions.correct",
        "POST /quality-results/{score_id}/correct",
        f"POST {V1}/quality-scores/{{score_id}}/correct",
    ),
    change(
        "quality_scores.actions_appeals.appeal",
        "POST /quality-results/{score_id}/appeal",
        f"POST {V1}/quality-scores/{{score_id}}/appeal",
    ),
    change(
        "quality_scores.actions_appeals.decide",
        "POST /quality-appeals/{appeal_id}/decide",
        f"POST {V1}/quality-appeals/{{appeal_id}}/decide",
    ),
    change(
        "quality_scores.actions_appeals.write_note",
        "POST /quality-notes",
        f"POST {V1}/quality-notes",
    ),
    change(
        "quality_scores.actions_appeals.see_note",
        "POST /quality-notes/{note_id}/seen",
        f"POST {V1}/quality-notes/{{note_id}}/seen",
    ),
)
