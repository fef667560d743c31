"""How a line of each journal is read, whoever wrote it and however far they got."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callflow.events import JournalEvent
from callflow.text import clean
from ledger.journal_lines import Reject, parse_cel, parse_dialogue, parse_queue_log, parse_site
from tests.unit.scripted_journal import BOOT, CALL, CALLER, Telling, event_of

ANSWERED = (
    '"ANSWER","1795296636.414005","trk369d6037-1795296635.0","trk369d6037-1795296635.0",'
    '"PJSIP/trunk-00000000","hotline","s","Answer","","","",""'
)
NAMED = (
    '"USER_DEFINED","1795296635.412633","trk369d6037-1795296635.0","trk369d6037-1795296635.0",'
    '"PJSIP/trunk-00000000","hotline","s","CELGenUserEvent",'
    '"{""extra"":""call=932e16d5-a33a-40e2-a296-44260ed984b6&num=MTM4MDAxMzgwMDA='
    '&name=V2FuZyDnjossIE1pbmc=&ref=dC0x&did=MTAwNTA=""}","","TR_CALL",""'
)
MISSED = f"1795296660|{BOOT}-1795296635.0|hotline|PJSIP/8001|RINGNOANSWER|15000"
READERS = (parse_cel, parse_queue_log, parse_dialogue, parse_site)


def named(**sent: str) -> JournalEvent:
    """The event of a call whose caller sent these."""
    told = Telling()
    wrapped = {key: base64.b64encode(word.encode()).decode() for key, word in sent.items()}
    told.tells("TR_CALL", 0.0, call=CALL, **wrapped)
    return event_of(parse_cel(told.cel[0], "cel.csv#1", 0))


def test_a_channel_event_says_what_happened_where_and_when() -> None:
    event = event_of(parse_cel(ANSWERED, "cel.csv#1", 7))
    assert (event.name, event.at, event.channel) == ("ANSWER", 1795296636.414005, CALLER)
    assert event.about == event.uniqueid == f"{BOOT}-1795296635.0"
    assert (event.source, event.file, event.offset) == ("cel", "cel.csv#1", 7)


def test_an_event_is_of_the_call_that_its_channel_began_in_whatever_bridge_it_was_in() -> None:
    brought = ANSWERED.replace(f'"{BOOT}-1795296635.0","PJSIP', f'"{BOOT}-1795296600.0","PJSIP')
    assert event_of(parse_cel(brought, "cel.csv#1", 7)).about == f"{BOOT}-1795296600.0"
    named_so = brought.replace('"","","",""', f'"","{BOOT}-1795296635.0","",""')
    assert event_of(parse_cel(named_so, "cel.csv#1", 7)).about == f"{BOOT}-1795296635.0"


def test_a_caller_is_unwrapped_with_commas_and_chinese() -> None:
    event = event_of(parse_cel(NAMED, "cel.csv#1", 0))
    assert event.name == "TR_CALL"
    assert event.data == {
        "call": CALL,
        "num": "13800138000",
        "name": "Wang 王, Ming",
        "ref": "t-1",
        "did": "10050",
    }


HOSTILE = [
    "Bob\r\nEvent: Hangup\r\n",
    "\x1b[31mred\x07",
    "'; DROP TABLE calls;--",
    "${SHELL(reboot)}",
    "<script>alert(1)</script>",
    "\u202egnp.exe\u202c",
    "a\x00b",
    "名" * 10_000,
    'say "hi", & = bye',
    "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
]


@pytest.mark.parametrize("sent", HOSTILE)
def test_whatever_a_caller_sends_is_kept_as_clean_text_and_changes_no_other_field(
    sent: str,
) -> None:
    event = named(num="1", name=sent, ref=sent, did="10050")
    assert event.data["ref"] == clean(sent)
    # a letter that Asterisk, or somebody before it, could not read is no name
    assert event.data["name"] == ("" if "\ufffd" in sent else clean(sent))
    assert len(event.data["name"]) <= 80
    assert (event.data["num"], event.data["did"], event.data["call"]) == ("1", "10050", CALL)
    assert set(event.data) == {"call", "num", "name", "ref", "did"}


@given(st.text(max_size=300))
def test_a_caller_may_send_anything(sent: str) -> None:
    sent = sent.encode("utf-8", "replace").decode()
    told = named(num=sent, name=sent).data
    assert told["num"] == clean(sent)
    assert told["name"] == clean(told["name"])


@pytest.mark.parametrize("cut", range(1, 40))
def test_base64_that_was_cut_gives_what_is_whole_of_it(cut: int) -> None:
    whole = base64.b64encode("王先生, 三环路一号".encode()).decode()
    told = Telling()
    told.tells("TR_CALL", 0.0, call=CALL, name=whole[:cut])
    name = event_of(parse_cel(told.cel[0], "cel.csv#1", 0)).data["name"]
    assert "王先生, 三环路一号".startswith(name.rstrip("\ufffd").rstrip())


def test_a_call_without_an_id_of_ours_is_rejected() -> None:
    told = Telling()
    told.tells("TR_CALL", 0.0, call="../../etc/passwd")
    assert isinstance(parse_cel(told.cel[0], "cel.csv#1", 0), Reject)


@pytest.mark.parametrize("cut", range(1, len(ANSWERED)))
def test_a_torn_line_is_rejected_or_whole_never_wrong(cut: int) -> None:
    read = parse_cel(ANSWERED[:cut], "cel.csv#1", 0)
    assert isinstance(read, Reject) or read == parse_cel(ANSWERED, "cel.csv#1", 0)


@pytest.mark.parametrize("cut", [5, 30, 90, len(ANSWERED) - 1])
def test_an_event_written_behind_a_torn_one_is_saved(cut: int) -> None:
    event = event_of(parse_cel(ANSWERED[:cut] + NAMED, "cel.csv#1", 100))
    assert (event.name, event.offset) == ("TR_CALL", 100 + cut)


QUEUE_LINES = (
    "1795296640|boot-1795296636.7|hotline|NONE|ENTERQUEUE||13800138000|1",
    "1795296641|boot-1795296636.7|hotline|PJSIP/8001|CONNECT|3|boot-1795296640.9|2",
)
SAID = (
    '{"call": "a", "at": 1795296636.5, "what": "prompt", "name": "x{\\"y"}',
    '{"call": "b", "at": 1795296637.5, "what": "hung_up"}',
)


@pytest.mark.parametrize("cut", range(1, len(QUEUE_LINES[0]) + 1))
def test_a_line_of_the_queue_log_behind_a_torn_one_is_saved(cut: int) -> None:
    event = event_of(parse_queue_log(QUEUE_LINES[0][:cut] + QUEUE_LINES[1], "queue_log#1", 100))
    assert event == event_of(parse_queue_log(QUEUE_LINES[1], "queue_log#1", 100 + cut))


@pytest.mark.parametrize("cut", range(1, len(SAID[0])))
def test_a_line_of_our_service_behind_a_torn_one_is_saved(cut: int) -> None:
    event = event_of(parse_dialogue(SAID[0][:cut] + SAID[1], "d", 100))
    assert event == event_of(parse_dialogue(SAID[1], "d", 100 + cut))


def test_whole_lines_are_not_taken_for_torn_ones() -> None:
    assert [event_of(parse_queue_log(line, "q", 5)).offset for line in QUEUE_LINES] == [5, 5]
    assert event_of(parse_dialogue(SAID[0], "d", 5)).data["name"] == 'x{"y'


@pytest.mark.parametrize("read", READERS)
@given(line=st.text())
def test_no_line_whatsoever_raises(read: object, line: str) -> None:
    assert callable(read)
    assert isinstance(read(line, "x", 0), JournalEvent | Reject)


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists))
def test_no_value_in_a_dialogue_line_raises(value: object) -> None:
    line = json.dumps({"call": CALL, "at": 1795296636.5, "what": "prompt", "name": value})
    event = event_of(parse_dialogue(line, "d", 0))
    assert all(text == clean(text, 200) for text in event.data.values())


def test_a_rejected_line_is_kept_clean_and_short_with_its_reason() -> None:
    reject = parse_site('{"at": \x07 broken' + "x" * 9000, "site.jsonl#1", 3)
    assert isinstance(reject, Reject)
    assert "\x07" not in reject.line
    assert len(reject.line) <= 500
    assert reject.why


@pytest.mark.parametrize("at", ["0", "nan", "inf", "-5", "99999999999", "x"])
def test_a_time_that_cannot_be_is_rejected(at: str) -> None:
    assert isinstance(parse_cel(ANSWERED.replace("1795296636.414005", at), "c", 0), Reject)


def test_a_missed_call_names_the_phone_and_how_long_it_rang() -> None:
    event = event_of(parse_queue_log(MISSED, "queue_log#1", 0))
    assert (event.name, event.channel) == ("RINGNOANSWER", "PJSIP/8001")
    assert event.about == f"{BOOT}-1795296635.0"
    assert event.data == {"queue": "hotline", "1": "15000"}


@pytest.mark.parametrize("uniqueid", ["NONE", "MANAGER", "REALTIME"])
def test_what_an_agent_does_outside_calls_is_about_no_call(uniqueid: str) -> None:
    line = f"1795296660|{uniqueid}|hotline|PJSIP/8001|PAUSE|rest"
    assert event_of(parse_queue_log(line, "queue_log#1", 0)).about == ""


def test_our_service_and_the_supervisor_are_read() -> None:
    line = json.dumps({"call": CALL, "at": 1795296636.5, "what": "barged", "by": "voice"})
    event = event_of(parse_dialogue(line, "dialogue-1-1.jsonl", 0))
    assert (event.about, event.name, event.data) == (CALL, "barged", {"by": "voice"})
    line = json.dumps({"at": 1795296636.5, "what": "switch_died", "boot": BOOT, "status": -9})
    event = event_of(parse_site(line, "site.jsonl#1", 0))
    assert (event.about, event.name, event.data) == (
        "",
        "switch_died",
        {"boot": BOOT, "status": "-9"},
    )


@pytest.mark.parametrize("encoding", ["gbk", "big5"])
def test_a_name_that_is_not_in_utf_8_is_read_from_the_header(encoding: str) -> None:
    told = Telling()
    header = '"王小明" <sip:1@x>'.encode(encoding)
    wild = base64.b64encode(header).decode()
    told.tells("TR_CALL", 0.0, call=CALL, name="", wild=wild)
    assert event_of(parse_cel(told.cel[0], "cel.csv#1", 0)).data["name"] == "王小明"


def test_a_name_that_nobody_can_read_is_empty() -> None:
    told = Telling()
    for raw in (b"\xff\xfe", "\ufffd\u0421".encode()):
        told.tells("TR_CALL", 0.0, call=CALL, name=base64.b64encode(raw).decode())
    for line in told.cel:
        assert event_of(parse_cel(line, "cel.csv#1", 0)).data["name"] == ""


def test_a_refused_call_is_about_the_house_and_no_call() -> None:
    line = '{"call": "", "at": 1795298905.4, "what": "refused", "status": 488, "why": "codecs"}'
    event = event_of(parse_dialogue(line, "dialogue-1-1.jsonl", 0))
    assert (event.about, event.name, event.data["status"]) == ("", "refused", "488")
