"""A person, a voicemail, a fax and nobody are told apart by what is heard of the line (CBK-3)."""

from dataclasses import replace

import pytest

from callflow.call import Overheard, Sound, Tone, VoiceBegan, VoiceEnded
from callflow.rules.who_answered import Who, Witness, after, verdict


def _told(
    *sounds: Sound, until: float = 20.0, we_speak_at: float = 99.0
) -> tuple[Who | None, float]:
    """Listen in steps of 0.1 s; return the first verdict and when it came."""
    witness, now, left = Witness(), 0.0, list(sounds)
    while now <= until:
        heard = tuple(one for one in left if one.at <= now)
        left = [one for one in left if one.at > now]
        if now >= we_speak_at and not witness.we_spoke:
            witness = replace(witness, we_spoke=True)
        witness = after(witness, Overheard(now, heard))
        who = verdict(witness, now)
        if who and not (witness.we_spoke and who in {Who.NOBODY, Who.PERSON}):
            return who, now
        now = round(now + 0.1, 6)
    return None, now


def test_a_short_word_and_a_pause_is_a_person() -> None:
    who, at = _told(VoiceBegan(0.6), VoiceEnded(1.6))
    assert who is Who.PERSON
    assert at == pytest.approx(1.6, abs=0.11), "the person hears nothing meanwhile"


def test_who_says_a_whole_sentence_and_waits_is_a_person() -> None:
    who, at = _told(VoiceBegan(0.5), VoiceEnded(4.0))
    assert who is Who.PERSON
    assert at == pytest.approx(5.0, abs=0.11)


def test_who_says_a_whole_sentence_and_goes_on_is_a_voicemail() -> None:
    who, at = _told(VoiceBegan(0.5), VoiceEnded(4.0), VoiceBegan(4.5))
    assert who is Who.VOICEMAIL
    assert at == pytest.approx(4.5, abs=0.11)


def test_a_voicemail_with_pauses_is_known_by_how_long_it_talks_over_us() -> None:
    greeting: list[Sound] = [VoiceBegan(2.0), VoiceEnded(4.5), VoiceBegan(4.6), VoiceEnded(7.5)]
    assert _told(*greeting, we_speak_at=1.5)[0] is Who.VOICEMAIL


def test_who_talks_much_but_later_is_a_person() -> None:
    talk: list[Sound] = [VoiceBegan(16.0), VoiceEnded(19.0), VoiceBegan(19.1)]
    assert _told(*talk, we_speak_at=1.5, until=30.0)[0] is None


def test_a_voice_that_goes_on_without_a_pause_is_a_voicemail() -> None:
    who, at = _told(VoiceBegan(0.5), VoiceEnded(9.0))
    assert who is Who.VOICEMAIL
    assert at == pytest.approx(4.5, abs=0.11)


def test_a_voicemail_that_pauses_gives_itself_away_when_it_talks_over_us() -> None:
    who, _ = _told(VoiceBegan(2.0), VoiceEnded(12.0), we_speak_at=1.5)
    assert who is Who.VOICEMAIL


def test_a_person_may_talk_into_our_words() -> None:
    who, _ = _told(VoiceBegan(2.0), VoiceEnded(6.5), we_speak_at=1.5)
    assert who is None


def test_a_beep_is_a_voicemail_also_after_a_short_word() -> None:
    assert _told(Tone(1.0, 1000))[0] is Who.VOICEMAIL
    assert _told(VoiceBegan(0.5), VoiceEnded(1.4), Tone(1.4, 1400))[0] is Who.VOICEMAIL


def test_2100_hertz_is_a_fax() -> None:
    assert _told(Tone(1.0, 2100)) == (Who.FAX, 1.0)


def test_ringing_in_another_exchange_is_nobody_yet() -> None:
    who, at = _told(Tone(0.3, 450))
    assert who is Who.NOBODY
    assert at == pytest.approx(1.5, abs=0.11)


def test_who_says_nothing_is_spoken_to_before_it_gets_long() -> None:
    who, at = _told()
    assert who is Who.NOBODY
    assert at <= 1.6
