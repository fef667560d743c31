"""CBK-5 on the telephone: the message is said, and only key 1 after it acknowledges."""

import pytest

from callflow.call import HangUp, Hangup, Language, LineOutcome
from callflow.dialogues.notify import LISTEN_FOR, MESSAGE, notify
from tests.unit.scripted import PROMPT_SECONDS, ScriptedCall, pressed, spoke

WORDS = ["notify_opening", MESSAGE, "notify_press"]
ONCE = len(WORDS) * PROMPT_SECONDS + LISTEN_FOR


async def test_who_presses_one_has_acknowledged_and_is_thanked() -> None:
    call = ScriptedCall([pressed("1", 7.0)])
    assert await notify(call, Language.ENGLISH) == HangUp(LineOutcome.ALIVE, Language.ENGLISH)
    assert call.prompts() == [*WORDS, "notify_thanks"]
    assert ("acknowledged", {"by": "key"}) in call.notes
    assert set(call.languages) == {Language.ENGLISH}


async def test_who_only_lifts_the_receiver_hears_it_three_times_and_has_not_acknowledged() -> None:
    call = ScriptedCall([spoke(1.0), spoke(8.0)])
    assert await notify(call, Language.CHINESE) == HangUp(LineOutcome.SILENT, Language.CHINESE)
    assert call.prompts() == WORDS * 3
    assert call.notes == []


async def test_a_key_before_the_message_was_said_does_not_cut_it_short() -> None:
    call = ScriptedCall([pressed("1", 1.0)])
    await notify(call, Language.CHINESE)
    assert call.prompts()[:3] == WORDS
    assert call.said[2][0] == 2 * PROMPT_SECONDS, "the message was heard whole"


async def test_another_key_says_it_again_at_once() -> None:
    call = ScriptedCall([pressed("2", 7.0), pressed("1", 9.0)])
    await notify(call, Language.CHINESE)
    again = call.said[3]
    assert again == (6.0, "notify_opening") or again[0] < ONCE
    assert call.prompts()[-1] == "notify_thanks"


async def test_who_hangs_up_in_the_middle_has_not_acknowledged() -> None:
    call = ScriptedCall(hangs_up_at=3.0)
    with pytest.raises(Hangup):
        await notify(call, Language.CHINESE)
    assert call.notes == []
