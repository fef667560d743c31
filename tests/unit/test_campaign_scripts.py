"""What a campaign asks is on disk, and its own words spoken, before anybody is called (CBK-3)."""

import asyncio
import json
from pathlib import Path

import numpy as np
import pytest

from callflow.call import Language
from callflow.dialogues.survey import asked_in
from callflow.rules.questions import SHIPPED, Question
from callservice import prompts
from features.campaign_calls.scripts import ScriptFiles
from sounds.sound import Sound, wav_bytes, write_whole
from sounds.texts import Language as Spoken
from sounds.words import speak_all
from tests.integration.campaign_room import campaign
from tests.waiting import until

OWN = Question(name="tea", keys="12", zh="您喝茶吗?", en="Do you drink tea?")


class Hums:
    """A voice without words."""

    name = "hum"

    def __init__(self) -> None:
        self.asked: list[tuple[str, Spoken]] = []

    def say(self, words: str, language: Spoken) -> Sound:
        self.asked.append((words, language))
        at = np.arange(16_000) / 16_000
        return Sound((0.3 * np.sin(2 * np.pi * 200 * at)).astype(np.float32), 16_000)


class SpokenByAVoice(ScriptFiles):
    """Has words spoken here instead of by a program of its own."""

    tries = 0
    voice: Hums | None = None

    async def _spoken_by_a_program(self, words: bytes) -> None:
        self.tries += 1
        if self.voice:
            speak_all(words.decode(), self.spoken, self.cache, voice=self.voice)


def _scripts(folder: Path) -> SpokenByAVoice:
    return SpokenByAVoice(folder / "campaigns", folder / "spoken", folder / "cache")


async def test_questions_are_written_as_the_call_service_reads_them(tmp_path: Path) -> None:
    scripts, wanted = _scripts(tmp_path), campaign(questions=SHIPPED)
    assert scripts.ready(7, wanted)
    assert scripts.ready(7, wanted)
    written = json.loads((tmp_path / "campaigns" / "7.json").read_text("utf-8"))
    asked = asked_in(written, Language.ENGLISH)
    assert (asked.kind, asked.questions) == (wanted.kind, SHIPPED)
    assert scripts.tries == 0


async def test_a_campaign_with_words_of_its_own_waits_until_they_are_spoken(tmp_path: Path) -> None:
    scripts, wanted = _scripts(tmp_path), campaign(questions=(OWN,))
    scripts.voice = Hums()
    assert not scripts.ready(7, wanted)
    await until(lambda: scripts.ready(7, wanted), within=5, every=0.01)
    assert scripts.voice.asked == [(OWN.zh, "zh"), (OWN.en, "en")]
    heard = prompts.filled(tmp_path / "sounds", spoken=tmp_path / "spoken")
    assert heard.take(OWN.spoken, Language.ENGLISH)
    assert heard.take(OWN.spoken, Language.CHINESE)


async def test_words_that_no_voice_can_speak_are_not_tried_all_the_time(tmp_path: Path) -> None:
    scripts, wanted = _scripts(tmp_path), campaign(questions=(OWN,))
    for _ in range(5):
        assert not scripts.ready(7, wanted)
        await asyncio.sleep(0.01)
    assert scripts.tries == 1


async def test_a_folder_that_cannot_be_written_calls_nobody(tmp_path: Path) -> None:
    (tmp_path / "campaigns").write_text("in the way")
    assert not _scripts(tmp_path).ready(7, campaign())


async def test_the_program_that_speaks_leaves_alone_what_stands(tmp_path: Path) -> None:
    scripts, voice = ScriptFiles(tmp_path, tmp_path / "spoken", tmp_path / "cache"), Hums()
    for language in ("zh", "en"):
        path = tmp_path / "spoken" / language / f"{OWN.spoken}.wav"
        write_whole(path, wav_bytes(voice.say("", "zh")))
    words = {OWN.spoken: {"zh": OWN.zh, "en": OWN.en}}
    await scripts._spoken_by_a_program(json.dumps(words).encode())
    assert scripts.ready(7, campaign(questions=(OWN,)))


def test_a_name_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        speak_all('{"../../x": {"zh": "一"}}', tmp_path, tmp_path, voice=Hums())
    assert not list(tmp_path.rglob("*.wav"))


def test_words_without_a_sound_are_silence_on_the_shelf(tmp_path: Path) -> None:
    assert prompts.filled(tmp_path, spoken=tmp_path).take(OWN.spoken, Language.CHINESE) == ()
