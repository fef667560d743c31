"""Changes of a recording's pause, for the table of all changes."""

from typing import Final

from tests.integration.page_api_change import change

_ONE: Final = "/api/v1/calls/{call_id}/recording-pause"
_WHY: Final = "the desk and its keys ask the API, as with everything in a call"

PAUSES: Final = (
    change("recording_pauses.actions.pause", f"POST {_ONE}", why=_WHY),
    change("recording_pauses.actions.resume", f"DELETE {_ONE}", why=_WHY),
)
