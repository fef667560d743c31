"""Writing journals as their writers do, for tests: one call told event by event."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from callflow.events import JournalEvent
from features.calls.lifecycle import CallRecord, fold
from ledger.journal_lines import Reject, parse_cel, parse_dialogue, parse_queue_log, parse_site

BEGAN = 1_795_296_635.0
CALL = "932e16d5-a33a-40e2-a296-44260ed984b6"
BOOT = "trk369d6037"
CALLER = "PJSIP/trunk-00000000"


@dataclass
class Telling:
    """The journals of one call; every `at` is in seconds after its first ring."""

    call: str = CALL
    linkedid: str = f"{BOOT}-1795296635.0"
    cel: list[str] = field(default_factory=list)
    queue_log: list[str] = field(default_factory=list)
    dialogue: list[str] = field(default_factory=list)
    site: list[str] = field(default_factory=list)

    def rings(self, *, number: str = "13800138000", name: str = "王", ref: str = "t-1") -> None:
        """The call comes in and names itself."""
        self.says("CHAN_START", 0.0)
        words = {"num": number, "name": name, "ref": ref, "did": "10050"}
        wrapped = {key: base64.b64encode(word.encode()).decode() for key, word in words.items()}
        self.tells("TR_CALL", 0.001, call=self.call, **wrapped)

    def is_answered(self, at: float = 1.0) -> None:
        self.says("ANSWER", at)
        self.tells("TR_RECORD", at + 0.001, call=self.call)

    def hangs_up(self, at: float, *, source: str = CALLER) -> None:
        """The caller's channel goes; `source` is who made it go."""
        extra = {"hangupcause": 16, "hangupsource": source, "dialstatus": ""}
        self.says("HANGUP", at, extra=extra)
        self.says("CHAN_END", at)
        self.says("LINKEDID_END", at)

    def says(
        self,
        name: str,
        at: float,
        *,
        extra: dict[str, object] | None = None,
        channel: str = CALLER,
        uniqueid: str = "",
        user: str = "",
    ) -> None:
        """A line of channel events."""
        fields = [
            name,
            f"{BEGAN + at:.6f}",
            uniqueid or self.linkedid,
            self.linkedid,
            channel,
            *("hotline", "s", ""),
            json.dumps(extra) if extra else "",
            *("", user, ""),
        ]
        self.cel.append(",".join('"' + one.replace('"', '""') + '"' for one in fields))

    def tells(self, name: str, at: float, /, **said: str) -> None:
        """A line of our dialplan's own events."""
        extra = "&".join(f"{key}={value}" for key, value in said.items())
        self.says("USER_DEFINED", at, extra={"extra": extra}, user=name)

    def agent(self, name: str, at: float, *, number: str = "8001", source: str = "") -> None:
        """Something that happened on an agent's channel."""
        extra: dict[str, object] = {"bridge_id": "b1"}
        if name == "HANGUP":
            extra = {"hangupcause": 16, "hangupsource": source, "dialstatus": ""}
        channel = f"PJSIP/{number}-0000000a"
        self.says(name, at, extra=extra, channel=channel, uniqueid=f"{BOOT}-1795296640.9")

    def queue(self, name: str, at: float, agent: str = "NONE", *more: str) -> None:
        """A line of the queue log, whose clock knows whole seconds only."""
        words = (str(int(BEGAN + at)), self.linkedid, "hotline", agent, name, *more)
        self.queue_log.append("|".join(words))

    def service(self, what: str, at: float, **facts: object) -> None:
        """A line of our call service."""
        self.dialogue.append(
            json.dumps({"call": self.call, "at": BEGAN + at, "what": what, **facts})
        )

    def switch(self, what: str, at: float, boot: str = BOOT) -> None:
        """A line of the supervisor."""
        self.site.append(json.dumps({"at": BEGAN + at, "what": what, "boot": boot}))

    def events(self) -> list[JournalEvent]:
        """Return everything that was told."""
        readers = (
            (parse_cel, "cel.csv#1", self.cel),
            (parse_queue_log, "queue_log#1", self.queue_log),
            (parse_dialogue, "dialogue-1-1.jsonl", self.dialogue),
            (parse_site, "site.jsonl#1", self.site),
        )
        return [
            event_of(read(line, file, offset))
            for read, file, lines in readers
            for offset, line in enumerate(lines)
        ]

    def record(self) -> CallRecord:
        """Return the row that it makes."""
        return folded(self.events())


def event_of(read: JournalEvent | Reject | None) -> JournalEvent:
    """Return the event that a line was read as; fails for a reject."""
    assert isinstance(read, JournalEvent), read
    return read


def folded(events: Sequence[JournalEvent]) -> CallRecord:
    """Return the call that events fold into; fails when they are none."""
    record = fold(events)
    assert record is not None
    return record
