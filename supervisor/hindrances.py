"""What stands in the way of a start: files, folders, trunks and ports, each in a sentence.

All are looked for at once, before anything starts; nothing is made or changed. Only the values by
themselves are judged elsewhere (`environment.py`).
"""

import os
import ssl
from collections.abc import Iterator
from pathlib import Path

from environment import variable
from settings import FILES_OF_CERTIFICATES, Settings
from supervisor import asterisk, ports
from supervisor.instances import running
from supervisor.ports import Desk
from tools.errors import SetupError, first_existing
from trunks import reading as trunks


def of_files(settings: Settings, desk: Desk = Desk.HERE) -> list[str]:
    """Return what is wrong with folders, files and trunks, and then with the ports as well.

    Ports alone are no hindrance yet: a hotline that has died may have left what holds them.
    """
    found = [*of_folders(settings), *of_certificates(settings)]
    for look in (asterisk.find, trunks.wanted):
        try:
            look(settings)
        except SetupError as error:
            found.append(str(error))
    if found and settings.home not in {one.home for one in running()}:
        found += ports.hindered(settings, desk=desk)
    return found


def of_folders(settings: Settings) -> Iterator[str]:
    """Return what is wrong with the folders that are written to."""
    for name, folder in (("home", settings.home), ("cache", settings.cache)):
        there = first_existing(folder)
        if not there.is_dir():
            yield f"Cannot start: {there} is no folder; set {variable(name)}."
        elif not os.access(there, os.W_OK | os.X_OK):
            yield f"Cannot start: {there} cannot be written; set {variable(name)}."
    if settings.database_url.startswith("sqlite"):
        path = Path(settings.database_url.partition(":///")[2])
        if not path.parent.is_dir() or path.is_dir():
            yield f"THIRDRING_DATABASE_URL: {path} cannot be a file of a database there."


def of_certificates(settings: Settings) -> Iterator[str]:
    """Return what is wrong with certificates and keys."""
    missing = set()
    for name in FILES_OF_CERTIFICATES:
        if (path := getattr(settings, name)) and (why := _unreadable(Path(path))):
            missing.add(name)
            yield f"{variable(name)}: {path} {why}."
    for one, key in (("desk_certificate", "desk_key"), ("sip_certificate", "sip_key")):
        if getattr(settings, one) and not {one, key} & missing:
            yield from _pair(settings, one, key)
    if settings.sip_authority and "sip_authority" not in missing:
        try:
            ssl.create_default_context(cafile=settings.sip_authority)
        except ssl.SSLError:
            yield f"THIRDRING_SIP_AUTHORITY: {settings.sip_authority} holds no certificates (PEM)."


def _pair(settings: Settings, one: str, key: str) -> Iterator[str]:
    """Look whether a certificate and a key can be read, and belong together."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    files = getattr(settings, one), getattr(settings, key)
    try:
        # a key with a password would be asked for at the terminal, where nobody sits
        context.load_cert_chain(*files, password=lambda: "")
    except (ssl.SSLError, OSError, ValueError):
        yield (
            f"{variable(one)} and {variable(key)}: {files[0]} and {files[1]} are no certificate "
            "and key (PEM, without a password) that belong together."
        )


def _unreadable(path: Path) -> str:
    try:
        with path.open("rb") as file:
            file.read(1)
    except FileNotFoundError:
        return "is not there"
    except IsADirectoryError:
        return "is a folder"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return ""
