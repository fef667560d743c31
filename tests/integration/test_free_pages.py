"""What SQLite leaves of rows that are gone is overwritten: free pages, and its log."""

import sqlite3
from contextlib import closing
from pathlib import Path

from db.engine import engine
from features.personal_data.cleaning import overwrite_what_is_free, still_in_the_file
from traces.spellings import Spellings

WHO = Spellings("+8613812345678", "CN", names=("欧阳明月",))


def _log_of(file: Path) -> int:
    return Path(f"{file}-wal").stat().st_size


async def test_free_pages_and_the_log_say_nobody_any_more(tmp_path: Path) -> None:
    file = tmp_path / "kept.db"
    with closing(sqlite3.connect(file)) as one:
        one.execute("PRAGMA journal_mode=WAL")
        one.execute("PRAGMA secure_delete=OFF")
        one.execute("CREATE TABLE calls (number TEXT)")
        one.executemany("INSERT INTO calls VALUES (?)", [("欧阳明月 13812345678",)] * 500)
        one.commit()
        one.execute("DELETE FROM calls")
        one.commit()
        url = f"sqlite+aiosqlite:///{file}"
        assert still_in_the_file(url, WHO)
        assert _log_of(file) > 0
        made = engine(url)
        await overwrite_what_is_free(made, url)
        await made.dispose()
        assert not still_in_the_file(url, WHO)
        assert _log_of(file) == 0
