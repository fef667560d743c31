"""What is said after a script key, how long we listen, and who hangs up (SIL-1, SIL-3…SIL-5)."""

import pytest

from callflow.call import Callback, CallbackReason, HangUp, Language, LineOutcome, Return, Verdict
from callflow.dialogues.scripts import Script, spoken
from tests.unit.scripted import PROMPT_SECONDS, ScriptedCall, pressed, spoke

ZH = Language.CHINESE
ENDS: dict[Script, tuple[list[str], Verdict]] = {
    Script.SILENT: (
        ["sil1_first", "sil1_second", "sil1_third"],
        HangUp(LineOutcome.SILENT, ZH),
    ),
    Script.QUIET: (
        ["sil3_louder", "sil3_louder", "sil3_goodbye"],
        HangUp(LineOutcome.TOO_QUIET, ZH),
    ),
    Script.CANNOT_HEAR: (["sil4_ask", "sil4_goodbye"], Callback(CallbackReason.CANNOT_HEAR, ZH)),
    Script.STAYS_ON: (["sil5_first", "sil5_second"], HangUp(LineOutcome.STAYED_ON, ZH)),
}


@pytest.mark.parametrize("script", list(Script))
async def test_without_a_sign_of_life_a_script_is_said_to_its_end(script: Script) -> None:
    call = ScriptedCall()
    prompts, verdict = ENDS[script]
    assert await spoken(call, script, ZH, again=False) == verdict
    assert call.prompts() == prompts


@pytest.mark.parametrize("script", list(Script))
async def test_a_key_at_the_first_question_brings_the_agent_back(script: Script) -> None:
    call = ScriptedCall(signs=[pressed("1", 1.0)])
    assert await spoken(call, script, ZH, again=False) == Return(ZH)
    assert call.prompts() == ENDS[script][0][:1]


@pytest.mark.parametrize("script", list(Script))
async def test_a_voice_after_the_first_question_brings_the_agent_back(script: Script) -> None:
    call = ScriptedCall(signs=[spoke(PROMPT_SECONDS + 1.0)])
    assert await spoken(call, script, ZH, again=False) == Return(ZH)


async def test_each_question_of_sil_5_leaves_three_seconds_for_an_answer() -> None:  # SIL-5
    call = ScriptedCall()
    await spoken(call, Script.STAYS_ON, ZH, again=False)
    assert [at for at, _ in call.said] == [0.0, PROMPT_SECONDS + 3.0]
    assert call.now == 2 * (PROMPT_SECONDS + 3.0)


async def test_a_caller_who_talks_on_because_he_hears_nothing_does_not_cut_sil_4_short() -> None:
    call = ScriptedCall(signs=[spoke(0.5)])
    assert await spoken(call, Script.CANNOT_HEAR, ZH, again=False) == Callback(
        CallbackReason.CANNOT_HEAR, ZH
    )


async def test_the_second_press_of_the_key_of_sil_4_says_goodbye_at_once() -> None:
    call = ScriptedCall()
    await spoken(call, Script.CANNOT_HEAR, ZH, again=True)
    assert call.prompts() == ["sil4_goodbye"]


async def test_an_english_caller_hears_scripts_in_english() -> None:
    call = ScriptedCall()
    await spoken(call, Script.STAYS_ON, Language.ENGLISH, again=False)
    assert set(call.languages) == {Language.ENGLISH}


@pytest.mark.parametrize("again", [False, True])
async def test_a_caller_without_a_number_is_not_promised_to_be_called_back(again: bool) -> None:
    """SIL-4: nobody could keep it."""
    call = ScriptedCall()
    verdict = await spoken(call, Script.CANNOT_HEAR, ZH, again=again, numberless=True)
    assert verdict == HangUp(LineOutcome.CANNOT_HEAR, ZH)
    assert call.prompts()[-1] == "sil4_redial"
    assert "sil4_goodbye" not in call.prompts()
