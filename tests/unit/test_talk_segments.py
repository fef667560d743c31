"""Who talked with the customer, from when to when: told from the journals (A4 of issue 10).

`traces/transfers`: a desk phone's blind and attended REFER, and a transfer by the page.
"""

from callflow.call import Language
from features.call_timeline.timeline import told
from features.calls.lifecycle import CallRecord, HungUpBy
from features.calls.talk_segments import How
from tests.unit.scripted_journal import BOOT, CALL, CALLER, Telling, folded
from tests.unit.test_call_fold import at, left_a_message, talked, waiting
from tests.unit.test_call_fold_desk import called_back, talking
from tests.unit.test_call_fold_traces import TRACES, calls_of, events_of

TRANSFERS = calls_of(TRACES / "transfers" / "cel.csv")


def told_short(record: CallRecord) -> list[tuple[str, How, float]]:
    """Return who had the customer how, and for how many seconds with those on hold."""
    return [
        (one.agent or one.seat, one.how, round(one.talk_s + one.held_s, 1))
        for one in record.segments
    ]


def phone(told_: Telling, what: str, at_: float, number: str, bridge: str, *, id_: str) -> None:
    """An agent's phone enters or leaves a bridge."""
    channel = f"PJSIP/{number}-0000000{id_}"
    extra: dict[str, object] = {"bridge_id": bridge}
    told_.says(what, at_, extra=extra, channel=channel, uniqueid=f"{BOOT}-1795296650.{id_}")


def joined(told_: Telling, at_: float, number: str, how: str, *, id_: str) -> None:
    """Somebody is brought into the call: told on the channel that joins."""
    told_.says(
        "USER_DEFINED",
        at_,
        extra={"extra": f"call={CALL}&how={how}&seat={number}&by=w01"},
        channel=f"PJSIP/{number}-0000000{id_}",
        uniqueid=f"{BOOT}-1795296650.{id_}",
        user="TR_JOIN",
    )


def a_talk() -> Telling:
    told_ = talking()
    told_.says("BRIDGE_ENTER", 12.41, extra={"bridge_id": "b1"})
    return told_


def test_a_phones_blind_refer_is_a_segment_of_each_agent() -> None:
    record = TRANSFERS["refer-blind"]
    assert told_short(record) == [
        ("8101", How.ANSWERED, 1.0),
        ("8102", How.TRANSFERRED, 3.0),
    ]
    assert record.talk_s == 4.004
    assert record.hung_up_by is HungUpBy.CALLER


def test_a_phones_attended_refer_hands_over_in_the_same_moment() -> None:
    record = TRANSFERS["refer-att"]
    [first, second] = record.segments
    assert (first.seat, second.seat, second.how) == ("8101", "8102", How.ATTENDED)
    assert first.to_at is not None
    assert abs((second.from_at - first.to_at).total_seconds()) < 0.05
    assert (first.held_s, second.held_s) == (1.998, 0.0)
    assert record.hung_up_by is HungUpBy.AGENT


def test_a_transfer_by_the_page_is_no_talk_while_the_second_phone_rings() -> None:
    record = TRANSFERS["api-blind"]
    assert [one.how for one in record.segments] == [How.ANSWERED, How.TRANSFERRED]
    assert record.talk_s == round(sum(one.talk_s for one in record.segments), 3)


def test_the_words_of_farewell_and_the_message_are_no_talk() -> None:
    record = talked(agent_first=True).record()
    assert (record.talk_s, record.message_s) == (47.59, None)
    assert record.ended == at(63.1)
    message = left_a_message().record()
    assert (message.talk_s, message.message_s) == (None, 7.0)


def test_a_lost_talk_that_ends_in_a_message_is_the_talk_alone() -> None:
    told_ = a_talk()
    told_.says("BRIDGE_EXIT", 30.0, extra={"bridge_id": "b1"})
    told_.tells("TR_REUNITE", 30.01, seat="w01")
    told_.tells("TR_MESSAGE", 50.0, reason="all_busy")
    told_.hangs_up(60.0)
    record = told_.record()
    assert (record.talk_s, record.message_s) == (17.59, 10.0)


