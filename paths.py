"""Paths of an installation. Does no I/O: paths are named here, not made."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Paths:
    """Where an installation keeps its things, all under one home."""

    home: Path
    node: str
    """Name of this Asterisk among those that share a database."""

    @property
    def secrets(self) -> Path:
        return self.home / "secrets.json"

    @property
    def device_key(self) -> Path:
        """Return the key of the marks that browsers keep which somebody has signed in with."""
        return self.home / "device.key"

    @property
    def mail_key(self) -> Path:
        """Return the key that signs the tokens in the subjects of our letters."""
        return self.home / "mail.key"

    @property
    def sealing_key(self) -> Path:
        """Return the file of the keys that open what is sealed in the database; in no backup."""
        return self.home / "sealing.key"

    @property
    def recordings_key(self) -> Path:
        """Return the file of the keys that recordings are sealed with; in no backup."""
        return self.home / "recordings.key"

    @property
    def erased(self) -> Path:
        """Return the list of everybody who was erased, as digests, and their key."""
        return self.home / "erased.jsonl"

    @property
    def ports(self) -> Path:
        return self.home / "run" / "ports.json"

    @property
    def run(self) -> Path:
        return self.home / "run"

    @property
    def refusals(self) -> Path:
        """Return the file of the last calls of the trunk that were refused."""
        return self.run / "refusals.json"

    @property
    def disk_room(self) -> Path:
        """Return the empty file that is there while the disk has room (supervisor/room.py)."""
        return self.run / "disk-has-room"

    @property
    def lists(self) -> Path:
        return self.home / "run" / "lists"

    @property
    def asterisk(self) -> Path:
        return self.home / "asterisk"

    @property
    def journals(self) -> Path:
        """Return the folder of all journals, in which each node has its own."""
        return self.home / "journal"

    @property
    def journal(self) -> Path:
        """Return where this node's writers append."""
        return self.journals / self.node

    @property
    def spool_calls(self) -> Path:
        return self.home / "spool" / "calls"

    @property
    def spool_messages(self) -> Path:
        return self.home / "spool" / "messages"

    @property
    def spool_whispers(self) -> Path:
        """Return where words are that were whispered to a caller, until the call is stored."""
        return self.home / "spool" / "whispers"

    @property
    def store(self) -> Path:
        return self.home / "store"

    @property
    def sounds(self) -> Path:
        return self.home / "sounds"

    @property
    def own_sounds(self) -> Path:
        return self.home / "sounds-own"

    @property
    def campaign_words(self) -> Path:
        """Return where the words are that were spoken for single campaigns."""
        return self.home / "sounds-spoken"

    @property
    def campaigns(self) -> Path:
        """Return where the call service reads what a campaign asks."""
        return self.run / "campaigns"

    @property
    def outage(self) -> Path:
        return self.home / "outage"

    @property
    def spoken(self) -> Path:
        """Return the folder of the emergency notifications' messages."""
        return self.home / "spoken"

    @property
    def log(self) -> Path:
        return self.home / "log"

    @property
    def database(self) -> Path:
        return self.home / "thirdring.db"


SHARED = frozenset(
    {
        *("/", "/bin", "/boot", "/dev", "/etc", "/home", "/lib"),
        *("/mnt", "/opt", "/proc", "/root", "/run", "/sbin", "/srv"),
        *("/sys", "/tmp", "/usr", "/usr/local", "/var", "/var/lib", "/var/tmp"),  # noqa: S108 (refused)
    }
)
"""Folders that others use as well."""
LONGEST_PATH, LONGEST_NAME = 3000, 200
"""Bytes that the machine takes, with room for what lies in the folder: 4096 and 255."""


def plain_path(path: Path) -> Path:
    """Refuse a path that Asterisk could not be told: its arguments know no quoting."""
    if path == Path():
        raise ValueError("no folder is named; write it whole, like /srv/thirdring")
    full = _full(path)
    if bad := sorted({c for c in str(full) if c in ",|;:&()${}[]\"'\\" or c.isspace()}):
        raise ValueError(
            f"{str(full)!r} holds {' '.join(map(repr, bad))}, which Asterisk cannot take in a path"
        )
    return full


def home_path(path: Path) -> Path:
    """Refuse a home that belongs to others as well: a home is closed to them."""
    full = plain_path(path)
    if full in {*map(Path, SHARED), Path.home(), Path(__file__).resolve().parent}:
        raise ValueError(
            f"{full} is not ours alone; name a folder in it, like {full / 'thirdring'}"
        )
    return full


def file_name(text: str) -> str:
    """Return the whole path of a file; empty text: none."""
    return str(plain_path(Path(text))) if text else text


def _full(path: Path) -> Path:
    """Return a whole path. Raises ValueError for one that no machine has."""
    try:
        full = path.expanduser().absolute()
    except RuntimeError:
        raise ValueError(f"there is no user {str(path).split('/')[0]!r}") from None
    whole = os.fsencode(full)
    if len(whole) > LONGEST_PATH or max(map(len, whole.split(b"/"))) > LONGEST_NAME:
        raise ValueError("the path is too long")
    return full
