"""The steps of a call as an inspector sees them: masked where they name somebody, never blank."""

import re
from collections.abc import Mapping
from zoneinfo import ZoneInfo

import pytest

from callflow.call import Language
from callflow.events import JournalEvent
from features.call_timeline.layout import steps
from features.call_timeline.timeline import _SENTENCES
from permissions.roles import Role
from web.formats import Formats

SAID = {
    "num": "13812345678",
    "name": "silent",
    "did": "10050",
    "seat": "w01",
    "to": "w02",
    "how": "join",
    "minutes": "30",
    "seconds": "42",
    "reasons": "QUE-1:large",
    "step": "2",
    "at": "07:30",
    "kind": "agent",
    "reason": "nobody",
    "topic": "fault",
    "queue": "hotline",
    "status": "TIMEOUT",
    "outcome": "silent",
    "error": "none",
    "by": "key",
    "language": "zh",
}


def _event(source: str, name: str, data: Mapping[str, str]) -> JournalEvent:
    return JournalEvent(1.0, source, "cel.csv#1", 0, name, "1", "PJSIP/8001-00000003", "1", data)


def _told(role: Role, source: str, name: str) -> list[str]:
    event = _event(source, name, SAID)
    show = Formats(ZoneInfo("Asia/Shanghai"), role)
    return [step.text for step in steps([event], [], Language.ENGLISH, show)]


@pytest.mark.parametrize(("source", "name"), sorted(set(_SENTENCES) - {("cel", "TR_CALL")}))
def test_an_inspector_reads_the_same_steps_as_a_leader(source: str, name: str) -> None:
    assert _told(Role.INSPECTOR, source, name) == _told(Role.TEAM_LEADER, source, name)


def test_an_inspector_reads_no_number_and_no_name_of_the_caller() -> None:
    [step] = _told(Role.INSPECTOR, "cel", "TR_CALL")
    assert not re.search(r"\d{6}|silent", step)
    assert "10050" in step


def test_a_number_outside_that_a_step_names_is_masked() -> None:
    event = _event("cel", "TR_TRANSFER", {"to": "13900001111", "seat": "w01"})
    show = Formats(ZoneInfo("Asia/Shanghai"), Role.INSPECTOR)
    [step] = steps([event], [], Language.ENGLISH, show)
    assert "13900001111" not in step.text
    assert step.text.startswith("w01 transfers to 139")