def test_seconds_on_hold_are_told_beside_the_talk_not_in_it() -> None:
    told_ = a_talk()
    told_.tells("TR_UNHOLD", 30.0, call=CALL, seconds="5.5")
    told_.says("BRIDGE_EXIT", 42.41, extra={"bridge_id": "b1"})
    told_.hangs_up(42.42)
    record = told_.record()
    assert (record.talk_s, record.held_s) == (24.5, 5.5)
    assert [(one.talk_s, one.held_s) for one in record.segments] == [(24.5, 5.5)]


def test_a_third_party_of_a_conference_has_a_segment_and_is_not_called_listening() -> None:
    told_ = a_talk()
    joined(told_, 19.9, "8102", "conference", id_="b")
    phone(told_, "BRIDGE_ENTER", 20.0, "8102", "b1", id_="b")
    phone(told_, "BRIDGE_EXIT", 35.0, "8102", "b1", id_="b")
    told_.says("BRIDGE_EXIT", 42.41, extra={"bridge_id": "b1"})
    told_.hangs_up(42.42)
    record = told_.record()
    assert told_short(record) == [("1001", How.ANSWERED, 30.0), ("8102", How.CONFERENCE, 15.0)]
    assert record.talk_s == 30.0, "two at once are no double talk"
    steps = [one.text for one in told(told_.events(), Language.ENGLISH, record.segments)]
    assert "1001 answers" in steps
    assert "8102 is there as a third party" in steps
    assert not any("listens" in step or "watches" in step for step in steps)


def test_a_third_party_whose_entry_stands_under_another_name_counts_from_its_word() -> None:
    told_ = a_talk()
    joined(told_, 20.0, "8102", "join", id_="b")
    phone(told_, "BRIDGE_EXIT", 35.0, "8102", "b1", id_="b")
    told_.hangs_up(42.42)
    assert told_short(told_.record())[1] == ("8102", How.JOIN, 15.0)


def test_who_goes_from_a_conference_has_not_hung_up_on_the_customer() -> None:  # SIL-6
    told_ = a_talk()
    joined(told_, 19.9, "8102", "conference", id_="b")
    phone(told_, "BRIDGE_ENTER", 20.0, "8102", "b1", id_="b")
    extra: dict[str, object] = {"hangupcause": 16, "hangupsource": "PJSIP/8102-0000000b"}
    told_.says(
        "HANGUP",
        35.0,
        extra=extra,
        channel="PJSIP/8102-0000000b",
        uniqueid=f"{BOOT}-1795296650.b",
    )
    told_.queue("COMPLETECALLER", 42.0, "1001", "3", "30", "1")
    told_.agent("HANGUP", 42.41, number="w01", source=CALLER)
    told_.hangs_up(42.42)
    assert told_.record().hung_up_by is HungUpBy.CALLER


def test_after_a_hand_over_by_the_page_the_second_agent_is_the_one_who_hangs_up() -> None:
    told_ = a_talk()
    joined(told_, 19.9, "8102", "consult", id_="b")
    phone(told_, "BRIDGE_ENTER", 20.0, "8102", "b1", id_="b")
    told_.queue("COMPLETEAGENT", 20.0, "1001", "3", "8", "1")
    told_.agent("BRIDGE_EXIT", 20.1, number="w01")
    told_.agent("HANGUP", 20.1, number="w01", source="PJSIP/w01-0000000a")
    told_.hangs_up(50.0)
    record = told_.record()
    assert told_short(record)[1][:2] == ("8102", How.ATTENDED)
    assert record.hung_up_by is HungUpBy.CALLER


def test_a_caller_who_comes_back_after_a_script_has_two_segments_with_the_agent() -> None:
    told_ = a_talk()
    told_.agent("HANGUP", 30.0, number="w01", source="")
    told_.tells("TR_SCRIPT", 30.01, name="quiet", seat="w01")
    phone(told_, "BRIDGE_ENTER", 40.0, "w01", "b2", id_="b")
    told_.says("BRIDGE_ENTER", 40.01, extra={"bridge_id": "b2"})
    told_.hangs_up(50.0)
    record = told_.record()
    assert [one.how for one in record.segments] == [How.ANSWERED, How.RETURNED]
    assert [round(one.talk_s, 1) for one in record.segments] == [17.6, 10.0]


