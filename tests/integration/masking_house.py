"""A house in which every column that people or strangers fill holds a number of its own.

So an answer that holds one tells which column it came from. Numbers stand as they are, and in free
text in every way in which people write them.
"""

import html
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import JSON, Column, Table, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

import floor.tables  # noqa: F401  (its tables belong to the metadata)
from db.base import Base
from dispatch.tables import AttemptRow
from features.audit.tables import AuditRow
from features.callbacks.tables import CallbackRow
from features.campaigns import queries as campaigns
from features.campaigns.lifecycle import CampaignState
from features.customers.known import Address, Customer, CustomerSort, plain
from features.customers.tables import CustomerMergeRow, CustomerVersionRow
from features.do_not_call import queries as do_not_call
from features.do_not_call.queries import Entry
from features.event_feed.tables import FeedEventRow
from features.tickets.tables import TicketEntryRow, TicketFeedRow, TicketOrderRow, TicketVersionRow
from features.wake_ups.lifecycle import WakeState
from features.wake_ups.tables import WakeUpRow
from imports.faults import Remark, Whole
from tests.integration import comment_rows as comments
from tests.integration import hold_rows
from tests.integration import quality_rows as quality
from tests.integration import report_rows as reports
from tests.integration.campaign_room import campaign, people
from tests.integration.desk_room import BEGAN, NUMBER, call_id, recording_id
from tests.integration.mail_rows import letters
from tests.integration.view_rows import views_and_bulks
from tests.numbers import known_as

NUMBER_COLUMNS: Final = frozenset(
    {
        *("attempts.number", "attempts.dialled", "calls.number", "customers.number"),
        *("customer_numbers.number", "caller_numbers.number"),
        *("do_not_call.number", "notification_households.told_on", "tickets.customer_number"),
        *("wake_registrations.number", "callbacks.number", "campaign_contacts.number"),
        *("wake_ups.number", "callbacks.passed", "calls.ref"),
    }
)
"""A telephone number and nothing else."""

NAME_COLUMNS: Final = frozenset(
    {
        *("calls.name", "customers.name", "tickets.customer_name", "wake_registrations.guest"),
        *("notification_households.name", "campaign_contacts.name", "ticket_mails.name"),
    }
)
"""A person's name who is none of ours."""

TEXT_COLUMNS: Final = frozenset(
    {
        *("call_events.data", "call_events.channel", "calls.topic", "calls.fallback"),
        *("customers.note", "customers.area", "do_not_call.why", "incidents.what"),
        *("incidents.place", "incidents.reporter", "incidents.details", "incidents.message"),
        *("audit_log.subject", "audit_log.detail", "audit_log.why", "campaigns.name"),
        *("handovers.shift", "handovers.equipment", "handovers.problems", "handovers.faults"),
        *("handovers.staff", "notification_households.area", "notification_households.numbers"),
        *("notification_households.door_by", "recording_gaps.why", "recordings.why"),
        *("tickets.body", "tickets.answer", "tickets.department", "tickets.business"),
        *("tickets.nature", "wake_registrations.room", "wake_registrations.note"),
        *("callbacks.note", "campaign_contacts.extra", "campaign_contacts.answers"),
        *("ticket_versions.fields", "journal_rejects.line", "journal_rejects.why"),
        *("call_events.name", "calls.route_reasons", "calls.scripts"),
        *("ticket_mails.subject", "ticket_mails.body"),
        *("ticket_mails.address", "ticket_mails.said", "ticket_mails.message_id"),
        *("ticket_mails.refers_to", "mail_attachments.name", "mail_attachments.media_type"),
        *("ticket_intakes.answer_to", "ticket_intakes.reference"),
        *("attempts.ways", "attempts.trunk_said", "tickets.cause", "tickets.handling"),
        *("ticket_orders.department", "ticket_orders.text", "ticket_orders.warning"),
        "ticket_entries.said",
        *("customers.addresses", "customers.lines", "customers.contacts", "customer_numbers.label"),
        *("customer_versions.said", "customer_merges.kept", "customer_merges.gone"),
        *("customer_import_faults.given", "customer_import_faults.cells", "customer_imports.name"),
        *("customer_imports.columns", "customer_imports.remarks", "customer_imports.fault"),
        *("customers.name_key", "customers.sought", "customer_numbers.tail"),
        *("ticket_views.name", "ticket_views.filters", "ticket_bulks.given"),
        *("knowledge_proposals.title", "knowledge_proposals.body", "knowledge_proposals.why"),
        *(*reports.TEXTS, *quality.TEXTS, *comments.TEXTS, *hold_rows.TEXTS),
    }
)
"""What people type, or what came from a stranger's telephone or file."""

