"""One trunk: where it is, who we are there, how it wants numbers and callers. Does no I/O.

Every wrong value has a sentence (`trunks/reading.py` puts the place before it). Whatever stands
here goes into Asterisk's configuration, so nothing may hold more than its form allows.
"""

import ipaddress
import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from phone_numbers.dial_plan import DialPlan
from phone_numbers.plan import DialForm, NumberPlan
from setting_values import host

OLD: Final = "out"
"""Name, and endpoint in Asterisk, of the one trunk that THIRDRING_TRUNK_OUT makes."""
WITHHELD: Final = "withheld"


class For(StrEnum):
    """What a call out is for; each may show a number of its own."""

    WAKE_UP = "wake_up"
    CALLBACK = "callback"
    CAMPAIGN = "campaign"
    NOTIFICATION = "notification"
    DEPARTMENT = "department"
    EMERGENCY = "emergency"


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError:
        return host(text)


def _shown(text: str) -> str:
    if text in {"", WITHHELD} or re.fullmatch(r"\+?[0-9]{2,20}", text):
        return text
    raise ValueError(f"{text!r} is no number like 10050 or +861010050, nor {WITHHELD!r}")


def _word(text: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9_.!~*'()&=+$,/%-]{1,80}", text):
        return text
    raise ValueError(f"{text!r} holds what no name of an account may")


def _secret(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if not 1 <= len(text) <= 128 or text != text.strip() or not text.isprintable():
        raise ValueError("the password is empty, too long, or begins or ends with a blank")
    return value


Host = Annotated[str, AfterValidator(host)]
Network = Annotated[str, AfterValidator(_network)]
Shown = Annotated[str, AfterValidator(_shown)]
Word = Annotated[str, AfterValidator(_word)]
Port = Annotated[int, Field(ge=1, le=65535)]
Digits = Annotated[str, Field(pattern=r"^[0-9]{0,4}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CallerIds(_Part):
    """Which number whoever we call sees: for everything, or by what the call is for."""

    default: Shown = ""
    """Empty: the hotline's own number."""
    wake_up: Shown = ""
    callback: Shown = ""
    campaign: Shown = ""
    notification: Shown = ""
    department: Shown = ""
    emergency: Shown = ""

    def of(self, what: str) -> str:
        """Return what is set for a purpose; empty: the hotline's number."""
        return getattr(self, what, "") or self.default


class Trunk(_Part):
    """One trunk. Its name stands in settings, metrics, pages and in Asterisk."""

    name: Annotated[str, Field(pattern=r"^[a-z]([a-z0-9-]{0,14}[a-z0-9])?$")]
    host: Host
    port: Port | None = None
    """None: the usual one, 5060, with TLS 5061 (or what DNS says of a name)."""
    transport: Literal["udp", "tcp", "tls"] = "udp"
    media: Literal["rtp", "srtp"] = "rtp"
    """`srtp`: sound is encrypted, or there is no call (keys by SDES, so TLS is wanted too)."""
    addresses: tuple[Network, ...] = ()
    """From where its calls come in, besides `host`."""
    user: Word | None = None
    password: Annotated[SecretStr, AfterValidator(_secret)] | None = None
    registers: bool = False
    """Whether we register there with `user` and `password`."""
    proxy: Host | None = None
    """Everything to this trunk goes by this proxy."""
    proxy_port: Port | None = None
    domain: Host | None = None
    """What stands behind the @ in From; empty: our own address."""
    identity: Literal["from", "pai", "rpid"] = "from"
    """Where the number that we show stands: the From, or beside it when the account is there."""
    lines: Annotated[int, Field(ge=1, le=500)] = 60
    calls_out: bool = True
    calls_in: bool = True
    look_every: Annotated[int, Field(ge=0, le=20)] = 10
    """Seconds between two questions whether it lives (OPTIONS); 0: it is not asked."""
    form: DialForm = DialForm.NATIONAL
    outside: Digits = ""
    trunk_prefix: Digits = ""
    emergency_outside: bool = False
    caller_id: CallerIds = CallerIds()

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.registers and not (self.user and self.password):
            raise ValueError("to register it needs a user and a password")
        if self.password and not self.user:
            raise ValueError("a password needs its user")
        if self.outside and self.form is DialForm.PLUS:
            raise ValueError("no digits can be dialled before a number that begins with +")
        if self.media == "srtp" and self.transport != "tls":
            raise ValueError("the keys of SRTP can be read by everybody without transport = 'tls'")
        if self.identity != "from" and not self.user:
            raise ValueError(f"identity = {self.identity!r} puts the user into From: name one")
        if self.proxy_port and not self.proxy:
            raise ValueError("proxy_port needs a proxy")
        if not (self.calls_in or self.calls_out):
            raise ValueError("with neither calls_in nor calls_out it is of no use")
        return self

    @property
    def endpoint(self) -> str:
        """Return its name among Asterisk's endpoints."""
        return self.name if self.name == OLD else f"{OLD}-{self.name}"

    @property
    def probe(self) -> str:
        """Return the endpoint that is asked whether the trunk lives; no call goes there."""
        return f"probe-{self.name}"

    def shows(self, purpose: str, hotline: str) -> str:
        """Return the number that whoever we call sees; empty: none, it is withheld."""
        shown = self.caller_id.of(purpose) or hotline
        return "" if shown == WITHHELD else shown

    @property
    def is_ipv6(self) -> bool:
        return ":" in (self.proxy or self.host)

    @property
    def place(self) -> str:
        """Return its host and port as they stand in a SIP address."""
        return _place(self.host, self.port)

    @property
    def matches(self) -> tuple[str, ...]:
        """Return from where its calls come in, each once."""
        named = (self.proxy or self.host, self.host, *self.addresses)
        return tuple(dict.fromkeys(named))

    @property
    def uri(self) -> str:
        """Return the address of the trunk itself."""
        return f"sip:{self.place}{self._by}"

    @property
    def proxy_uri(self) -> str:
        """Return the address of its proxy; empty: none."""
        return f"sip:{_place(self.proxy, self.proxy_port)}{self._by};lr" if self.proxy else ""

    @property
    def account(self) -> str:
        """Return the address that is registered."""
        return f"sip:{self.user}@{_place(self.domain or self.host, None)}"

    @property
    def secret(self) -> str:
        """Return the password, for Asterisk's configuration and nowhere else."""
        return self.password.get_secret_value() if self.password else ""

    def numbers(self, house: NumberPlan) -> NumberPlan:
        """Return how numbers are read that are dialled here, by the house's own plan."""
        return NumberPlan(
            house.region, house.house, self.outside, house.extensions, self.emergency_outside
        )

    def dial_plan(self, house: NumberPlan) -> DialPlan:
        """Return what is dialled here for a number."""
        return DialPlan(self.numbers(house), self.form, self.trunk_prefix)

    @property
    def _by(self) -> str:
        return "" if self.transport == "udp" else f";transport={self.transport}"


def _place(host: str, port: int | None) -> str:
    bracketed = f"[{host}]" if ":" in host else host
    return f"{bracketed}:{port}" if port else bracketed


class Trunks(_Part):
    """All trunks of a house, in the order in which calls try them."""

    trunk: tuple[Trunk, ...] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        names = [one.name for one in self.trunk]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two trunks are called {twice[0]!r}")
        return self

    @property
    def out(self) -> tuple[Trunk, ...]:
        """Return those on which we call."""
        return tuple(one for one in self.trunk if one.calls_out)

    def entries(self) -> list[tuple[Trunk, str]]:
        """Return each address from which calls come in, for the first trunk that names it."""
        found: dict[str, Trunk] = {}
        for one in self.trunk:
            for address in one.matches if one.calls_in and one.name != OLD else ():
                found.setdefault(address, one)
        return [(one, address) for address, one in found.items()]

    def permits(self, more: Sequence[str]) -> tuple[str, ...] | None:
        """Return all addresses from which calls come in, `more` among them, each once.

        None where one is a name, or sound must be encrypted: then each trunk is known by its own
        addresses alone. Only DNS knows the addresses of a name; and only an entrance of its own
        refuses what comes without a key (`CHANNEL(rtp,secure,audio)` says 0 of SDES too).
        """
        found = dict.fromkeys(more)
        for trunk, address in self.entries():
            if not _is_network(address) or trunk.media == "srtp":
                return None
            found.setdefault(address)
        return tuple(found)

    def networks(self, more: str) -> list[str]:
        """Return the networks from which calls come in, `more` among them; no names."""
        named = [*more.split(","), *(address for _, address in self.entries())]
        return [one for one in dict.fromkeys(named) if _is_network(one)]


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True
