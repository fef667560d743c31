"""Checks a backup: every file is there, of its size, with its SHA-256."""

import hashlib
from pathlib import Path

from backup import contents, manifest
from backup.errors import BackupError
from backup.manifest import Entry, Manifest
from backup.progress import Say, Told

MOST_NAMED = 3


def lies_at(folder: Path, entry: Entry) -> Path:
    """Return where a file of a backup is."""
    return folder / (entry.path if entry.path == contents.DATABASE else f"files/{entry.path}")


def checked(folder: Path, *, say: Say) -> Manifest:
    """Return the manifest of a whole backup. Raises BackupError, with the files that are not."""
    found = manifest.read(folder)
    if not any(entry.path == contents.DATABASE for entry in found.entries):
        raise BackupError(f"There is no database in {folder}; use another backup.")
    say(f"checking {len(found.entries)} files")
    told, done = Told(say, "checked"), 0
    wrong = []
    for entry in found.entries:
        if why := _wrong(lies_at(folder, entry), entry):
            wrong.append(f"{entry.path} {why}")
        done += entry.bytes
        told(done, found.bytes)
    if wrong:
        more = f", and {len(wrong) - MOST_NAMED} more" if len(wrong) > MOST_NAMED else ""
        raise BackupError(
            f"The backup {folder} is not as it was made: {', '.join(wrong[:MOST_NAMED])}{more}. "
            "Use another backup. Nothing was changed."
        )
    return found


def _wrong(path: Path, entry: Entry) -> str:
    try:
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() == entry.sha256:
                return ""
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return "is not the same any more"