OURS: Final = frozenset(
    {
        *("accounts", "api_tokens", "dispatch_positions", "floor_leases", "journal_positions"),
        *("sessions", "duties", "duty_events", "talk_segments", "knowledge", "second_factors"),
        *("rooms", "passkeys", "recovery_codes", "departments", "ticket_clocks", "mailboxes"),
        *("department_links", "department_letters", "ticket_repeats", "feed_events"),
        *("department_asks", "department_calls", "department_call_tickets"),
        *("ticket_classes", "knowledge_files", "knowledge_helped"),
        *("call_agents", "recording_agents", "recording_copies", "ticket_view_choices"),
        *("ticket_bulk_items", *reports.TABLES, *quality.TABLES),
        *("erasures", "destructions", "person_key", "consents"),
        *("webhooks", "webhook_answers", "idempotency_keys"),
    }
)
"""Tables of the staff and of our programs; knowledge is read to callers. What a person asks for is
seen only by the two roles that answer for it, who see whole numbers. An answer that is kept with a
request's key is sealed, and given to who got it before.
"""

OUR_COLUMNS: Final = frozenset(
    {
        *("ticket_mails.key", "ticket_mails.hints", "mail_attachments.why"),
        *("ticket_intakes.answer_by", "ticket_intakes.answered_by"),
        *("customer_imports.known", "customer_import_faults.why", "customer_import_faults.cell"),
        *("knowledge_proposals.ticket", "knowledge_proposals.business"),
        *("ticket_bulks.key", "ticket_bulks.work"),
        *("ticket_views.shared", "ticket_views.shared_with", "ticket_views.columns"),
        *(*reports.PLAIN, *quality.PLAIN, *comments.PLAIN, *hold_rows.PLAIN),
    }
)
"""Columns of other tables that hold words of ours."""

STATES: Final = re.compile(
    r"\.(id|hash|state|kind|source|language|zone|node|role|purpose|who|result|said|reached|file|"
    r"about|uniqueid|linkedid|boot|did|agent|misses|hung_up_by|disposition|sil_outcome|direction|"
    r"(customer_)?identity|sort|first_agent|updated_by|by|voice|made_by|started_by|stopped_by|action|address|"
    r"mode|script|opens|closes|spacing|path|sha256|call_id|number|handler|wall|repeat|"
    r"made_through|cancelled_through|proof|reason|channel|trunk|what|before|after|via|order_number|"
    r"refers_to|written_by|(undone|decided)_by|reviewed_by|resumes|complaint_class|closing|satisfaction|salt|sealed)$"
)
"""Columns that hold a word of ours, an id, a time or a member of the staff."""


