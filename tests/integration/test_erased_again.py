"""A backup from before an erasure brings the person back: a restore erases again, at once."""

import asyncio
import json
from pathlib import Path

import pytest
from sqlalchemy import text

from db.engine import engine
from features.personal_data.written_down import List
from tests.backups import Filled, path_with_postgres, thirdring
from tests.integration import erased_house as erasing
from tests.integration.desk_room import NUMBER, opened
from tests.integration.page_room import Pages
from tests.integration.records_room import one_of_everything


@pytest.fixture(autouse=True)
def _programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", path_with_postgres())


async def _said_everywhere(filled: Filled) -> None:
    async with opened(*filled) as desk:
        pages = Pages(desk)
        await pages.write(one_of_everything)
        await pages.write(erasing.settled)
        erasing.files_of(desk.settings.home)


async def _erased(filled: Filled) -> None:
    async with opened(*filled) as desk:
        await erasing.asked(Pages(desk))
        await erasing.carried_out(desk)
        assert [each["state"] for each in await erasing.listed(desk)] == ["done"]


async def _told(filled: Filled, query: str) -> list[tuple[object, ...]]:
    home, url = filled
    made = engine(url or f"sqlite+aiosqlite:///{home}/thirdring.db")
    async with made.connect() as connection:
        found = [tuple(row) for row in await connection.execute(text(query))]
    await made.dispose()
    return found


def _names(filled: Filled) -> dict[str, str]:
    return {"home": str(filled[0]), "database_url": filled[1]}


def test_who_was_erased_is_not_brought_back_by_an_older_backup(
    filled: Filled, tmp_path_factory: pytest.TempPathFactory
) -> None:
    asyncio.run(_said_everywhere(filled))
    into = tmp_path_factory.mktemp("backups")
    before = thirdring("backup", str(into), **_names(filled))
    assert before.exit_code == 0, before.output
    older = next(into.glob("*Z"))
    asyncio.run(_erased(filled))
    after = thirdring("backup", str(into), **_names(filled))
    assert after.exit_code == 0, after.output
    assert (into / "erased.jsonl").stat().st_mode & 0o777 == 0o600
    assert NUMBER not in (into / "erased.jsonl").read_text()

    restored = thirdring("restore", str(older), "--replace", **_names(filled))
    assert restored.exit_code == 0, restored.output
    assert "erased again: 1 people" in restored.output
    assert erasing.holding(filled[0]) == {}
    numbers = asyncio.run(_told(filled, "SELECT DISTINCT number FROM calls ORDER BY number"))
    assert numbers == [("",), (erasing.OTHER,)]

    (filled[0] / "erased.jsonl").unlink()  # as on a machine that had none: the folder's is taken
    again = thirdring("restore", str(older), "--replace", **_names(filled))
    assert "erased again: 1 people" in again.output, again.output
    newest = max(into.glob("*Z"))
    last = thirdring("restore", str(newest), "--replace", **_names(filled))
    assert last.exit_code == 0, last.output
    assert "erased again" not in last.output, "it was made after the erasure"


def test_a_list_that_is_torn_still_says_the_others(tmp_path: Path) -> None:
    path = tmp_path / "erased.jsonl"
    line = {"key": "k", "person": "p", "at": "2026-11-30T00:00:00+00:00"}
    path.write_text(json.dumps(line) + '\n{"key": "k", "per\nnull\n')
    [(who, at)] = List(path).read().items()
    assert (who, at.isoformat()) == (("k", "p"), line["at"])
    List(path).add({who: at})
    assert path.read_text().count('"p"') == 1


def test_the_command_line_shows_gives_out_and_erases(filled: Filled, tmp_path: Path) -> None:
    names, package = _names(filled), tmp_path / "given.zip"
    shown = thirdring("person", "show", "+86 138-1234-5678", **names)
    assert shown.exit_code == 0, shown.output
    assert "recordings: 5" in shown.output
    words = ("--why", "letter", "--to", str(package))
    given = thirdring("person", "export", NUMBER, *words, **names)
    assert given.exit_code == 0, given.output
    assert package.stat().st_size > 1000
    assert package.stat().st_mode & 0o777 == 0o600
    assert thirdring("person", "export", NUMBER, *words, **names).exit_code == 2
    asked = thirdring("person", "erase", NUMBER, "--why", "letter", "--yes", **names)
    assert "erasure 1 is asked for" in asked.output
    assert "asked" in thirdring("person", "erasures", **names).output
    for wrong in (("x",), ("8001",), ("8215",), ("8215", "--since", "2026-11-20")):
        refused = thirdring("person", "show", *wrong, **names)
        assert refused.exit_code == 2, refused.output
        assert refused.output.strip().endswith(".")
    actions = asyncio.run(_told(filled, "SELECT action, subject, why FROM audit_log"))
    assert {row[0] for row in actions} >= {"personal_data.looked", "personal_data.export"}
    assert NUMBER not in str(actions)
