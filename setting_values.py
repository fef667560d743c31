"""What a setting's text may be: checks that return the text, or raise ValueError with a sentence.

`settings.py` and its neighbours use them. Do no I/O: whether a file is there, or a port free, is
looked at before a start (`supervisor/hindrances.py`).
"""

import ipaddress
import re
from collections.abc import Callable
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers

from callflow.rules.hours import OpenHours

DRIVERS: Final = ("postgresql+asyncpg", "sqlite+aiosqlite")
OF_ASYNCPG: Final = frozenset(
    {
        *("ssl", "timeout", "command_timeout", "statement_cache_size", "host", "port"),
        *("prepared_statement_cache_size", "target_session_attrs", "direct_tls", "passfile"),
    }
)
"""What may stand behind the ? of an address of PostgreSQL."""
LONGEST: Final = 4000
"""Letters of any setting; an address book does not belong into one."""

_NAME: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_DIGITS: Final = re.compile(r"[0-9.]+")
_HOURS: Final = re.compile(r"[0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2}")
_DAY: Final = re.compile(r"[+-]?[0-9]{4}-[0-9]{2}-[0-9]{2}")


def plain(text: str) -> str:
    """Refuse what would become a line of configuration, or no letters at all."""
    if bad := next((letter for letter in text if not letter.isprintable()), None):
        raise ValueError(f"it holds {bad!r}, which is no letter that can be shown")
    if len(text) > LONGEST:
        raise ValueError(f"it has {len(text)} letters, more than {LONGEST}")
    return text


def each(check: Callable[[str], str]) -> Callable[[str], str]:
    """Return a check of a list with comma between its parts; an empty list is one."""

    def checked(text: str) -> str:
        parts = [check(part.strip()) for part in text.split(",")] if text.strip() else []
        if twice := next((part for part in parts if parts.count(part) > 1), None):
            raise ValueError(f"{twice!r} is named twice")
        return ",".join(parts)

    return checked


def address(text: str) -> str:
    """Return an IPv4 or IPv6 address; `localhost` is 127.0.0.1."""
    if text.lower() == "localhost":
        return "127.0.0.1"
    try:
        return str(ipaddress.ip_address(_without_brackets(text)))
    except ValueError:
        raise ValueError(f"{text!r} is no address like 192.0.2.10 or ::1") from None


def network(text: str) -> str:
    """Return an address, or a network like 192.0.2.0/24."""
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise ValueError(
            f"{text!r} is no address like 192.0.2.10 and no network like 192.0.2.0/24"
        ) from None
    return text


def host(text: str) -> str:
    """Return a host name or address, an IPv6 address without its brackets."""
    bare = _without_brackets(text)
    if ":" in bare or _DIGITS.fullmatch(bare):
        try:
            return str(ipaddress.ip_address(bare))
        except ValueError:
            raise ValueError(f"{text!r} is no address (the port has a line of its own)") from None
    if not _NAME.fullmatch(bare) or ".." in bare:
        raise ValueError(f"{text!r} is no address and no host name")
    return bare


def host_or_nothing(text: str) -> str:
    """Return a host, or empty text."""
    return host(text) if text else text


def host_and_port(text: str) -> str:
    """Return `host` or `host:port`, or empty text."""
    if not text:
        return text
    name, colon, port = text.partition(":")
    if colon and not (re.fullmatch("[0-9]{1,5}", port) and 1 <= int(port) <= 65535):
        raise ValueError(f"{port!r} is no port from 1 to 65535; it is written like pbx:5060")
    return f"{host(name)}{colon}{port}"


def day(text: str) -> str:
    """Return a day that the calendar has, `+` or `-` before it or nothing."""
    if not _DAY.fullmatch(text):
        raise ValueError(f"{text!r} is no day like 2027-02-05 or -2027-02-14")
    try:
        date.fromisoformat(text.lstrip("+-"))
    except ValueError:
        raise ValueError(f"there is no day {text.lstrip('+-')}") from None
    return text


def days(text: str) -> str:
    """Return days with comma between them, each once and not both taken away and added."""
    found = each(day)(text)
    plain_days = [one.lstrip("+-") for one in found.split(",") if one]
    if twice := next((one for one in plain_days if plain_days.count(one) > 1), None):
        raise ValueError(f"{twice} is named twice")
    return found


def hours(text: str) -> str:
    """Return hours of the day like 08:00-20:00; they may pass midnight."""
    if not _HOURS.fullmatch(text):
        raise ValueError(f"{text!r} is not like 08:00-20:00")
    found = OpenHours.parse(text)
    if found.since == found.until:
        raise ValueError(f"{text!r} is no time at all; the whole day is 00:00-24:00")
    return text


def holiday_hours(text: str) -> str:
    """Return hours, `closed`, or empty text."""
    return text if text in {"", "closed"} else hours(text)


def region(text: str) -> str:
    """Return the two letters of a country whose telephone numbers are known."""
    if text in phonenumbers.SUPPORTED_REGIONS:
        return text
    meant = {"UK": "GB", "EN": "GB", "PRC": "CN", "CHN": "CN"}.get(text.upper(), text.upper())
    hint = f"; is it {meant}?" if meant in phonenumbers.SUPPORTED_REGIONS else ""
    raise ValueError(f"{text[:20]!r} is no country of two letters like CN{hint}")


def zone(text: str) -> str:
    """Return the name of a time zone."""
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a folder of zones, a name without end
        raise ValueError(f"{text!r} is no time zone of the IANA list (as Asia/Shanghai)") from None
    return text


def database_url(text: str) -> str:
    """Return an address of a database that we can use, or empty text. Never says the password."""
    if not text:
        return text
    from sqlalchemy.engine import make_url  # noqa: PLC0415 (it takes its time to load)
    from sqlalchemy.exc import ArgumentError  # noqa: PLC0415

    begins = " or ".join(f"{driver}://" for driver in DRIVERS)
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ValueError(
            "it is no address like postgresql+asyncpg://user:password@host:5432/name (letters "
            "like @ : / in a password are written %40 %3A %2F)"
        ) from None
    if url.drivername in {"postgresql", "postgres"}:
        raise ValueError("it must begin with postgresql+asyncpg://")
    if url.drivername not in DRIVERS:
        raise ValueError(f"it must begin with {begins}")
    if not url.database:
        raise ValueError("it names no database; the name stands behind the last /")
    if url.drivername == DRIVERS[1]:
        if url.host or url.query:
            raise ValueError("it is written like sqlite+aiosqlite:////folder/file.db")
        return text
    if url.port is not None and not 1 <= url.port <= 65535:
        raise ValueError(f"its port {url.port} is not from 1 to 65535")
    if unknown := sorted(set(url.query) - OF_ASYNCPG):
        raise ValueError(f"nobody knows {unknown[0]!r} behind its ?")
    return text


def _without_brackets(text: str) -> str:
    return text[1:-1] if text.startswith("[") and text.endswith("]") else text
