"""What the contest of kills holds against us: each fault is found, and nothing else is one."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bench import jobs
from bench.guests import Call, calls_in, in_use
from bench.judging import Called, Invite, of_attempts, of_callback, of_guest, of_person
from bench.page import with_section

DUE = 1_795_300_000.0


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(DUE + seconds, UTC)


def _guest(**more: Any) -> dict[str, Any]:
    return {"due": _at(0), "state": "awake", "awake_at": _at(20), **more}


@pytest.mark.parametrize(
    ("rung", "row", "fault"),
    [
        ([0.1], _guest(), ""),
        ([0.1, 10.0, 20.04], _guest(), ""),
        ([0.1], _guest(state="alarm", awake_at=None), ""),
        ([-0.001], _guest(), "early"),
        ([], _guest(), "never rung"),
        ([0.1, 20.1], _guest(), "after the proof"),
        ([0.1], _guest(state="ringing", awake_at=None), "left ringing"),
        ([0.1], _guest(state="missed", awake_at=None), "left missed"),
    ],
)
def test_a_guest_is_rung_at_least_once_and_never_after_the_proof(
    rung: list[float], row: dict[str, Any], fault: str
) -> None:
    invites: list[Invite] = [(DUE + at, "20005") for at in rung] + [(DUE + 99, "20006")]
    found = of_guest("20005", row, invites)
    assert len(found) == bool(fault)
    assert fault in "".join(found)


def test_there_is_an_attempt_for_every_ring_and_an_end_to_every_attempt() -> None:
    rows = [{"number": "20005", "ended_at": _at(5)}, {"number": "20006", "ended_at": _at(5)}]
    assert of_attempts([(DUE, "20005")], rows) == []
    assert of_attempts([(DUE, "20005")] * 2, rows) == ["20005 was rung 2 times for 1 attempts"]
    assert of_attempts([], [{"number": "20005", "ended_at": None}]) == [
        "an attempt for 20005 has no end"
    ]


def test_each_measurement_writes_its_own_section_of_a_page() -> None:
    page = with_section("", "# A night\n\nquiet\n")
    page = with_section(page, "## Killed\n\n12 times\n")
    page = with_section(page, "# A night\n\nloud\n")
    assert page == "# A night\n\nloud\n\n## Killed\n\n12 times\n"
    assert with_section(page, "## Killed\n\n3 times\n").endswith("## Killed\n\n3 times\n")


def _attempt(planned: float, ended: float | None) -> dict[str, Any]:
    return {"planned_at": _at(planned), "ended_at": None if ended is None else _at(ended)}


def _job(**more: Any) -> dict[str, Any]:
    done = {"number": "13800000017", "state": "done", "result": "completed"}
    return done | {"next_at": None, "ended_at": _at(60)} | more


TWICE = (_attempt(0, 10), _attempt(30, 60))
WAITING = _job(state="waiting", result="busy", next_at=_at(99), ended_at=None)


@pytest.mark.parametrize(
    ("job", "attempts", "rung", "fault"),
    [
        (_job(), TWICE, [0.1, 30.1], ""),
        (_job(), TWICE, [30.1], ""),  # the first was lost with a killed switch
        (_job(), (_attempt(0, 60),), [0.1, 60.04], "2 times in one attempt"),
        (_job(), TWICE, [0.1, 0.2], "2 times in one attempt"),
        (_job(), TWICE, [-0.1, 30.1], "before there was an attempt"),
        (_job(), (*TWICE, _attempt(70, 80)), [0.1, 30.1, 70.1], "10.1 s after having been reached"),
        (
            _job(result="broken_off"),
            (*TWICE, _attempt(70, 80)),
            [70.1],
            "after having been reached",
        ),
        (_job(result="unknown", state="failed"), (*TWICE, _attempt(70, 80)), [70.1], ""),
        (_job(), (*TWICE, _attempt(62, 64), _attempt(70, 80)), [], "4 attempts of 3"),
        (_job(), (_attempt(0, 30.5), _attempt(30, 60)), [0.1, 30.1], "two attempts at a time"),
        (WAITING, TWICE, [0.1, 30.1], "left waiting (busy)"),
        (_job(state="calling", result="", ended_at=None), TWICE, [], "left calling (without a"),
        (_job(result=""), TWICE, [], "left done (without a result)"),
    ],
)
def test_a_person_of_a_campaign_is_rung_once_in_an_attempt_and_never_after_having_been_reached(
    job: dict[str, Any], attempts: tuple[dict[str, Any], ...], rung: list[float], fault: str
) -> None:
    called = Called(job, attempts, [DUE + at for at in rung])
    found = of_person(called, most=3)
    assert len(found) == bool(fault)
    assert fault in "".join(found)


def test_who_was_reached_by_what_the_call_service_noted_is_not_rung_again() -> None:
    lost = _job(result="unknown", state="failed")
    found = of_person(Called(lost, TWICE, [DUE + 0.1, DUE + 30.1], talked_at=DUE + 9), most=3)
    assert found == ["13800000017 was rung 21.1 s after having been reached"]


def test_when_a_campaign_was_stopped_people_may_be_waiting_but_nobody_may_be_lost() -> None:
    assert of_person(Called(WAITING, TWICE, []), most=3, stopped=True) == []
    for lost in (WAITING | {"next_at": None}, WAITING | {"state": "calling"}, _job(result="")):
        assert len(of_person(Called(lost, TWICE, []), most=3, stopped=True)) == 1


def _callback(**more: Any) -> dict[str, Any]:
    return {
        "number": "13900000001",
        "state": "completed",
        "tries": 2,
        "completed_at": _at(60),
    } | more


@pytest.mark.parametrize(
    ("row", "rung", "fault"),
    [
        (_callback(), [2.0, 32.0], ""),
        (_callback(state="failed", completed_at=None), [2.0, 32.0], ""),
        (_callback(state="unknown", completed_at=None, tries=1), [2.0, 32.0], ""),
        (
            _callback(state="failed", completed_at=None, tries=1),
            [2.0, 32.0],
            "2 times, and we know of 1",
        ),
        (_callback(), [32.0, 33.0], "2 times in one attempt"),
        (_callback(), [-0.1, 32.0], "before there was an attempt"),
        (_callback(), [2.0, 60.1], "after the callback was kept"),
        (_callback(), [], "counts as called"),
        (_callback(state="dialling", completed_at=None), [2.0], "left dialling"),
        (_callback(state="open", completed_at=None), [2.0], "left open"),
    ],
)
def test_a_customer_who_was_promised_a_call_is_rung_once_in_an_attempt_and_as_often_as_we_know(
    row: dict[str, Any], rung: list[float], fault: str
) -> None:
    found = of_callback(row, TWICE, [DUE + at for at in rung])
    assert len(found) == bool(fault)
    assert fault in "".join(found)


def test_all_jobs_are_shared_among_the_kinds() -> None:
    for count in (500, 31):
        assert sum(kind.count for kind in jobs.shared(count)) == count


BOOK = """\
576.9\tR\ta\tCSeq:7 INVITE\tINVITE sip:13800000014@127.0.0.1:25077 SIP/2.0
577.1\tS\ta\tCSeq:7 INVITE\tSIP/2.0 180 Ringing
577.5\tR\ta\tCSeq:7 INVITE\tINVITE sip:13800000014@127.0.0.1:25077 SIP/2.0
579.0\tR\tb\tCSeq:7 INVITE\tINVITE sip:13800000015@127.0.0.1:25077 SIP/2.0
580.0\tR\tb\tCSeq:7 CANCEL\tCANCEL sip:13800000015@127.0.0.1:25077 SIP/2.0
580.1\tS\tb\tCSeq:7 INVITE\tSIP/2.0 487 Request Terminated
584.0\tR\tc\tCSeq:7 INVITE\tINVITE sip:13800000016@127.0.0.1:25077 SIP/2.0
584.5\tS\tc\tCSeq:7 INVITE\tSIP/2.0 486 Busy Here
586.0\tS\ta\tCSeq:1 INFO\tINFO sip:us@127.0.0.1:44020 SIP/2.0
586.1\tR\ta\tCSeq:1 INFO\tSIP/2.0 200 OK
587.0\tR\ta\tCSeq:9 BYE\tBYE sip:13800000014@127.0.0.1:25077 SIP/2.0
587.1\tS\ta\tCSeq:9 BYE\tSIP/2.0 200 OK
588.0\tR\td\tCSeq:7 INVITE\tINVITE sip:13800000018@127.0.0.1:25077 SIP/2.0
588.1\tS\td\tCSe"""


def test_a_book_of_sipp_tells_when_each_call_began_and_when_anybody_ended_it() -> None:
    book = [f"2026-11-22\t14:11:30\t{line}" for line in BOOK.splitlines()]
    calls = calls_in(book)
    assert calls == [
        Call("13800000014", 576.9, 587.0),
        Call("13800000015", 579.0, 580.0),
        Call("13800000016", 584.0, 584.5),
        Call("13800000018", 588.0, None),
    ]
    assert in_use(calls, 579.0, 589.0) == pytest.approx((8.0 + 1.0 + 0.5 + 1.0) / 10)
    assert in_use(calls, 570.0, 575.0) == 0
