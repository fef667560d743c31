"""Writes what we hold of a person as one ZIP: an index for people, JSON, CSV, the voices."""

import json
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, Final

from features.recording_copies.reading import Voices
from imports.writing import csv_file

IN_MEMORY: Final = 8 << 20

Told = Mapping[str, Sequence[Mapping[str, Any]]]
"""By table the rows, each by column."""


def package(told: Told, sounds: Sequence[str], voices: Voices, *, index: str) -> IO[bytes]:
    """Return a ZIP at its beginning. `index` is its README, `sounds` are paths in the store.

    Raises what `reading.UNREADABLE` names, when the storage of some voices is away.
    """
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 (the caller's)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("README.txt", index)
        plain = {name: [_plain(row) for row in rows] for name, rows in told.items()}
        made.writestr("data.json", json.dumps(plain, ensure_ascii=False, indent=1))
        for name, rows in plain.items():
            made.writestr(f"{name}.csv", _csv(rows))
        for path in sounds:
            _add_sound(made, voices, path)
    file.seek(0)
    return file


def _csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    names = list(rows[0]) if rows else []
    cells = [[_cell(row[name]) for name in names] for row in rows]
    return csv_file([names, *cells])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime | date) else value
        for name, value in row.items()
    }


def _add_sound(made: zipfile.ZipFile, voices: Voices, path: str) -> None:
    try:
        with voices.opened(path) as found:
            made.write(found, f"voices/{Path(path).name}", zipfile.ZIP_STORED)
    except FileNotFoundError:  # of another node, or destroyed meanwhile: the rows say which
        return
