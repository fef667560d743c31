"""The lists of a notification as a table: no name is a formula, and every reason has words."""

import codecs
import csv
import io
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from callflow.call import Language
from features.emergency_notifications.export import COLUMNS, table, why
from features.emergency_notifications.households import HouseholdView as Household
from features.emergency_notifications.lifecycle import HouseholdState, chosen
from permissions.roles import Role
from web.formats import Formats
from web.words import said

SHOW = Formats(ZoneInfo("Asia/Shanghai"), Role.TEAM_LEADER)
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def test_a_row_says_who_was_told_when_on_which_number() -> None:
    told = replace(
        chosen(("8001", "8002")), state=HouseholdState.TOLD, told_at=NOON, told_on="8002", tries=2
    )
    rows = [Household(id=1, incident_id=1, name="=王", area="老街", door_by="", household=told)]
    content = table(rows, said(Language.ENGLISH), SHOW)
    assert content.startswith(codecs.BOM_UTF8)
    header, row = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert len(header) == len(COLUMNS)
    assert row == ["'=王", "老街", "8001;8002", "told", "2026-11-22 12:00:00", "8002", "", "2", ""]


@pytest.mark.parametrize("reason", ["answered", "stopped", "never heard of"])
def test_every_reason_has_words(reason: str) -> None:
    assert said(Language.CHINESE)(why(reason))
