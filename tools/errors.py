"""The one error of setting up: a sentence for the person at the keyboard.

Standard library only: the bootstrap uses it before anything is installed.
"""

import errno
from pathlib import Path


class SetupError(Exception):
    """Something outside of our programs stands in the way; the text says what and what to do."""


def sentence(error: OSError, *, doing: str) -> str:
    """Say what the machine refused while `doing` (like "write the configuration")."""
    where = f" ({error.filename})" if error.filename else ""
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return f"Cannot {doing}: the disk is full{where}. Make room and start again."
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return f"Cannot {doing}: permission denied{where}."
        case _:
            return f"Cannot {doing}: {error.strerror or error}{where}."


def first_existing(path: Path) -> Path:
    """Return the path itself, or the nearest folder above it that is there."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return path
