"""What the contest of kills holds against us: each fault is found, and nothing else is one."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bench.jobs import Invite, _of_attempts, _of_guest
from bench.page import with_section

DUE = 1_795_300_000.0


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(DUE + seconds, UTC)


def _guest(**more: Any) -> dict[str, Any]:
    return {"due": _at(0), "state": "awake", "awake_at": _at(20), **more}


@pytest.mark.parametrize(
    ("rung", "row", "fault"),
    [
        ([0.1], _guest(), ""),
        ([0.1, 10.0, 20.04], _guest(), ""),
        ([0.1], _guest(state="alarm", awake_at=None), ""),
        ([-0.001], _guest(), "early"),
        ([], _guest(), "never rung"),
        ([0.1, 20.1], _guest(), "after the proof"),
        ([0.1], _guest(state="ringing", awake_at=None), "left ringing"),
        ([0.1], _guest(state="missed", awake_at=None), "left missed"),
    ],
)
def test_a_guest_is_rung_at_least_once_and_never_after_the_proof(
    rung: list[float], row: dict[str, Any], fault: str
) -> None:
    invites: list[Invite] = [(DUE + at, "20005") for at in rung] + [(DUE + 99, "20006")]
    found = _of_guest("20005", row, invites)
    assert len(found) == bool(fault)
    assert fault in "".join(found)


def test_there_is_an_attempt_for_every_ring_and_an_end_to_every_attempt() -> None:
    rows = [{"number": "20005", "ended_at": _at(5)}, {"number": "20006", "ended_at": _at(5)}]
    assert _of_attempts([(DUE, "20005")], rows) == []
    assert _of_attempts([(DUE, "20005")] * 2, rows) == ["20005 was rung 2 times for 1 attempts"]
    assert _of_attempts([], [{"number": "20005", "ended_at": None}]) == [
        "an attempt for 20005 has no end"
    ]


def test_each_measurement_writes_its_own_section_of_a_page() -> None:
    page = with_section("", "# A night\n\nquiet\n")
    page = with_section(page, "## Killed\n\n12 times\n")
    page = with_section(page, "# A night\n\nloud\n")
    assert page == "# A night\n\nloud\n\n## Killed\n\n12 times\n"
    assert with_section(page, "## Killed\n\n3 times\n").endswith("## Killed\n\n3 times\n")
