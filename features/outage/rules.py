"""The outage announcement put in front of the hotline (QUE-6): what it says, and how it is
kept.

Does no I/O. The announcement is one small JSON text in the home (`announcement/outage.json`),
written by the desk or the command line, read by the call service for every call. A text that cannot
be read is no announcement: a broken file must never keep a caller from being answered.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from callflow.text import clean

LONGEST = 200
"""Characters of a announcement's text; more would take over a minute to speak."""


class OutageKind(StrEnum):
    """Why service is disturbed."""

    POWER = "power"
    COMPUTER = "computer"
    CUSTOM = "custom"


FILE = "outage.json"
"""The announcement's file in the folder of announcements."""


def flag(kind: OutageKind) -> str:
    """Return the name of the empty file that tells the dialplan, which cannot read JSON."""
    return f"on-{kind.value}"


@dataclass(frozen=True)
class OutageAnnouncement:
    """What callers hear before the greeting, in both languages, and since when (UTC)."""

    kind: OutageKind
    text_zh: str
    text_en: str
    since: datetime


TEXTS: dict[OutageKind, tuple[str, str]] = {
    OutageKind.POWER: (
        "因停电无法缴费,给您造成不便,请谅解!",
        "Because of a power failure payments cannot be made. We are sorry for the trouble.",
    ),
    OutageKind.COMPUTER: (
        "因电脑故障无法缴费,给您造成不便,请谅解!",
        "Because of a computer failure payments cannot be made. We are sorry for the trouble.",
    ),
}
"""The regulation's own words, Chinese and English; there are sounds for these."""


def standard(kind: OutageKind, since: datetime) -> OutageAnnouncement:
    """Return the announcement of a kind that has ready words. Raises KeyError for a custom one."""
    text_zh, text_en = TEXTS[kind]
    return OutageAnnouncement(kind, text_zh, text_en, since)


def written(announcement: OutageAnnouncement) -> str:
    """Return the announcement as the text of its file."""
    return json.dumps(
        {
            "kind": announcement.kind.value,
            "text_zh": announcement.text_zh,
            "text_en": announcement.text_en,
            "since": announcement.since.isoformat(),
        },
        ensure_ascii=False,
        indent=1,
    )


def read(text: str) -> OutageAnnouncement | None:
    """Return the announcement a file holds, or None where it holds none that can be understood."""
    try:
        fields = json.loads(text)
        since = datetime.fromisoformat(fields["since"])
        kind = OutageKind(fields["kind"])
        text_zh = clean(str(fields["text_zh"]), LONGEST)
        text_en = clean(str(fields["text_en"]), LONGEST)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return OutageAnnouncement(kind, text_zh, text_en, since) if since.tzinfo else None
