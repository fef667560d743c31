"""All settings of an installation: one frozen object, read from THIRDRING_… variables.

Each setting has a sentence that says what it does; `thirdring settings` lists them. Nothing else
reads the environment. Does no I/O beyond that: paths are named here, not made.
"""

from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

import guard_settings as guard
from callflow.events import DEFAULT_NODE
from paths import Paths, plain_path
from phone_numbers import dialling
from phone_numbers.plan import DialForm, NumberPlan

PROJECT = Path(__file__).resolve().parent
"""The folder of the checkout; templates, prompts' texts and migrations are read from it."""


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"{name!r} is no time zone of the IANA list (as Asia/Shanghai)") from None
    return name


Port = Annotated[int, Field(ge=1, le=65535)]
PlainPath = Annotated[Path, AfterValidator(plain_path)]
DialledNumber = Annotated[str, Field(pattern=r"^\+?[0-9]{2,20}$")]


class Settings(BaseSettings):
    """Every setting; the variable is THIRDRING_ and the name in capitals."""

    model_config = SettingsConfigDict(env_prefix="THIRDRING_", frozen=True, extra="ignore")

    home: PlainPath = Field(
        Path("var"),
        description="Folder for all state: database, recordings, secrets, logs, configuration.",
        validate_default=True,
    )
    cache: PlainPath = Field(
        PROJECT / ".cache",
        description="Folder for what can be fetched or built again; several homes may share it.",
        validate_default=True,
    )
    database_url: str = Field(
        "",
        description="SQLAlchemy address of the database; empty: an SQLite file in the home. "
        "PostgreSQL: postgresql+asyncpg://user:password@host/name.",
    )
    node: str = Field(
        DEFAULT_NODE,
        pattern=r"^[A-Za-z0-9]([A-Za-z0-9-]{0,14}[A-Za-z0-9])?$",
        description="Name of this Asterisk and its programs; each home that shares a database "
        "needs its own. Choose it before the first start, and keep it.",
    )
    asterisk: str = Field(
        "",
        description="Path of the asterisk program (22.10.1 or newer); empty: the system's if it "
        "is new enough, else one unpacked into the cache.",
    )

    sip_address: str = Field(
        "127.0.0.1",
        description="Address on which calls come in; 0.0.0.0 also lets phones of the network in.",
    )
    sip_port: Port = Field(5060, description="UDP and TCP port for SIP.")
    sip_trunks: str = Field(
        "127.0.0.1",
        description="Addresses or networks (comma between them) whose calls come from the trunk.",
    )
    desk_address: str = Field("127.0.0.1", description="Address of the API and the pages.")
    desk_port: Port = Field(8080, description="TCP port of the API and the pages.")
    desk_certificate: str = Field(
        "",
        description="Path of a TLS certificate (PEM) for the desk and the browsers' phones; "
        "empty: no TLS.",
    )
    desk_key: str = Field("", description="Path of that certificate's private key (PEM).")
    desk_hosts: str = Field(
        "",
        pattern=r"^$|^[A-Za-z0-9.-]+(,[A-Za-z0-9.-]+)*$",
        description="Host names of the desk besides its address and localhost (comma between them)"
        "; requests for another host are refused.",
    )
    desk_proxies: str = Field(
        "",
        pattern=r"^$|^[0-9A-Fa-f.:]+(,[0-9A-Fa-f.:]+)*$",
        description="Addresses of proxies in front of the desk (comma between them); their "
        "X-Forwarded-For is trusted.",
    )

    hotline_number: DialledNumber = Field("10050", description="The number that callers dial.")
    company: str = Field(
        "三环通信",
        min_length=1,
        max_length=40,
        description="The company's name, as spoken in the prompts.",
    )
    staff: str = Field(
        "客服", max_length=20, description="Who answers in the hall greeting, {工号} of GRT-1."
    )
    phones: str = Field(
        "8001,8002,8003",
        pattern=r"^[0-9]{3,6}(,[0-9]{3,6})*$",
        description="Agents' SIP phones, members of the hotline's queue (comma between them).",
    )
    browser_seats: int = Field(
        24,
        ge=0,
        le=99,
        description="How many agents can sign in with the phone in the browser; 0: none at all.",
    )
    desk_phones: str = Field(
        "8101,8102,8103,8104",
        pattern=r"^$|^[0-9]{3,6}(,[0-9]{3,6})*$",
        description="SIP phones that an agent may choose at sign-in (comma between them).",
    )
    ws_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="TCP port for browsers' phones (WebSocket); 0: chosen once and kept.",
    )
    language: Literal["zh", "en"] = Field("zh", description="Language of the first prompts.")
    region: guard.Region = "CN"
    timezone: Annotated[str, AfterValidator(_known_zone)] = Field(
        "Asia/Shanghai", description="Zone of the hotline's clock: greetings, hours, holidays."
    )

    answer_after: float = Field(
        1.0, ge=0, le=15, description="Seconds of ringing before the answer (ANS-1: never over 15)."
    )
    opening: Literal["hours", "hall"] = Field(
        "hours", description="GRT-1/2: greeting by the hour, or the hall variant with the company."
    )
    holidays: str = Field(
        "",
        pattern=r"^$|^[+-]?\d{4}-\d{2}-\d{2}(,[+-]?\d{4}-\d{2}-\d{2})*$",
        description="Local changes to the holidays: 2027-02-05 or +2027-02-05 adds one, "
        "-2027-02-05 takes one away (a working day).",
    )
    open_hours: str = Field(
        "00:00-24:00",
        pattern=r"^\d{2}:\d{2}-\d{2}:\d{2}$",
        description="Hours in which agents are offered; outside callers leave a message (QUE-5).",
    )
    holiday_hours: str = Field(
        "",
        pattern=r"^$|^closed$|^\d{2}:\d{2}-\d{2}:\d{2}$",
        description="The same on public holidays: closed, other hours, or empty for no difference.",
    )
    ring_agent_for: int = Field(
        15, ge=5, le=60, description="Seconds an idle agent's phone rings before the next (ANS-2)."
    )
    wrap_up_for: int = Field(
        15,
        ge=0,
        le=600,
        description="Seconds an agent has for writing after a call before the next one; 0: none.",
    )
    max_wait: int = Field(
        60, ge=5, le=3600, description="Seconds a caller waits for an agent before a message."
    )
    offer_callback_after: int = Field(
        30,
        ge=5,
        le=3600,
        description="Seconds of waiting before a caller is offered to be called back instead.",
    )
    message_limit: int = Field(180, ge=10, le=1800, description="Longest message, in seconds.")

    trunk_out: str = Field(
        "",
        pattern=r"^$|^[A-Za-z0-9.-]+(:[0-9]{2,5})?$",
        description="SIP trunk or PBX for the calls that we make: host or host:port; empty: only "
        "the house's own phones can be called.",
    )
    lines_out: int = Field(60, ge=1, le=500, description="How many calls we make at once.")
    emergency_numbers: guard.EmergencyNumbers = dialling.DEFAULT_EMERGENCY
    dial_allowed: guard.DialAllowed = dialling.DEFAULT_ALLOWED
    dial_extensions: guard.DialExtensions = ""
    dial_outside: guard.DialOutside = ""
    dial_emergency_outside: guard.DialEmergencyOutside = False
    dial_form: guard.TrunkForm = DialForm.NATIONAL
    dial_trunk_prefix: guard.DialTrunkPrefix = ""
    dial_per_hour: guard.DialPerNumber = 20
    dial_per_day: guard.DialPerDay = 40
    dial_per_minute: guard.DialPerMinute = 600
    dial_tariffs: guard.DialTariffs = ""
    dial_spend: guard.DialSpend = 0

    attendants: str = Field(
        "",
        pattern=r"^$|^[0-9*#]{2,20}(,[0-9*#]{2,20})*$",
        description="WAK-3: telephones of the floor attendants, in order (comma between them).",
    )
    wake_proof: Literal["key", "speech"] = Field(
        "key", description="What proves that a guest is awake: a key only, or a spoken answer too."
    )
    wake_ring_for: int = Field(30, ge=5, le=120, description="Seconds a guest's phone rings.")
    wake_again_every: int = Field(
        60, ge=5, le=600, description="Seconds from one call of a guest to the next (WAK-3)."
    )
    wake_give_up_after: int = Field(
        300,
        ge=10,
        le=3600,
        description="Seconds without a sign from a guest until an attendant is asked to knock "
        "(WAK-3: 5 or 10 minutes).",
    )
    wake_snooze_for: int = Field(
        600, ge=10, le=3600, description="Seconds until a guest who pressed snooze is called again."
    )
    wake_knock_within: int = Field(
        300, ge=10, le=3600, description="Seconds in which an attendant reports from the room."
    )
    wake_grace: int = Field(
        1800,
        ge=60,
        le=86_400,
        description="Seconds after which a late wake-up is not called any more; the desk is told.",
    )
    callback_ring_for: int = Field(
        30, ge=5, le=120, description="Seconds the customer's phone rings for a callback."
    )
    callback_again_every: int = Field(
        300,
        ge=5,
        le=86_400,
        description="Seconds until the next attempt when the customer was busy or did not answer.",
    )
    callback_tries: int = Field(
        3, ge=1, le=20, description="Attempts at the customer before the desk is told (CBK-1)."
    )
    callback_grace: int = Field(
        14_400,
        ge=600,
        le=604_800,
        description="Seconds after which an overdue callback is not called any more; the desk is "
        "told.",
    )

    notification_ring_for: int = Field(
        25, ge=5, le=120, description="CBK-5: seconds a number rings in an emergency notification."
    )
    notification_rounds: int = Field(
        3, ge=1, le=20, description="How often all numbers of a household are tried."
    )
    notification_next_number_after: int = Field(
        5, ge=0, le=600, description="Seconds from one number of a household to its next."
    )
    notification_round_every: int = Field(
        120, ge=0, le=3600, description="Seconds from one round over these numbers to the next."
    )

    wake_menu_extension: str = Field(
        "8500",
        pattern=r"^$|^[0-9]{2,6}$",
        description="What a guest dials on a telephone of the house to register a wake-up (WAK-1); "
        "empty: guests cannot.",
    )

    lines_campaigns: int = Field(
        20, ge=1, le=500, description="How many of these calls may be for campaigns at once."
    )
    campaign_ring_for: int = Field(
        30, ge=5, le=120, description="Seconds the phone of a campaign's contact rings."
    )

    juniors_open_every_call: bool = Field(
        False,
        description="Whether junior agents may open every call and recording; if not, only their "
        "own talks and those of the customer whom they serve.",
    )

    oidc_issuer: str = Field(
        "",
        pattern=r"^$|^https?://[^\s?#]+$",
        description="Address of an OpenID Connect provider that people may sign in with.",
    )
    oidc_client_id: str = Field("", description="Our name at that provider.")
    oidc_client_secret: str = Field("", repr=False, description="Our secret at that provider.")
    oidc_claim: str = Field(
        "preferred_username",
        pattern=r"^[A-Za-z_][A-Za-z0-9_:/.-]*$",
        description="The claim of that provider in which a person's account number stands.",
    )

    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="How much our programs write into their logs."
    )

    @model_validator(mode="after")
    def _every_phone_once(self) -> Self:
        known = [*self.phones.split(","), *filter(None, self.desk_phones.split(","))]
        if twice := sorted({number for number in known if known.count(number) > 1}):
            raise ValueError(f"the phone {twice[0]} is named twice")
        if self.wake_menu_extension in known:
            raise ValueError(f"the wake-up menu {self.wake_menu_extension} is a phone already")
        emergency = self.emergency_numbers.split(",")
        if wrong := {*known, *self.attendants.split(",")} & set(filter(None, emergency)):
            raise ValueError(f"{min(wrong)} is an emergency number and no phone of the house")
        if self.dial_outside and self.dial_form is DialForm.PLUS:
            raise ValueError("no digits can be dialled before a number that begins with +")
        if bool(self.desk_certificate) != bool(self.desk_key):
            raise ValueError("a certificate needs its key, and a key its certificate")
        return self

    @cached_property
    def paths(self) -> Paths:
        return Paths(self.home, self.node)

    @property
    def seats(self) -> tuple[str, ...]:
        """Return the seats an agent can sign in at: the browser's `w01` …, then desk phones."""
        browsers = (f"w{number:02d}" for number in range(1, self.browser_seats + 1))
        return (*browsers, *filter(None, self.desk_phones.split(",")))

    @cached_property
    def number_plan(self) -> NumberPlan:
        """Return how telephone numbers are read here, wherever they come from."""
        named = frozenset(
            {*self.phones.split(","), *self.seats, *self.attendants.split(",")} - {""}
        )
        outside, emergency = self.dial_outside, self.dial_emergency_outside
        return NumberPlan(self.region, named, outside, self.dial_extensions, emergency)

    @property
    def proxies(self) -> frozenset[str]:
        """Return the addresses whose X-Forwarded-For is believed."""
        return frozenset(filter(None, self.desk_proxies.split(",")))

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def database(self) -> str:
        """Return the database's address, the embedded one where none is set."""
        return self.database_url or f"sqlite+aiosqlite:///{self.paths.database}"
