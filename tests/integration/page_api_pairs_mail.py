"""The table of changes of letters, and of what comes on paper."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import update

from features.ticket_mail.tables import TicketMailRow
from permissions.roles import Role
from tests.integration.desk_room import ticket_number
from tests.integration.mail_rows import CUSTOMER, OURS, letters
from tests.integration.page_api_steps import Pair, Step, only
from tests.integration.page_room import Pages

API: Final = "/api/v1"
NOBODYS: Final = {"ticket_id": "20261121-99999"}
CAME: Final = "2026-11-21T09:30:00+08:00"


def _paper(*, answer: int = 200, **more: str) -> Step:
    typed = {"channel": "letter", "body": "账单不对", "customer_number": "139 1234-5678"} | more
    at = {"received_at_day": "2026-11-21", "received_at_time": "09:30"}
    given = {name: text for name, text in typed.items() if text}
    return Step(form=typed | at, body=given | {"received_at": CAME}, answer=answer)


async def _a_letter(desk: Pages) -> Mapping[str, object]:
    await desk.write(letters)
    desk.room.app.state.settings = desk.room.settings.model_copy(
        update={"mail_address": "hotline@hotline.test", "mail_smtp": "smtp.hotline.test"}
    )
    return {"ticket_id": ticket_number(1), "mail_id": OURS}


def _answer(*, answer: int = 200, audited: int = 1, **more: Any) -> Step:
    typed = {"to": CUSTOMER, "subject": "关于您的来信", "body": "已修好", "once": "abc"}
    gaps = more.pop("gaps", {})
    typed |= more
    return Step(form=typed, body=typed, answer=answer, audited=audited, gaps=gaps)


def _decide(event: str, **more: Any) -> Step:
    return Step(form={"event": event}, body={"event": event}, **more)


def _is(state: str) -> Any:
    change = update(TicketMailRow).where(TicketMailRow.id == OURS).values(state=state)
    return lambda connection: connection.execute(change)


async def _at_a_department(desk: Pages) -> Mapping[str, object]:
    gaps = await _a_letter(desk)
    desk.room.app.state.settings = desk.room.app.state.settings.model_copy(
        update={"department_link_site": "https://desk.hotline.test"}
    )
    async with desk.room.client(Role.TEAM_LEADER) as leader:
        for name, email in (("线路班", "lines@hotline.test"), ("营业厅", "")):
            given = {"email": email}
            put = await leader.put(f"{API}/departments/{name}", json=given)
            assert put.is_success, put.text
        for which, name in ((1, "线路班"), (3, "营业厅")):
            verb = f"{API}/tickets/{ticket_number(which)}/verbs/dispatch"
            done = await leader.post(verb, json={"version": 1, "department": name})
            assert done.is_success, done.text
    return gaps


MAILS: Final[Sequence[Pair]] = (
    Pair(
        page=("POST", "/tickets/{ticket_id}/department-link"),
        program=("POST", f"{API}/tickets/{{ticket_id}}/department-link"),
        prepared=_at_a_department,
        steps=(
            only(),
            only(gaps=NOBODYS, answer=404),
            only(gaps={"ticket_id": ticket_number(2)}, answer=422),  # with no department
            only(gaps={"ticket_id": ticket_number(3)}, answer=422),  # without an address
        ),
    ),
    Pair(
        page=("POST", "/intake"),
        program=("POST", f"{API}/ticket-intakes"),
        steps=(
            _paper(channel="telephone", answer=422),
            _paper(channel="pigeon", answer=422),
            _paper(body="", answer=422),
            _paper(customer_number="", answer=422),  # an answer by telephone, to no number
            _paper(answer_by="email", answer_to="li at home", answer=422),
            _paper(answer_by="letter", answer=422),
            _paper(business="电报", answer=422),
            _paper(answer_by="email", answer_to=CUSTOMER, channel="visit"),
            _paper(kind="complaint", business="固定电话", nature="资费", reference="2026-17"),
        ),
    ),
    Pair(
        page=("POST", "/tickets/{ticket_id}/replied"),
        program=("POST", f"{API}/tickets/{{ticket_id}}/replied"),
        prepared=_a_letter,
        steps=(
            only(),
            only(audited=0),
            only(gaps=NOBODYS, answer=404),
            only(gaps={"ticket_id": ticket_number(2)}, answer=404),  # came by telephone
        ),
    ),
    Pair(
        page=("POST", "/tickets/{ticket_id}/mail"),
        program=("POST", f"{API}/tickets/{{ticket_id}}/mails"),
        prepared=_a_letter,
        steps=(
            _answer(subject="", answer=422),
            _answer(body=" ", answer=422),
            _answer(to="spy@evil.test", answer=422),
            _answer(gaps=NOBODYS, answer=404),
            _answer(),
            _answer(audited=0),  # the same form once more
        ),
    ),
    Pair(
        page=("POST", "/mail/{mail_id}"),
        program=("POST", f"{API}/mails/{{mail_id}}"),
        prepared=_a_letter,
        steps=(
            _decide("taken", answer=422),
            _decide("again", gaps={"mail_id": 999}, answer=404),
            _decide("again"),
            _decide("again", answer=409),
            _decide("arrived", before=_is("unclear")),
            _decide("left", before=_is("failed")),
            _decide("arrived", before=_is("bounced"), answer=409),
        ),
    ),
)
