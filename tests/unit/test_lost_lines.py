"""A line that was lost is booked as lost: nobody hung up, and no caller was silent."""

import pytest

from features.calls.lifecycle import Disposition, HungUpBy
from tests.unit.scripted_journal import BOOT, CALLER, Telling


def _in_the_dialogue(told: Telling) -> None:
    told.service("visited", 1.1, boot=BOOT, channel=CALLER)
    told.service("hung_up", 12.0)


def _in_the_queue(told: Telling) -> None:
    told.tells("TR_QUEUE", 9.5, queue="hotline")
    told.queue("ENTERQUEUE", 9.6, "NONE", "", "13800138000", "1")
    told.queue("ABANDON", 80.0, "NONE", "1", "1", "70")


def _in_a_talk(told: Telling) -> None:
    _in_the_queue(told)
    told.agent("CHAN_START", 10.0)
    told.agent("ANSWER", 12.3)
    told.queue("CONNECT", 12.3, "PJSIP/8001", "3", f"{BOOT}-1795296640.9", "2")
    told.agent("BRIDGE_ENTER", 12.4)
    told.says("BRIDGE_ENTER", 12.41, extra={"bridge_id": "b1"})
    told.queue("COMPLETECALLER", 90.0, "PJSIP/8001", "3", "78", "1")


@pytest.mark.parametrize(
    ("cause", "source"), [(44, ""), (18, CALLER)], ids=["no audio came", "nothing acknowledged"]
)
@pytest.mark.parametrize(
    ("where", "disposition"),
    [
        (_in_the_dialogue, Disposition.ABANDONED_DIALOGUE),
        (_in_the_queue, Disposition.ABANDONED_QUEUE),
        (_in_a_talk, Disposition.AGENT),
    ],
)
def test_a_line_that_was_lost_is_not_booked_as_hung_up_by_anybody(
    cause: int, source: str, where: object, disposition: Disposition
) -> None:
    told = Telling()
    told.rings()
    told.is_answered()
    assert callable(where)
    where(told)
    extra = {"hangupcause": cause, "hangupsource": source, "dialstatus": ""}
    told.says("HANGUP", 90.0, extra=extra)
    record = told.record()
    assert (record.hung_up_by, record.disposition) == (HungUpBy.LINE, disposition)


def test_a_far_side_that_hangs_up_for_want_of_audio_has_hung_up() -> None:
    told = Telling()
    told.rings()
    told.is_answered()
    told.says("HANGUP", 90.0, extra={"hangupcause": 44, "hangupsource": CALLER, "dialstatus": ""})
    assert told.record().hung_up_by is HungUpBy.CALLER
