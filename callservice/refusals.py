"""Calls that Asterisk refused before our dialplan saw them, or in its first step.

Nobody would know of them: no row, and at most a line in Asterisk's log. Those of the trunk are
journal, log line, metric, and a file that `thirdring doctor` reads; strangers' are only counted,
for they may come by the thousand.
"""

import json
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Final

import structlog
from prometheus_client import Counter

import full_disk
from hep.sip import Message, codecs
from hep.wire import Copied
from phone_numbers.masking import masked_text

_log = structlog.get_logger(__name__)
REFUSED = Counter(
    "thirdring_sip_calls_refused", "Calls that Asterisk refused.", ["status", "why", "source"]
)
OURS: Final = "ThirdRing"
"""What our Asterisk calls itself in its answers (pjsip.conf)."""
NO_REFUSALS: Final = frozenset({407, 422, 486, 487, 491, 600, 603})
"""Answers by which a call goes on, or that somebody gave who was rung."""
WHY: Final = {
    401: "password",
    403: "address",
    404: "number",
    415: "content",
    416: "number",
    420: "extension",
    484: "number",
    488: "codecs",
    503: "overload",
}
PROOF_WITHIN: Final = 4.0
"""Seconds in which a phone proves its password after a 401."""
INVITES: Final = 512
KEPT: Final = 200

Note = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Refusal:
    """One call of the trunk that was refused."""

    at: float
    """Seconds since 1970."""
    status: int
    why: str
    source: str
    """The address that it came from."""
    called: str
    caller: str
    """Masked."""
    told: str
    """What was offered or asked for that we have not."""


@dataclass(frozen=True, slots=True)
class _Invite:
    source: str
    called: str
    caller: str
    offered: str
    proved: bool


class Refusals:
    """Watches the copies of SIP messages for calls that were refused."""

    def __init__(
        self,
        *,
        trunks: Sequence[str],
        file: Path,
        note: Note,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`now` in seconds since 1970."""
        self._now = now
        self._trunks = [ip_network(one, strict=False) for one in trunks if _is_network(one)]
        self._file, self._note = file, note
        self._invites: OrderedDict[tuple[str, str], _Invite] = OrderedDict()
        self._challenged: OrderedDict[str, tuple[float, _Invite]] = OrderedDict()
        self._kept: deque[Refusal] = deque(kept(file), maxlen=KEPT)
        self._changed = False

    def see(self, message: Message, copied: Copied) -> None:
        """Take a copy of a SIP message."""
        if message.method != "INVITE":
            return
        if not message.status:
            self._asked(message, copied)
        elif message.status >= 400 and message.headers.get("server", "") == OURS:
            self._answered(message)

    def turn(self) -> None:
        """Count those who never answered a 401, and keep what is new; once a second or so."""
        due = self._now() - PROOF_WITHIN
        for call_id, (at, invite) in list(self._challenged.items()):
            if at <= due:
                del self._challenged[call_id]
                self._refused(401, invite, invite.caller)
        if self._changed:
            self._changed = False
            _keep(self._file, self._kept)

    def _asked(self, message: Message, copied: Copied) -> None:
        proved = "authorization" in message.headers
        if proved:
            self._challenged.pop(message.call_id, None)
        self._invites[message.call_id, message.number] = _Invite(
            copied.source,
            message.user("") or message.user("to"),
            masked_text(message.user("from")),
            codecs(message.body),
            proved,
        )
        if len(self._invites) > INVITES:
            self._invites.popitem(last=False)

    def _answered(self, message: Message) -> None:
        invite = self._invites.pop((message.call_id, message.number), None)
        if invite is None or message.status in NO_REFUSALS:
            return
        if message.status == 401 and not invite.proved:
            self._challenged[message.call_id] = self._now(), invite
            if len(self._challenged) > INVITES:
                self._challenged.popitem(last=False)
            return
        told = message.headers.get("unsupported", "") if message.status == 420 else invite.offered
        self._refused(message.status, invite, told)

    def _refused(self, status: int, invite: _Invite, told: str) -> None:
        why = WHY.get(status, "other")
        source = self._source(invite)
        REFUSED.labels(str(status), why, source).inc()
        if source != "trunk":
            return
        found = Refusal(
            round(self._now(), 3), status, why, invite.source, invite.called, invite.caller, told
        )
        self._kept.append(found)
        self._changed = True
        facts = {name: value for name, value in asdict(found).items() if name != "at"}
        self._note("", "refused", **facts)
        _log.warning("a call of the trunk was refused", **facts)

    def _source(self, invite: _Invite) -> str:
        if invite.proved:
            return "phone"
        try:
            address = ip_address(invite.source)
        except ValueError:
            return "stranger"
        return "trunk" if any(address in network for network in self._trunks) else "stranger"


def kept(file: Path) -> list[Refusal]:
    """Return the last refusals that were kept, none where there is no file that can be read."""
    try:
        return [Refusal(**one) for one in json.loads(file.read_text())]
    except (OSError, ValueError, TypeError):
        return []


def _keep(file: Path, refusals: Sequence[Refusal] | deque[Refusal]) -> None:
    told = json.dumps([asdict(one) for one in refusals], ensure_ascii=False)
    try:
        full_disk.replace(file, told.encode())
    except OSError as error:
        _log.error("refusals are not kept", error=str(error))


def _is_network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True
