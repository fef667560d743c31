"""The words of letters to departments, built in and edited. No I/O."""

from dataclasses import replace

import pytest

from callflow.call import Language
from features.department_links.texts import Said, letter_text
from features.ticket_classes.texts import DISPATCHED, preview, unknown_gaps, with_link
from features.ticket_life.orders import OrderKind

SAID = Said(
    kind=OrderKind.DISPATCH,
    number="20261130-00001-3",
    order="20261130-00001-1",
    ticket="20261130-00001",
    department="线路班",
    due="2026-12-01 10:00",
    urgent=False,
    link="[link:x]",
    ends="2026-12-03 10:00",
    company="电信",
)


@pytest.mark.parametrize("kind", list(OrderKind))
@pytest.mark.parametrize("language", ["zh", "en", "fr"])
def test_each_letter_says_all_that_it_has_gaps_for(kind: OrderKind, language: str) -> None:
    subject, body = letter_text(language, replace(SAID, kind=kind))
    assert "{" not in subject + body
    assert SAID.order in subject
    assert SAID.order in body
    assert SAID.department in body
    assert (SAID.link in body) == (kind is not OrderKind.RETURN)


def test_an_urgent_order_says_so_in_its_subject() -> None:
    assert letter_text("zh", replace(SAID, urgent=True))[0].startswith("【加急】")


def test_edited_words_have_the_link_where_they_say_it_or_at_their_end() -> None:
    assert letter_text("zh", SAID, "看 {link} 办 {order}")[1] == f"看 [link:x] 办 {SAID.order}"
    assert letter_text("zh", SAID, "快办\n")[1] == "快办\n\n[link:x]"
    assert with_link("{link}") == "{link}"


def test_what_is_filled_in_for_a_department_is_not_what_is_for_a_customer() -> None:
    assert unknown_gaps("{order} {due} {link} {ends} {company} {ticket}", DISPATCHED) == []
    assert unknown_gaps("{body} {answer}", DISPATCHED) == ["{body}", "{answer}"]
    assert unknown_gaps("{link}", "received") == ["{link}"]
    assert unknown_gaps("{link} {body}") == []


def test_the_preview_has_the_link_that_is_sent_and_of_nothing_there_is_none() -> None:
    assert "department-links" in preview("快办", DISPATCHED, Language.CHINESE)
    assert "department-links" not in preview("您好", "received", Language.CHINESE)
    assert preview(" ", DISPATCHED, Language.ENGLISH) == ""
