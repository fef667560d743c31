"""People of all kinds behind a trunk as SIPp plays them: rooms, attendants, customers.

The last digit of the number dialled says what kind of sleeper it is (`KINDS`), or of customer
(`CUSTOMERS`); what each does is in `bench/scenario.py`.
"""

import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bench.judging import Invite
from bench.scenario import scenario

KINDS: Mapping[str, str] = {
    "0": "presses 1 after 6 s",
    "1": "presses 1 after 6 s",
    "2": "presses 1 after 6 s",
    "3": "presses 1 after 6 s",
    "4": "presses 1 after 6 s",
    "5": "never answers",
    "6": "is busy",
    "7": "lifts the receiver and puts it down",
    "8": "is a voicemail: answers and says nothing that counts",
    "9": "presses 2 again and again: as an attendant, reports room by room",
}

CUSTOMERS: Mapping[str, str] = {
    **dict.fromkeys("0123", "presses 1 at each question"),
    "4": "answers one question and hangs up",
    "5": "never answers",
    "6": "is busy",
    "7": "hangs up at once",
    "8": "lifts the receiver and says nothing",
    "9": "is switched off",
}
"""The same of a customer of a campaign, whose number has eleven digits."""

_TURNED_DOWN = ("SIP/2.0 4", "SIP/2.0 5", "SIP/2.0 6")


@dataclass(frozen=True)
class Call:
    """One call as the other side saw it, in seconds since 1970."""

    number: str
    began: float
    ended: float | None
    """When either side hung up or turned it down; None: nobody did."""


@dataclass
class Guests:
    """A hotel full of guests at a port of loopback."""

    program: list[str]
    port: int
    folder: Path
    _process: subprocess.Popen[bytes] | None = None

    def check_in(self) -> None:
        """Let them answer from now on."""
        path = self.folder / "guests.xml"
        path.write_text(scenario())
        words = [
            *self.program,
            *("-sf", str(path), "-i", "127.0.0.1", "-p", str(self.port), "-nostdin"),
            *("-trace_shortmsg", "-shortmessage_file", str(self.folder / "sip.csv")),
            *("-trace_err", "-error_file", str(self.folder / "errors.log")),
            *("-min_rtp_port", "30000", "-max_rtp_port", "39999"),
        ]
        with (self.folder / "sipp.out").open("wb") as out:
            self._process = subprocess.Popen(words, cwd=self.folder, stdout=out, stderr=out)

    @property
    def are_there(self) -> bool:
        """Tell whether SIPp still runs."""
        return self._process is not None and self._process.poll() is None

    def check_out(self) -> None:
        """Send them home."""
        if self._process:
            self._process.kill()
            self._process.wait()

    def invites(self) -> list[Invite]:
        """Return every call that came: seconds since 1970, and the number dialled."""
        return [(call.began, call.number) for call in self.calls()]

    def calls(self) -> list[Call]:
        """Return every call that came, from its first INVITE to whatever ended it."""
        book = self.folder / "sip.csv"
        return calls_in(book.read_text(errors="replace").splitlines() if book.exists() else [])


def calls_in(book: Iterable[str]) -> list[Call]:
    """Return the calls that a book of SIPp tells of.

    A line: day, time, seconds since 1970, R or S, Call-ID, CSeq, first line of the message.
    """
    found: dict[str, Call] = {}
    for line in book:
        columns = line.split("\t")
        if len(columns) < 7:
            continue
        at, way, key, first = float(columns[2]), columns[3], columns[4], columns[6]
        call = found.get(key)
        if call is None:
            if way == "R" and first.startswith("INVITE"):
                number = first.partition("sip:")[2].partition("@")[0]
                found[key] = Call(number, began=at, ended=None)
        elif call.ended is None and _ends(way, first):
            found[key] = replace(call, ended=at)
    return list(found.values())


def in_use(calls: Iterable[Call], since: float, to: float) -> float:
    """Return how many calls there were at a time, on average, between two moments."""
    lasted = (min(to, call.ended or to) - max(since, call.began) for call in calls)
    return sum(max(0.0, each) for each in lasted) / (to - since)


def _ends(way: str, first: str) -> bool:
    """Tell whether a message ends its call: somebody hangs up, gives up, or turns it down."""
    return first.startswith(("BYE", "CANCEL")) or (way == "S" and first[:9] in _TURNED_DOWN)
