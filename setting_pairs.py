"""Settings that do not go together: each pair in a sentence. Does no I/O."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Final

from phone_numbers.plan import DialForm

if TYPE_CHECKING:
    from settings import Settings

EVERYWHERE: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 (compared, not bound)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What does not go together; it is told of the first one that somebody has set."""

    names: tuple[str, ...]
    says: str


def contradictions(settings: "Settings") -> Iterator[Contradiction]:
    """Return all that does not go together in settings of which each by itself is right."""
    yield from _telephones(settings)
    yield from _files(settings)
    yield from _ports(settings)
    yield from _mail(settings)
    if settings.dial_outside and settings.dial_form is DialForm.PLUS:
        says = "no digits can be dialled before a number that begins with +"
        yield Contradiction(("dial_outside", "dial_form"), says)
    if settings.dial_spend and not settings.dial_tariffs:
        says = "without prices (DIAL_TARIFFS) nothing is ever spent, and nothing is limited"
        yield Contradiction(("dial_spend", "dial_tariffs"), says)
    if settings.disk_late and settings.disk_early >= settings.disk_late:
        yield Contradiction(
            ("disk_early", "disk_late"),
            "the early word on a filling disk comes before the late one",
        )
    if settings.s3_endpoint and not settings.s3_keys:
        says = "the storage lets nobody in without a name: S3_KEYS names the file of the keys"
        yield Contradiction(("s3_endpoint", "s3_keys"), says)
    if settings.oidc_issuer and not settings.oidc_client_id:
        yield Contradiction(
            ("oidc_client_id", "oidc_issuer"), "the provider knows us by a name: set OIDC_CLIENT_ID"
        )


def _listed(text: str) -> list[str]:
    return [part for part in text.split(",") if part]


def _telephones(settings: "Settings") -> Iterator[Contradiction]:
    """Each number means one thing; whoever dials it would else reach the first that is found."""
    phones, seats = _listed(settings.phones), _listed(settings.desk_phones)
    menu, emergency = settings.wake_menu_extension, _listed(settings.emergency_numbers)
    for number in sorted({*phones} & {*seats}):
        yield Contradiction(
            ("desk_phones", "phones"), f"the phone {number} is in PHONES and in DESK_PHONES"
        )
    if menu in {*phones, *seats}:
        where = "phones" if menu in phones else "desk_phones"
        says = f"the wake-up menu {menu} is a phone already"
        yield Contradiction(("wake_menu_extension", where), says)
    known = {"phones": phones, "desk_phones": seats, "attendants": _listed(settings.attendants)}
    for name, numbers in {**known, "wake_menu_extension": [menu]}.items():
        for number in sorted({*numbers} & {*emergency}):
            says = f"{number} is an emergency number and no phone of the house"
            yield Contradiction((name, "emergency_numbers"), says)
    ours = {"hotline_number": [settings.hotline_number]}
    ours["called_numbers"] = _listed(settings.called_numbers)
    for name, numbers in ours.items():
        for number in sorted({*numbers} & {*emergency}):
            says = f"{number} is an emergency number, and not ours"
            yield Contradiction((name, "emergency_numbers"), says)
        for number in sorted({*numbers} & {*phones, *seats, menu}):
            yield Contradiction(
                (name, "phones", "desk_phones", "wake_menu_extension"),
                f"{number} is a phone of the house already",
            )


def _files(settings: "Settings") -> Iterator[Contradiction]:
    for one, other, what in (
        ("desk_certificate", "desk_key", "DESK_KEY"),
        ("sip_certificate", "sip_key", "SIP_KEY"),
    ):
        certificate, key = getattr(settings, one), getattr(settings, other)
        if certificate and not key:
            yield Contradiction((one, other), f"a certificate needs its key: set {what}")
        if key and not certificate:
            says = f"a key needs its certificate: set {one.upper()}"
            yield Contradiction((other, one), says)


def _ports(settings: "Settings") -> Iterator[Contradiction]:
    """No two listen at one place; the sound's ports are for sound."""
    sip, desk = settings.sip_address, settings.desk_address
    listening = {
        "sip_port": (sip, settings.sip_port),
        "desk_port": (desk, settings.desk_port),
        "ws_port": (sip, settings.ws_port),
        "sip_tls_port": (sip, settings.sip_tls_port),
    }
    for (one, (here, port)), (other, (there, same)) in combinations(listening.items(), 2):
        meet = here == there or EVERYWHERE & {here, there}
        if port and port == same and meet:
            says = f"{one.upper()} and {other.upper()} are both {port}"
            yield Contradiction((other, one, "sip_address", "desk_address"), says)
    first, last = settings.rtp_range
    if first <= settings.sip_port <= last:
        says = f"the ports {settings.rtp_ports} hold SIP_PORT, which is {settings.sip_port}"
        yield Contradiction(("rtp_ports", "sip_port"), says)


def _mail(settings: "Settings") -> Iterator[Contradiction]:
    """Each server for letters needs our address, and a name needs its password."""
    for name in ("mail_imap", "mail_smtp"):
        if getattr(settings, name) and not settings.mail_address:
            says = f"{name.upper()} needs MAIL_ADDRESS, the address of the mailbox"
            yield Contradiction((name, "mail_address"), says)
    for name, password in (
        ("mail_imap", "mail_imap_password"),
        ("mail_smtp_user", "mail_smtp_password"),
    ):
        if getattr(settings, name) and not getattr(settings, password):
            says = f"{name.upper()} needs {password.upper()}"
            yield Contradiction((password, name), says)
