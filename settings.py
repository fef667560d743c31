"""All settings of an installation: one frozen object, read from THIRDRING_… variables.

Each setting has a sentence that says what it does; `thirdring settings` lists them. Nothing else
reads the environment. Does no I/O beyond that: paths are named here, not made.
"""

from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, ValidationError, field_validator, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError
from pydantic_settings import SettingsConfigDict

import guard_settings as guard
import incoming_settings as incoming
import setting_values as values
from archive_settings import ArchiveSettings
from callflow.events import DEFAULT_NODE
from department_settings import DepartmentSettings
from desk_settings import DeskSettings
from judgement_settings import JudgementSettings
from mail_settings import MailSettings
from network_settings import NetworkSettings
from outbound_settings import OutboundSettings
from paths import Paths, file_name, home_path, plain_path
from pause_settings import PauseSettings
from phone_numbers import called, dialling
from phone_numbers.plan import DialForm, NumberPlan
from quality_settings import QualitySettings
from report_settings import ReportSettings
from setting_pairs import contradictions
from ticket_settings import TicketSettings
from upkeep_settings import UpkeepSettings
from webhook_settings import WebhookSettings

PROJECT = Path(__file__).resolve().parent
"""The folder of the checkout; templates, prompts' texts and migrations are read from it."""


FILES_OF_CERTIFICATES = (
    "desk_certificate",
    "desk_key",
    "sip_certificate",
    "sip_key",
    "sip_authority",
    "mail_authority",
)
"""Settings that name a file which must be there before a start."""

Port = Annotated[int, Field(ge=1, le=65535)]


Listed = AfterValidator(values.each(values.plain))
"""A list with comma between its parts, each once."""


class Settings(
    ArchiveSettings,
    OutboundSettings,
    DepartmentSettings,
    DeskSettings,
    JudgementSettings,
    NetworkSettings,
    MailSettings,
    PauseSettings,
    ReportSettings,
    TicketSettings,
    QualitySettings,
    WebhookSettings,
    UpkeepSettings,
):
    """Every setting; the variable is THIRDRING_ and the name in capitals.

    Whoever reads the environment for a person uses `environment.read`: it says all that is wrong.
    """

    model_config = SettingsConfigDict(
        env_prefix="THIRDRING_", frozen=True, extra="ignore", str_strip_whitespace=True
    )

    home: Annotated[Path, AfterValidator(home_path)] = Field(
        Path("var"),
        description="Folder for all state: database, recordings, secrets, logs, configuration.",
        validate_default=True,
    )
    cache: Annotated[Path, AfterValidator(plain_path)] = Field(
        PROJECT / ".cache",
        description="Folder for what can be fetched or built again; several homes may share it.",
        validate_default=True,
    )
    database_url: Annotated[str, AfterValidator(values.database_url)] = Field(
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
    asterisk: Annotated[str, AfterValidator(file_name)] = Field(
        "",
        description="Path of the asterisk program (22.10.1 or newer); empty: the system's if it "
        "is new enough, else one unpacked into the cache.",
    )
    sip_address: Annotated[str, AfterValidator(values.address)] = Field(
        "127.0.0.1",
        description="Address on which calls come in; 0.0.0.0 also lets phones of the network in.",
    )
    sip_port: Port = Field(5060, description="UDP and TCP port for SIP.")
    sip_trunks: incoming.SipTrunks = "127.0.0.1"
    sip_identity: incoming.SipIdentity = True
    codecs_trunk: incoming.CodecsTrunk = "alaw,ulaw,g722,opus,gsm"
    codecs_phones: incoming.CodecsPhones = "alaw,ulaw,g722,opus"
    media_timeout: incoming.MediaTimeout = 60
    hold_timeout: incoming.HoldTimeout = 900
    phone_timeout: incoming.PhoneTimeout = 30
    hotline_number: incoming.HotlineNumber = "10050"
    called_numbers: incoming.CalledNumbers = ""
    called_others: incoming.CalledOthers = "refuse"
    company: str = Field(
        "三环通信",
        min_length=1,
        max_length=40,
        description="The company's name, as spoken in the prompts.",
    )
    staff: str = Field(
        "客服", max_length=20, description="Who answers in the hall greeting, {工号} of GRT-1."
    )
    phones: Annotated[str, Listed] = Field(
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
    desk_phones: Annotated[str, Listed] = Field(
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
    timezone: Annotated[str, AfterValidator(values.zone)] = Field(
        "Asia/Shanghai", description="Zone of the hotline's clock: greetings, hours, holidays."
    )
    answer_after: float = Field(
        1.0, ge=0, le=15, description="Seconds of ringing before the answer (ANS-1: never over 15)."
    )
    opening: Literal["hours", "hall"] = Field(
        "hours", description="GRT-1/2: greeting by the hour, or the hall variant with the company."
    )
    holidays: incoming.Holidays = ""
    open_hours: incoming.OpenHours = "00:00-24:00"
    holiday_hours: incoming.HolidayHours = ""
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

    @field_validator("*", mode="before")
    @classmethod
    def _letters(cls, given: object) -> object:
        return values.plain(given) if isinstance(given, str) else given

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        found = list[InitErrorDetails]()
        for one in contradictions(self):
            name = next((each for each in one.names if each in self.model_fields_set), one.names[0])
            told = {"says": one.says, "names": one.names}
            kind = PydanticCustomError("contradiction", "{says}", told)
            found.append({"type": kind, "loc": (name,), "input": getattr(self, name)})
        if found:
            raise ValidationError.from_exception_data("Settings", found)
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

    @cached_property
    def called(self) -> list[tuple[str, str]]:
        """Return our numbers, each with the pattern of all its forms."""
        others = filter(None, self.called_numbers.split(","))
        return called.patterns((self.hotline_number, *others), self.region)

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
