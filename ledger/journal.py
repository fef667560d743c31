"""Reads the journals: files that grow, are rotated and torn. Never writes rows.

A journal is known by node, name and generation, `node2/cel.csv#2`; each node has a folder of its
own. What lies beside those folders, from before there were nodes, is the default node's, and known
without a node. How far each was read is the database's knowledge: `read` gives the next lines of
each, and only `moved` (after the commit) goes on. So a batch that fails is simply read again.

Turning over: a journal above `TURN_AT` that is read to its end is renamed `cel.csv.g2`. A writer
that opens the file for each event (Asterisk's cel_custom) begins a new one; one that keeps it open
(the queue log) writes on into the renamed one until the supervisor has Asterisk open it anew, so
that one is read for long. The generation that is being written is one more than the highest that
was turned over, by the files on disk and by what the database has closed, so a crash anywhere in
between changes nothing. What another program took away is found again (`ledger/strays.py`).
"""

import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from callflow.events import DEFAULT_NODE, JournalEvent
from ledger import strays
from ledger.journal_lines import (
    Parse,
    Reject,
    parse_cel,
    parse_dialogue,
    parse_queue_log,
    parse_site,
)

TURN_AT = 64 << 20
"""Bytes; a hundred thousand calls make about 400 MiB of channel events."""
READ_AT_ONCE = 512 << 10
"""Bytes of one journal in one batch: bounds memory, and the length of a transaction."""
TORN_AFTER_S = 60.0
"""A last line without an end that has not grown for so long was torn when its writer died."""
CLOSE_AFTER_S = 10.0
"""A journal that was turned over may still get the event that was being written."""
FORGET_AFTER_S = 7 * 86_400.0
"""Read journals are kept this long, for whoever must look."""

LONGEST_NAME = 100
"""Characters of a journal's name; a longer one is none of ours."""

ERASED = "[erased]"
"""With what a line begins that was about somebody who is erased (`traces/`): it says nothing."""

_TURNED = re.compile(r"(?P<name>.+)\.g(?P<generation>\d+)")
_READERS: Mapping[str, Parse] = {
    "cel.csv": parse_cel,
    "queue_log": parse_queue_log,
    "site.jsonl": parse_site,
}
_OPENED_PER_EVENT = frozenset({"cel.csv", "site.jsonl"})
_TURNED_OVER = _OPENED_PER_EVENT | {"queue_log"}


@dataclass(frozen=True, slots=True)
class Position:
    """How far a journal has been read, in bytes; closed: never to be read again."""

    offset: int
    closed: bool = False


@dataclass(slots=True)
class Batch:
    """The next lines of every journal, and where each stands before and after them."""

    events: list[JournalEvent] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    before: dict[str, int] = field(default_factory=dict)
    after: dict[str, Position] = field(default_factory=dict)
    more: bool = False
    """There was more than one batch may hold."""

    def __bool__(self) -> bool:
        return bool(self.after)


@dataclass(frozen=True, slots=True)
class _File:
    id: str
    node: str
    path: Path
    size: int
    changed_at: float
    parse: Parse
    turned: bool
    inode: int
    quiet_for: float
    """Seconds without a change after which nobody writes to it any more, once it is turned over."""


