"""Roles, masking, the notice's text, logs and the telling of a call."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

import logs
from callflow.call import Language
from callflow.events import JournalEvent
from features.call_timeline.timeline import told
from features.outage import rules as outage
from features.outage.rules import LONGEST, OutageAnnouncement, OutageKind
from permissions.roles import IN_CHINESE, Role
from phone_numbers.masking import masked_digits, masked_name, masked_number, masked_text

SINCE = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


def test_every_role_has_its_chinese_name() -> None:
    assert set(IN_CHINESE) == set(Role)


def test_a_number_keeps_its_ends() -> None:
    assert masked_number("13812345678") == "138******78"
    assert masked_name("张三丰") == "张**"
    assert masked_digits("6222") == "****"


@given(st.text("0123456789+", min_size=1, max_size=30))
def test_no_more_than_half_of_a_number_is_shown(number: str) -> None:
    masked = masked_number(number)
    assert len(masked) == len(number)
    assert len(masked.replace("*", "")) <= len(number) / 2


def test_numbers_in_a_text_are_masked() -> None:
    said = masked_text("请回电 138 1234 5678 或 +86-21-55667788,工号 8001")
    assert "1234" not in said
    assert "5566" not in said
    assert "8001" in said


@pytest.mark.parametrize("kind", [OutageKind.POWER, OutageKind.COMPUTER])
def test_a_notice_is_read_as_it_was_written(kind: OutageKind) -> None:  # QUE-6
    put = outage.standard(kind, SINCE)
    assert outage.read(outage.written(put)) == put


@given(st.text())
def test_a_broken_notice_is_no_notice(text: str) -> None:
    assert outage.read(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "null",
        "[" * 5000,
        '{"kind": "flood", "text_zh": "", "text_en": "", "since": "2026-11-21T00:00:00Z"}',
        '{"kind": "power", "text_zh": "", "text_en": "", "since": "2026-11-21T00:00:00"}',
        '{"kind": "power", "text_zh": "", "text_en": "", "since": 5}',
    ],
)
def test_a_notice_of_an_unknown_shape_is_no_notice(text: str) -> None:
    assert outage.read(text) is None


def test_a_notice_is_cleaned_and_cut() -> None:
    long = OutageAnnouncement(OutageKind.POWER, "\x1b" + "停" * 999, "\u202e", SINCE)
    read = outage.read(outage.written(long))
    assert read is not None
    assert (read.text_zh, read.text_en) == ("停" * LONGEST, "")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the program logs; the loggers are as before afterwards."""
    stream = io.StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def test_personal_fields_are_masked_in_logs(written: io.StringIO) -> None:  # SEC-2
    logs.set_up("calls", "info", written)
    structlog.get_logger().info("heard", number="13812345678", name="张三丰", digits="6222", n=1)
    structlog.get_logger().debug("not written")
    line = json.loads(written.getvalue())
    assert "12345678" not in written.getvalue()
    assert (line["name"], line["digits"], line["n"]) == ("张**", "****", 1)
    assert (line["event"], line["program"], line["level"]) == ("heard", "calls", "info")


@pytest.mark.parametrize(
    "text",
    [
        "refused: 13812345678",
        "[parameters: ('138-1234-5678', '+8613812345678')]",
        "一三八一二三四五六七八",
        {"to": ["sip:13812345678@192.0.2.1", 13812345678]},
        ValueError("138 1234 5678"),
    ],
)
def test_no_whole_number_is_in_any_field_of_a_log(written: io.StringIO, text: object) -> None:
    logs.set_up("desk", "info", written)
    structlog.get_logger().info("it failed", error=text)
    logging.getLogger("library").warning("it failed with %s", text)
    said = written.getvalue().replace("-", "").replace(" ", "")
    assert "12345678" not in said
    assert "一二三四五六七八" not in said


def test_ids_stay_whole_in_logs(written: io.StringIO) -> None:
    logs.set_up("desk", "info", written)
    ids = [
        "00000001-6a5c-4c1d-9b6e-2f1f0f6f7a10",
        "20261121-00042",
        "trk-1764400000.12",
        "2026-11-21 08:30:00.000000",
    ]
    structlog.get_logger().info("seen", error=f"of {ids[0]} and {ids[1]}", names=ids[2:])
    for each in ids:
        assert each in written.getvalue()


def test_a_caller_begins_no_line_of_a_log(written: io.StringIO) -> None:
    logs.set_up("desk", "info", written)
    said = 'x\n{"level": "error"}\r\x0b\x85\u2028\ud800'
    structlog.get_logger().info("said", name=said, error=said)
    logging.getLogger("library").warning("said %s", said)
    assert len(written.getvalue().split("\n")) == 3
    assert len(written.getvalue().splitlines()) == 2
    for line in written.getvalue().splitlines():
        assert json.loads(line)


def test_debug_logs_show_all(written: io.StringIO) -> None:
    logs.set_up("calls", "debug", written)
    structlog.get_logger().info("heard", number="13812345678")
    assert json.loads(written.getvalue())["number"] == "13812345678"


def test_libraries_log_the_same_way_and_on_one_line(written: io.StringIO) -> None:
    logs.set_up("desk", "info", written)
    try:
        raise ValueError("two\nlines")
    except ValueError:
        logging.getLogger("library").exception("it failed")
    assert len(written.getvalue().splitlines()) == 1
    line = json.loads(written.getvalue())
    assert (line["event"], line["program"]) == ("it failed", "desk")
    assert "ValueError" in line["exception"]


def _event(source: str, name: str, *, uniqueid: str = "t-1.0", **data: str) -> JournalEvent:
    channel = data.pop("channel", "PJSIP/trunk-00000001")
    return JournalEvent(1.0, source, "f#1", 0, name, "t-1.0", uniqueid, channel, data)


def test_a_call_is_told_in_both_languages() -> None:
    events = [
        _event("cel", "CHAN_START"),
        _event("cel", "CHAN_START", uniqueid="t-1.1"),
        _event("cel", "TR_CALL", num="13812345678", did="10050"),
        _event("queue", "CONNECT", channel="PJSIP/8002"),
        _event("dialogue", "line", outcome="alive"),
        _event("cel", "TR_VERDICT", kind="connect"),
        _event("cel", "LINKEDID_END"),
    ]
    assert [step.text for step in told(events, Language.ENGLISH)] == [
        "the line rings",
        "13812345678 calls 10050",
        "8002 answers",
        "line check: alive",
        "verdict: connect",
    ]
    assert [step.text for step in told(events, Language.CHINESE)][2] == "8002 接听"


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=5)), st.text(max_size=8))
def test_whatever_a_journal_says_can_be_told(data: dict[str, str], channel: str) -> None:
    event = JournalEvent(1.0, "cel", "f", 0, "TR_CALL", "x", "y", channel, data)
    assert len(told([event], Language.ENGLISH)) == 1
