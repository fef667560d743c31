"""What cannot be backed up or restored is answered with a sentence, and nothing changes."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from backup import contents, manifest, postgres_load, postgres_programs, take
from backup.errors import BackupError
from backup.restore import finish, restore
from commands.backup import settings_kept
from settings import Settings
from supervisor.supervise import alone
from tests.backups import Filled, path_with_postgres, quiet, rows, taken, target, thirdring
from tests.postgres import Postgres


@pytest.fixture(autouse=True)
def _programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", path_with_postgres())


def _change(at: str, content: bytes | None) -> Callable[[Path], None]:
    def change(made: Path) -> None:
        [found] = made.glob(at)
        if content is None:
            found.unlink()
        else:
            found.write_bytes(content)

    return change


def _of_a_newer_version(made: Path) -> None:
    found = manifest.read(made)
    manifest.write(made, replace(found.heading, revision="9999"), found.entries)


def _with_a_way_out(made: Path) -> None:
    found = manifest.read(made)
    stray = replace(found.entries[0], path="../../elsewhere")
    manifest.write(made, found.heading, [*found.entries, stray])


def _without_its_end(made: Path) -> None:
    lines = (made / manifest.NAME).read_text().splitlines(keepends=True)
    (made / manifest.NAME).write_text("".join(lines[:-1]))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_change("files/device.key", b"kez"), "device.key is not the same any more"),
        (_change("files/device.key", None), "device.key is missing"),
        (_change("database", b"SQLite format 3\0"), "database is not the same any more"),
        (_change(manifest.NAME, b"{}\n"), "never finished"),
        (_change(manifest.NAME, b""), "never finished"),
        (_change(manifest.NAME, None), "is no backup"),
        (_without_its_end, "never finished"),
        (_of_a_newer_version, "made by another version of ThirdRing"),
        (_with_a_way_out, "none of ours"),
        (shutil.rmtree, "is no folder"),
    ],
)
def test_a_backup_that_is_not_as_it_was_made_is_refused_with_a_sentence_and_nothing_changes(
    small_template: Path,
    tmp_path: Path,
    spoil: Callable[[Path], None],
    said: str,
) -> None:
    shutil.copytree(small_template, tmp_path / "home")
    made = taken((tmp_path / "home", ""), tmp_path / "backups")
    spoil(made)
    fresh = tmp_path / "fresh"
    done = thirdring("restore", str(made), home=str(fresh), database_url="")
    assert done.exit_code == 1
    assert said in done.output
    assert "Traceback" not in done.output
    assert [each.name for each in fresh.iterdir()] == ["run"]


def test_the_folder_of_all_backups_is_no_backup_and_the_newest_is_named(
    small_template: Path, tmp_path: Path
) -> None:
    shutil.copytree(small_template, tmp_path / "home")
    made = taken((tmp_path / "home", ""), tmp_path / "backups")
    done = thirdring("restore", "--check", str(tmp_path / "backups"))
    assert f"the newest is {made}" in done.output
    done = thirdring("restore", "--check", str(made))
    assert done.exit_code == 0
    assert "This backup is whole" in done.output


def test_a_home_that_runs_is_not_restored_over(small_template: Path, tmp_path: Path) -> None:
    shutil.copytree(small_template, tmp_path / "home")
    made = taken((tmp_path / "home", ""), tmp_path / "backups")
    with alone(tmp_path / "home", os.getpid()):
        done = thirdring("restore", "--replace", str(made), home=str(tmp_path / "home"))
    assert done.exit_code == 1
    assert f"already run by process {os.getpid()}" in done.output


def test_the_wrong_kind_of_database_is_said(
    small_template: Path, tmp_path: Path, postgres: Postgres
) -> None:
    shutil.copytree(small_template, tmp_path / "home")
    made = taken((tmp_path / "home", ""), tmp_path / "backups")
    found = target(tmp_path / "fresh", postgres.new_database())
    with pytest.raises(BackupError, match=r"of an SQLite file.*names a PostgreSQL"):
        restore(made, found, replace=False, say=quiet)


@pytest.mark.parametrize(
    ("words", "environment", "code", "said"),
    [
        (["backup"], {}, 2, "Missing argument"),
        (["backup", "{home}/backups"], {}, 2, "in the home itself"),
        (["backup", "{tmp}/b"], {"home": "{tmp}/none"}, 1, "There is no home"),
        (["backup", "{tmp}/b"], {"home": "{tmp}/empty"}, 1, "There is no database"),
        (["backup", "{home}/../file/b"], {}, 1, "cannot be written"),
        (["backup", "{tmp}/b", "--keep", "0"], {}, 2, "--keep"),
        (
            ["backup", "{tmp}/b"],
            {"database_url": "postgresql+asyncpg://ring@127.0.0.1:1/none"},
            1,
            "The database does not answer",
        ),
        (["restore", "{tmp}/none"], {"home": "{tmp}/new"}, 1, "is no folder"),
        (["database", "--to", "0099"], {}, 2, "There is no revision '0099'"),
        (["database", "--to", "0107"], {}, 2, "--drop-newer"),
    ],
)
def test_wrong_input_is_answered_with_a_sentence(
    small_template: Path,
    tmp_path: Path,
    words: list[str],
    environment: dict[str, str],
    code: int,
    said: str,
) -> None:
    home = tmp_path / "home"
    shutil.copytree(small_template, home)
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("no folder")
    fill = {"home": str(home), "tmp": str(tmp_path)}
    given = {"home": str(home)} | {k: v.format(**fill) for k, v in environment.items()}
    done = thirdring(*(word.format(**fill) for word in words), **given)
    assert done.exit_code == code, done.output
    assert said in done.output
    assert "Traceback" not in done.output


def test_a_postgresql_without_its_programs_is_said(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(postgres_programs, "SYSTEM", "none/at/all")
    home = take.Home(
        folder=tmp_path,
        run=tmp_path / "run",
        database=postgres.new_database(),
        node="node1",
        settings={},
    )
    with pytest.raises(BackupError, match=r"apt install postgresql-client-\d+"):
        take.take(home, tmp_path / "backups", say=quiet)


def test_rows_that_do_not_arrive_in_postgresql_leave_it_as_it_was(
    template: tuple[Path, str], postgres: Postgres, tmp_path: Path
) -> None:
    if not template[1]:
        pytest.skip("of PostgreSQL")
    shutil.copytree(template[0], tmp_path / "home")
    made = taken((tmp_path / "home", template[1]), tmp_path / "backups")
    found = manifest.read(made)
    counted = {**found.heading.rows, "calls": found.heading.rows["calls"] + 1}
    manifest.write(made, replace(found.heading, rows=counted), found.entries)
    here = target(tmp_path / "fresh", postgres.new_database(like=template[1]))
    before = rows(here.database)
    with pytest.raises(BackupError, match=r"nothing of it was changed.*the table calls"):
        restore(made, here, replace=True, say=quiet)
    assert rows(here.database) == before
    assert finish(here, say=quiet) is None
    assert contents.is_empty(here.home)


def test_a_backup_notes_the_settings_that_were_set_and_no_password(tmp_path: Path) -> None:
    kept = settings_kept(
        Settings(
            home=tmp_path,
            database_url="postgresql+asyncpg://a:geheim@b/c",
            oidc_client_secret="geheim",
            company="三环",
        )
    )
    assert kept["company"] == "三环"
    assert "geheim" not in json.dumps(kept)


def test_a_load_that_breaks_off_in_the_middle_commits_nothing(
    template: Filled, postgres: Postgres, tmp_path: Path
) -> None:
    if not template[1]:
        pytest.skip("of PostgreSQL")
    shutil.copytree(template[0], tmp_path / "home")
    made = taken((tmp_path / "home", template[1]), tmp_path / "backups")
    copy = made / contents.DATABASE
    whole = copy.read_bytes()
    url = target(tmp_path, postgres.new_database(like=template[1])).url
    before = rows(url.render_as_string(hide_password=False))
    for share in (0.5, 0.8, 0.99):
        copy.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(BackupError, match="nothing of it was changed"):
            postgres_load.load(
                postgres_load.fitting(url),
                copy,
                name="broken",
                rows={},
                old=postgres_load.tables(url),
                say=quiet,
            )
        assert rows(url.render_as_string(hide_password=False)) == before
    assert not postgres_load.carries_mark(url, "broken")