def test_of_a_promised_call_the_agent_who_made_it_has_the_segment() -> None:  # CBK-1
    told_ = called_back(source=CALLER)
    told_.cel = [line.replace(CALLER, "PJSIP/w01-00000000") for line in told_.cel]
    record = told_.record()
    assert told_short(record) == [("1001", How.CALLED, 50.8)]
    steps = [one.text for one in told(told_.events(), Language.ENGLISH, record.segments)]
    assert "1001 lifts, recording begins" in steps
    assert "1001 and the customer are connected" in steps


def test_the_timeline_has_a_line_for_each_lift_once() -> None:
    events = [
        one
        for one in events_of(TRACES / "transfers" / "cel.csv")
        if one.about == TRANSFERS["refer-att"].linkedid
    ]
    said = [one.text for one in told(events, Language.ENGLISH, TRANSFERS["refer-att"].segments)]
    assert [text for text in said if text.startswith("8101 answers")] == ["8101 answers"]
    assert "8102 takes over, having been asked" in said


def test_a_leader_who_joined_before_is_told_to_join_and_who_listens_to_listen() -> None:
    told_ = waiting()
    told_.tells("TR_WATCH", 20.0, call=CALL, how="join", seat="w02")
    told_.tells("TR_WATCH", 21.0, call=CALL, how="listen", seat="w03")
    steps = [one.text for one in told(told_.events(), Language.ENGLISH)]
    assert steps[-2:] == ["w02 joins the talk", "w03 listens"]


def test_a_talk_that_goes_on_is_a_segment_without_an_end() -> None:
    [one] = a_talk().record().segments
    assert (one.to_at, one.talk_s) == (None, 0.0)


def test_journals_that_do_not_tell_of_leaving_end_a_segment_with_the_hang_up() -> None:
    record = talked().record()
    assert told_short(record) == [("8001", How.ANSWERED, 47.6)]
    assert folded(talked().events()).talk_s == 47.59


def test_a_hold_that_ends_with_the_call_is_told_by_the_desk() -> None:  # SIL-7
    told_ = a_talk()
    told_.tells("TR_UNHOLD", 20.1, call=CALL, seconds="3")
    told_.service("on_hold", 20.0, seat="w01", seconds=2.6)
    told_.service("on_hold", 42.4, seat="w01", seconds=10.0)
    told_.says("BRIDGE_EXIT", 42.41, extra={"bridge_id": "b1"})
    told_.hangs_up(42.42)
    record = told_.record()
    assert (record.talk_s, record.held_s) == (17.4, 12.6)


def handed_on() -> Telling:
    """An agent calls a customer back and sends the customer on to a colleague."""
    told_ = called_back(source="")
    told_.cel = [line.replace(CALLER, "PJSIP/w01-00000000") for line in told_.cel]
    told_.cel = [line for line in told_.cel if "1795296640.9" not in line or "HANGUP" not in line]
    customer = {"channel": "PJSIP/out-0000000a", "uniqueid": f"{BOOT}-1795296640.9"}
    sent: dict[str, object] = {"extra": "to=8102&seat=w01"}
    told_.says("USER_DEFINED", 59.9, extra=sent, user="TR_TRANSFER", **customer)
    phone(told_, "BRIDGE_ENTER", 70.0, "8102", "b2", id_="c")
    told_.says("BRIDGE_ENTER", 70.0, extra={"bridge_id": "b2"}, **customer)
    return told_


def test_a_customer_whom_we_called_and_sent_on_is_still_in_the_call() -> None:  # CBK-1
    told_ = handed_on()
    assert told_.record().ended is None
    gone: dict[str, object] = {"hangupcause": 16, "hangupsource": "PJSIP/out-0000000a"}
    told_.says(
        "HANGUP",
        90.0,
        extra=gone,
        channel="PJSIP/out-0000000a",
        uniqueid=f"{BOOT}-1795296640.9",
    )
    record = told_.record()
    assert record.ended == at(90.0)
    assert told_short(record) == [
        ("1001", How.CALLED, 50.7),
        ("8102", How.TRANSFERRED, 20.0),
    ]