def columns() -> Iterator[tuple[str, Table, Column[Any]]]:
    """Give every column of text, as `table.column`."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, JSON) or column.type.python_type is str:
                yield f"{table.name}.{column.name}", table, column


POISONED: Final[Sequence[str]] = sorted(NUMBER_COLUMNS | NAME_COLUMNS | TEXT_COLUMNS)


def secret(name: str) -> str:
    """Return the number that stands in a column, and nowhere else."""
    return f"1390{POISONED.index(name):03d}4826"


def secret_name(name: str) -> str:
    """Return the name that stands in a column, and nowhere else."""
    return f"欧{chr(0x5100 + POISONED.index(name))}密"


def spellings(number: str) -> list[str]:
    """Return the ways in which people write a number of eleven digits."""
    a, b, c = number[:3], number[3:7], number[7:]
    chinese = number.translate(str.maketrans("0123456789", "〇一二三四五六七八九"))
    financial = number.translate(str.maketrans("0123456789", "零壹贰叁肆伍陆柒捌玖"))
    wide = number.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    return [
        number,
        *(f"{a}{mark}{b}{mark}{c}" for mark in (" ", "-", ".", "/", "–", "\u00a0", "_", "·", "、")),
        *(f"{a}{mark}{b}{mark}{c}" for mark in (" - ", "－", "．", "／", "\u3000", ",", "\\", "|")),
        *(f"({a}){b}-{c}", f"+86 ({a}) {b} {c}", f"（{a}）{b}—{c}", f"[{a}] {b}.{c}"),
        *(" ".join(number), ".".join(number), "-".join(number)),
        *(chinese, financial, wide, chinese.replace("一", "幺"), f"{chinese[:3]}-{b}{c}"),
        *(" ".join(chinese), f"{a}\n{b}\n{c}", f"{a}\u200b{b}\u200b{c}"),
    ]


def holds(text: str, number: str) -> bool:
    """Tell whether a whole number can be read from an answer, however it is written there."""
    return number in read(text)


_DIGITS = str.maketrans("〇零○一幺壹二贰两三叁四肆五伍六陆七柒八捌九玖", "00011122233445566778899")


def read(text: str) -> str:
    """Return the digits of an answer, one after the other, as a person would read them."""
    plain = html.unescape(text)
    plain = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), plain)
    plain = re.sub(r"\\[nrt]|<[^<>]{0,200}>", " ", plain)
    plain = unicodedata.normalize("NFKC", plain).translate(_DIGITS)
    return re.sub(r"[^\w*]|_", "", plain)


async def poison(connection: AsyncConnection) -> None:
    """Put its own number, or name, into every column that is not ours alone."""
    await _rows(connection)
    heard = _access("recording.audio") | {"subject": recording_id(5)}
    for name, table, column in columns():
        if name in NAME_COLUMNS:
            value: object = secret_name(name)
        elif name in NUMBER_COLUMNS:
            value = secret(name)
        elif name in TEXT_COLUMNS:
            value = _text(name, column)
        else:
            continue
        await connection.execute(update(table).values({column.name: value}))
    why = "; ".join(spellings(secret("audit_log.why")))
    await connection.execute(insert(AuditRow).values(heard | {"why": why}))


_WAS: Final = Customer(
    id=1,
    number=NUMBER,
    identity=known_as(NUMBER),
    name="张三",
    sort=CustomerSort.NORMAL,
    note="",
    first_agent=None,
    updated_at=BEGAN,
    updated_by="1001",
)
"""What was known of the customer until it was replaced."""


def _text(name: str, column: Column[Any]) -> object:
    every = spellings(secret(name))
    if isinstance(column.type, JSON):
        shape = SHAPES.get(name, _any_object)
        return shape([secret(name)] if name in _NUMBERS_ONLY else [" ; ".join(every)])
    room = getattr(column.type, "length", None)
    return _fitting(every, room)


_NUMBERS_ONLY: Final = {
    *("notification_households.numbers", "calls.route_reasons", "calls.scripts"),
}
"""Lists of words of ours or of numbers."""


def _any_object(said: list[str]) -> object:
    return dict.fromkeys(("num", "name", "status", "body", "number", "to", "digits", "text"), *said)


def _customer(said: list[str]) -> object:
    [text] = said
    addresses = (Address(label=text, address=text),)
    return plain(replace(_WAS, note=text, area=text, addresses=addresses))


def _list_of(*fields: str) -> Callable[[list[str]], object]:
    return lambda said: [dict.fromkeys(fields, *said)]


def _unreadable(said: list[str]) -> object:
    gaps = dict.fromkeys(("found", "sheets"), *said)
    return {"sentence": f"sheet.{Whole.NO_NUMBER_COLUMN}", "gaps": gaps}


def _remark(said: list[str]) -> object:
    return [{"what": Remark.NUMBER_COLUMNS, "gaps": dict.fromkeys(("called", "others"), *said)}]


SHAPES: Final[Mapping[str, Callable[[list[str]], object]]] = {
    **dict.fromkeys(_NUMBERS_ONLY, list),
    **dict.fromkeys(("customer_imports.columns", "customer_import_faults.cells"), list),
    **dict.fromkeys(
        ("customer_versions.said", "customer_merges.kept", "customer_merges.gone"), _customer
    ),
    "ticket_entries.said": lambda said: dict.fromkeys(
        ("note", "warning", "handling", "cause", "department"), *said
    ),
    "ticket_views.filters": lambda said: dict.fromkeys(("q", "department", "handler"), *said),
    "ticket_bulks.given": lambda said: dict.fromkeys(("note", "department"), *said),
    **quality.SHAPES,
    "customer_imports.remarks": _remark,
    "customer_imports.fault": _unreadable,
    "customers.addresses": _list_of("label", "address"),
    "customers.lines": _list_of("name", "business", "address"),
    "customers.contacts": _list_of("name", "post", "number", "identity", "email"),
}
"""What stands in the columns of JSON, made of the texts to hide there."""


def _fitting(every: Sequence[str], room: int | None) -> str:
    said = every[0][: room or 99]
    for each in every[1:]:
        if room is not None and len(said) + len(each) + 3 > room:
            continue
        said += f" ; {each}"
    return said


async def _rows(connection: AsyncConnection) -> None:
    """Make a row where `one_of_everything` makes none."""
    await connection.execute(update(WakeUpRow).values(state=WakeState.KNOCKING.value))
    await connection.execute(
        insert(CallbackRow).values(
            number=NUMBER,
            identity=known_as(NUMBER),
            kind="agent",
            made_at=BEGAN,
            due_at=BEGAN,
            state="open",
            note="",
        )
    )
    wake_up = {"purpose": "wake_up", "subject_id": 1, "who": "guest", "channel": "PJSIP/8001"}
    no_words = {"result": "answered", "said": "", "number": "", "planned_at": BEGAN}
    attempt = {"id": call_id(7), "seq": 1} | wake_up | no_words
    await connection.execute(insert(AttemptRow).values(attempt))
    version = {"ticket_id": 5, "version": 1, "at": BEGAN, "fields": {}}
    await connection.execute(insert(TicketVersionRow).values(version))
    order = dict.fromkeys(("text", "warning", "department", "reviewed_by"), "")
    known = {"ticket_id": 5, "number": "20261121-00005-1", "kind": "second", "state": "sent"}
    written = {"written_at": BEGAN, "written_by": "1001", "sent_at": BEGAN}
    await connection.execute(insert(TicketOrderRow).values(order | known | written))
    entry = {"ticket_id": 5, "version": 2, "at": BEGAN, "via": "page", "what": "dispatch"}
    moved = {"before": "new", "after": "dispatched", "order_number": "20261121-00005-1"}
    await connection.execute(
        insert(TicketEntryRow).values(entry | moved | {"said": {}, "place": 1})
    )
    callback = (await connection.execute(select(func.max(CallbackRow.id)))).scalar_one()
    told = {"at": BEGAN, "version": 1, "before": "", "after": "", "said": {}}
    for place, what, subject in ((2, "customer_changed", 1), (3, "callback_kept", callback)):
        event = {"what": what, "subject_id": subject, "place": place}
        await connection.execute(insert(FeedEventRow).values(told | event))
    await connection.execute(update(TicketFeedRow).values(last=3))
    refused = Entry(NUMBER, known_as(NUMBER), "x", BEGAN, "1001")
    assert await do_not_call.put(connection, refused)
    key = await campaigns.make(connection, campaign(), people(1), made_by=None, now=BEGAN, due=None)
    assert await campaigns.change(connection, key, CampaignState.RUNNING, now=BEGAN)
    was = {"customer_id": 1, "version": 0, "at": BEGAN, "by": "1001", "said": plain(_WAS)}
    await connection.execute(insert(CustomerVersionRow).values(was))
    both = {"kept_id": 1, "gone_id": 2, "at": BEGAN, "by": "1001", "until": BEGAN}
    both |= {"kept_version": 1, "kept": plain(_WAS), "gone": plain(_WAS)}
    await connection.execute(insert(CustomerMergeRow).values(both))
    await views_and_bulks(connection)
    await quality.inspected(connection)
    await comments.commented(connection)
    await reports.corrected(connection)
    await hold_rows.a_hold(connection)
    await letters(connection, ticket_id=5)
    await connection.execute(
        insert(AuditRow), [_access(action) for action in ("do_not_call.added", "x.y", "call.read")]
    )


def _access(action: str) -> dict[str, object]:
    empty = dict.fromkeys(("subject", "detail", "why"), "")
    return {"at": BEGAN, "action": action, "address": "127.0.0.1", **empty}
