"""The files of the messages of emergency notifications: a recording comes in, the message goes
out.

What is uploaded is only kept here; `python -m sounds.notification` looks whether it is a recording.
"""

from pathlib import Path
from typing import Final

from features.emergency_notifications.queries import Incident

LONGEST_UPLOAD: Final = 8 * 1024 * 1024
"""Bytes: two minutes of a wav as studios make them."""
UPLOADED: Final = ".upload"


def keep(folder: Path, incident: Incident, data: bytes) -> None:
    """Keep a recording for the next take. Raises OSError when it cannot be written."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = folder / f"{incident.id}_{incident.take + 1}{UPLOADED}"
    fresh = whole.with_name(f"{whole.name}.new")
    fresh.write_bytes(data)
    fresh.replace(whole)


def message(folder: Path, incident: Incident) -> Path | None:
    """Return the sound of a message, None while there is none."""
    path = folder / f"{incident.file}.wav"
    return path if path.is_file() else None
