"""Files of the outage announcement (QUE-6), in one folder.

The JSON file is what the call service speaks from; the empty flag files are for the dialplan, which
can only ask whether a file is there. Every change is complete or not there at all.
"""

from pathlib import Path

from features.outage.rules import FILE, OutageAnnouncement, OutageKind, flag, read, written


def current(folder: Path) -> OutageAnnouncement | None:
    """Return the announcement that callers hear now, or None."""
    try:
        return read((folder / FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, UnicodeDecodeError):
        return None


def put_up(folder: Path, announcement: OutageAnnouncement) -> None:
    """Let callers hear `announcement` from the next call on. Raises OSError when it cannot be
    written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f"{FILE}.new"
    fresh.write_text(written(announcement), encoding="utf-8")
    fresh.replace(folder / FILE)
    _lower_flags(folder, but=announcement.kind)
    (folder / flag(announcement.kind)).touch()


def take_down(folder: Path) -> bool:
    """Stop the announcement; return whether there was one."""
    _lower_flags(folder, but=None)
    try:
        (folder / FILE).unlink()
    except FileNotFoundError:
        return False
    return True


def _lower_flags(folder: Path, *, but: OutageKind | None) -> None:
    for kind in OutageKind:
        if kind is not but:
            (folder / flag(kind)).unlink(missing_ok=True)