class Journals:
    """The journals of some nodes, read from where the database says."""

    def __init__(
        self,
        folder: Path,
        positions: Mapping[str, Position],
        *,
        nodes: Collection[str] = (DEFAULT_NODE,),
    ) -> None:
        """Read what lies in `folder` in the folders of these nodes, and nothing of other nodes."""
        self.nodes = frozenset(nodes)
        self._folders = {f"{node}/": (node, folder / node) for node in sorted(self.nodes)}
        if DEFAULT_NODE in self.nodes:
            self._folders[""] = (DEFAULT_NODE, folder)
        self._positions = dict(positions)
        self._inodes: dict[str, int] = {}

    def resume(self, positions: Mapping[str, Position]) -> None:
        """Go on from what the database says, whatever was thought before."""
        self._positions = dict(positions)

    def read(self, now: float) -> Batch:
        """Return the next whole lines of every journal; `now` in seconds since 1970."""
        batch = Batch()
        for file in self._files():
            position = self._positions.get(file.id, Position(0))
            if position.closed:
                continue
            if self._is_another(file, position):  # what comes now is a new journal
                _move(batch, file.id, position, Position(position.offset, closed=True))
            elif file.size > position.offset:
                self._read_on(file, position, batch, now)
            elif file.turned and now - file.changed_at > file.quiet_for:
                _move(batch, file.id, position, Position(position.offset, closed=True))
        return batch

    def moved(self, batch: Batch) -> None:
        """Go on after `batch`: its rows are committed."""
        self._positions.update(batch.after)

    def ends(self) -> dict[str, int]:
        """Return where each journal ends now, in bytes."""
        return {file.id: file.size for file in self._files()}

    def read_up_to(self) -> dict[Path, int]:
        """Return how far each journal was read, in bytes; what lies behind is still news."""
        read: dict[Path, int] = {}
        for file in self._files():
            position = self._positions.get(file.id, Position(0))
            read[file.path] = file.size if position.closed else position.offset
        return read

    def lag(self) -> int:
        """Return how many bytes are written and not read."""
        return sum(
            max(0, file.size - self._positions.get(file.id, Position(0)).offset)
            for file in self._files()
            if not self._positions.get(file.id, Position(0)).closed
        )

    def turn_over(self) -> None:
        """Turn over what has grown too long and is read to its end."""
        for file in list(self._files()):
            read = self._positions.get(file.id, Position(0)).offset
            if file.path.name in _TURNED_OVER and file.size > TURN_AT and read == file.size:
                generation = file.id.rpartition("#")[2]
                file.path.rename(file.path.with_name(f"{file.path.name}.g{generation}"))

    def sweep(self, now: float) -> None:
        """Remove journals that were read to their end long ago and are written no more."""
        for file in list(self._files()):
            position = self._positions.get(file.id, Position(0))
            old = now - file.changed_at > FORGET_AFTER_S
            done = position.closed if file.turned else position.offset == file.size
            if old and done and file.path.name not in _READERS:
                file.path.unlink(missing_ok=True)

    def _is_another(self, file: _File, position: Position) -> bool:
        """Tell whether a journal is not the one that was read: emptied, or one of the same name."""
        if file.turned:  # it may be a copy that was taken back
            return file.size < position.offset
        known = self._inodes.setdefault(file.id, file.inode)
        return file.size < position.offset or known != file.inode

    def _read_on(self, file: _File, position: Position, batch: Batch, now: float) -> None:
        with file.path.open("rb") as journal:
            journal.seek(position.offset)
            chunk = journal.read(READ_AT_ONCE)
        whole = chunk.rfind(b"\n") + 1
        if whole == 0 and len(chunk) < READ_AT_ONCE and now - file.changed_at < TORN_AFTER_S:
            return  # somebody is in the middle of this line
        whole = whole or len(chunk)
        batch.more |= len(chunk) == READ_AT_ONCE
        for offset, line in _lines(chunk[:whole], position.offset):
            read = file.parse(line, file.id, offset)
            if isinstance(read, Reject):
                batch.rejects.append(read)
            else:
                batch.events.append(read._replace(node=file.node))
        _move(batch, file.id, position, Position(position.offset + whole))

    def _files(self) -> Iterator[_File]:
        for prefix, (node, folder) in self._folders.items():
            yield from self._files_in(folder, node, prefix)

    def _files_in(self, folder: Path, node: str, prefix: str) -> Iterator[_File]:
        found = sorted(_entries(folder), key=lambda entry: entry.name)
        turned = self._turned_over(found, prefix)
        if self._takes_back(found, prefix, turned):
            found = sorted(_entries(folder), key=lambda entry: entry.name)
            turned = self._turned_over(found, prefix)
        for entry in found:
            if file_found := _file(entry, node, prefix, turned):
                yield file_found

    def _turned_over(self, found: "Sequence[os.DirEntry[str]]", prefix: str) -> dict[str, int]:
        """Return the highest generation of each journal that was turned over."""
        turned: dict[str, int] = {}
        for file, position in self._positions.items():
            name, _, generation = file.partition("#")
            if position.closed:
                turned[name] = max(turned.get(name, 0), int(generation or 1))
        for entry in found:
            if match := _TURNED.fullmatch(entry.name):
                name = prefix + match["name"]
                turned[name] = max(turned.get(name, 0), int(match["generation"]))
        return turned

    def _takes_back(
        self, found: "Sequence[os.DirEntry[str]]", prefix: str, turned: Mapping[str, int]
    ) -> bool:
        """Take back a journal that another program took away; True: the folder has changed."""
        sizes = {entry.name: entry for entry in found}
        for name, stray in strays.strays(found):
            generation = turned.get(prefix + name, 0) + 1
            file_id = _id(prefix, name, generation)
            position = self._positions.get(file_id)
            if position is None or position.closed or strays.is_packed(stray, position.offset):
                continue
            if self._is_ours(sizes.get(name), file_id, position.offset):
                continue
            if strays.goes_on_at(Path(stray.path), position.offset):
                return strays.take_back(stray, name, generation)
        return False

    def _is_ours(self, entry: "os.DirEntry[str] | None", file_id: str, offset: int) -> bool:
        """Tell whether what has a journal's name is what we were reading."""
        try:
            if entry is None or entry.stat().st_size < offset:
                return False
            known = self._inodes.get(file_id)
            return known == entry.inode() if known else strays.goes_on_at(Path(entry.path), offset)
        except OSError:
            return False


def _entries(folder: Path) -> "list[os.DirEntry[str]]":
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except FileNotFoundError:
        return []


def _file(
    entry: "os.DirEntry[str]", node: str, prefix: str, turned: Mapping[str, int]
) -> _File | None:
    match = _TURNED.fullmatch(entry.name)
    name = match["name"] if match else entry.name
    if len(entry.name) > LONGEST_NAME:
        return None
    if name in _READERS:
        parse = _READERS[name]
    elif name.startswith("dialogue-") and name.endswith(".jsonl"):
        parse = parse_dialogue
    else:
        return None
    generation = int(match["generation"]) if match else turned.get(prefix + name, 0) + 1
    try:
        status = entry.stat()
    except FileNotFoundError:
        return None
    return _File(
        id=_id(prefix, name, generation),
        node=node,
        path=Path(entry.path),
        size=status.st_size,
        changed_at=status.st_mtime,
        parse=parse,
        turned=match is not None,
        inode=status.st_ino,
        quiet_for=CLOSE_AFTER_S if name in _OPENED_PER_EVENT else FORGET_AFTER_S,
    )


def _id(prefix: str, name: str, generation: int) -> str:
    """Return by what a journal is known; the first of a dialogue's has its name alone."""
    plain = generation == 1 and name not in _READERS
    return f"{prefix}{name}" if plain else f"{prefix}{name}#{generation}"


def _lines(chunk: bytes, offset: int) -> Iterator[tuple[int, str]]:
    for line in chunk.split(b"\n"):
        text = line.decode("utf-8", "replace").rstrip("\r")
        if text.strip() and not text.startswith(ERASED):
            yield offset, text
        offset += len(line) + 1


def _move(batch: Batch, file: str, before: Position, after: Position) -> None:
    batch.before[file] = before.offset
    batch.after[file] = after
