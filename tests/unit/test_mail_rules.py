"""Whose ticket a letter is, whether it is answered, and what becomes of ours (TKT-10)."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.ticket_mail.lifecycle import (
    AFTER,
    FOR_A_PERSON,
    OPEN,
    MailEvent,
    MailState,
    NotNowError,
    after,
    events_of_people,
    next_try,
)
from features.ticket_mail.rules import (
    MOST_ANSWERS,
    Belongs,
    Known,
    address_with,
    belongs,
    is_acknowledged,
    may_be_opened,
    named_numbers,
    signed_number,
    subject_with,
    token,
)
from mail.aside import nothing_read
from mail.letters import Bounce, Letter

KEY, OTHER = b"k" * 32, b"o" * 32
NUMBER = "20261130-00012"
LETTER = replace(
    nothing_read(), sender="li@a.test", answer_to="li@a.test", automatic="", subject="宽带"
)
NOW = datetime(2026, 11, 30, tzinfo=UTC)


def with_subject(subject: str) -> Letter:
    return replace(LETTER, subject=subject)


def test_a_token_leads_back_through_what_programs_do_to_subjects() -> None:
    subject = subject_with(KEY, NUMBER, "关于宽带")
    for text in (subject, f"Re: AW: 回复：{subject}", subject.upper(), f"{subject} (was: x)"):
        assert signed_number(KEY, with_subject(text)) == NUMBER
    assert subject_with(KEY, NUMBER, subject) == subject  # once, however long the thread


def test_a_token_leads_back_by_the_address() -> None:
    address = address_with(KEY, NUMBER, "hotline@a.test")
    assert signed_number(KEY, replace(LETTER, recipients=("x@y.test", address))) == NUMBER


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz234567", min_size=12, max_size=12))
def test_a_token_cannot_be_made_without_the_key(mac: str) -> None:
    if mac != token(KEY, NUMBER).rpartition("-")[2]:
        assert signed_number(KEY, with_subject(f"[#{NUMBER}-{mac}]")) == ""


def test_a_token_of_one_ticket_is_none_of_another_or_of_another_house() -> None:
    mine = token(KEY, NUMBER).rpartition("-")[2]
    assert signed_number(KEY, with_subject(f"[#20261130-00013-{mine}]")) == ""
    assert signed_number(KEY, with_subject(subject_with(OTHER, NUMBER, "x"))) == ""


def whose(letter: Letter, **more: object) -> Belongs:
    known = {"signed": None, "referred": (), "writers": {}, "named": ()} | more
    return belongs(letter, **known)  # type: ignore[arg-type]


def test_what_nobody_can_guess_leads_into_a_ticket() -> None:
    assert whose(LETTER, signed=7).ticket_id == 7
    assert whose(LETTER, referred=[Known(ticket_id=7, ours=True)]).ticket_id == 7
    known = {7: {"wang@a.test"}}
    assert whose(LETTER, signed=7, writers=known) == Belongs(ticket_id=7, hints=("other_address",))


def test_a_letter_that_came_to_us_leads_only_its_own_writer_back() -> None:
    referred = [Known(ticket_id=7, ours=False)]
    assert whose(LETTER, referred=referred, writers={7: {"li@a.test"}}).ticket_id == 7
    stranger = whose(LETTER, referred=referred, writers={7: {"wang@a.test"}})
    assert stranger == Belongs(ticket_id=None, hints=("refers_to_another",))


def test_a_number_leads_nowhere_whoever_writes_it() -> None:
    assert named_numbers(with_subject(f"工单{NUMBER}怎么样了")) == [NUMBER]
    for writers in ({}, {7: {"li@a.test"}}):
        found = whose(with_subject(NUMBER), named=[7], writers=writers)
        assert found == Belongs(ticket_id=None, hints=("names_another",))


def test_only_people_are_answered_and_nobody_for_ever() -> None:
    def answered(letter: Letter, *, answered: int = 0, is_new: bool = True) -> bool:
        return is_acknowledged(letter, own="us@a.test", answered=answered, is_new=is_new)

    assert answered(LETTER)
    assert not answered(LETTER, is_new=False)
    assert not answered(LETTER, answered=MOST_ANSWERS)
    assert not answered(replace(LETTER, automatic="precedence"))
    assert not answered(replace(LETTER, answer_to=""))
    assert not answered(replace(LETTER, sender="us@a.test"))  # a mailbox that writes to itself
    assert not answered(replace(LETTER, answer_to="us@a.test"))
    bounce = Bounce(about="", failed=True, recipient="", says="")
    assert not answered(replace(LETTER, bounce=bounce))


def test_kinds_of_attachments_go_by_the_last_ending() -> None:
    assert may_be_opened("a.PDF", {"pdf"})
    assert not may_be_opened("a.pdf.exe", {"pdf"})
    assert not may_be_opened("pdf", {"pdf"})


def test_every_event_in_every_state_is_in_the_table_or_refused() -> None:
    for state, event in itertools.product(MailState, MailEvent):
        if (state, event) in AFTER:
            assert after(state, event) is AFTER[state, event]
        else:
            with pytest.raises(NotNowError):
                after(state, event)


def test_nothing_is_sent_twice_but_by_a_person() -> None:
    """From `sending` on only a person's word leads back, but where a server said no."""
    by_machine = {each: to for each, to in AFTER.items() if each[1] is not MailEvent.AGAIN}
    sending = {MailState.SENDING}
    back = {
        event
        for (state, event), to in by_machine.items()
        if to is MailState.QUEUED and state in sending
    }
    assert back == {MailEvent.LATER}
    for state in (MailState.UNCLEAR, MailState.SENT, MailState.BOUNCED):
        assert MailState.QUEUED not in {to for (of, _), to in by_machine.items() if of is state}


def test_no_letter_is_given_up_without_a_person() -> None:
    dropped = {event for (_, event), to in AFTER.items() if to is MailState.DROPPED}
    assert dropped == {MailEvent.LEFT}
    for state in FOR_A_PERSON:
        assert {MailEvent.AGAIN, MailEvent.LEFT} <= set(events_of_people(state))
    assert FOR_A_PERSON < OPEN


def test_a_letter_is_tried_less_and_less_often_until_the_time_is_up() -> None:
    give_up = timedelta(hours=48)
    now, tries = NOW, 0
    while (
        again := next_try(attempts=tries, since=NOW, now=now, give_up_after=give_up)
    ) is not None:
        assert now < again <= now + timedelta(hours=2)
        now, tries = again, tries + 1
    assert 25 < tries < 60
    assert timedelta(hours=45) < now - NOW < give_up
