"""Paths of an installation. Does no I/O: paths are named here, not made."""

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
    def ports(self) -> Path:
        return self.home / "run" / "ports.json"

    @property
    def run(self) -> Path:
        return self.home / "run"

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


def plain_path(path: Path) -> Path:
    """Refuse a path that Asterisk could not be told: its arguments know no quoting."""
    full = path.expanduser().absolute()
    if bad := sorted({c for c in str(full) if c in ",|;:&()${}[]\"'\\" or c.isspace()}):
        raise ValueError(
            f"{str(full)!r} holds {' '.join(map(repr, bad))}, which Asterisk cannot take in a path"
        )
    return full
