"""The prompts as callers hear them: built for real, measured file by file; faults on the way."""

import re
import subprocess
import sys
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sounds.build import build, main
from sounds.built import BEEP, wanted
from sounds.shaping import edge_silence_ms, speech_level
from sounds.shipped import Shipped
from sounds.sound import Samples, Sound, read_wav, wav_bytes
from sounds.texts import DEFAULTS, LANGUAGES, Language, Prompt, load
from sounds.voice import CannotSay, Voice
from sounds.voice_packages import bring
from sounds.voices import Voices

EVERY = sorted(one.label for one in wanted(load(), DEFAULTS, None))
SPOKEN = [label for label in EVERY if not label.endswith(f"/{BEEP}")]
PEAK_LIMIT = 10 ** (-3 / 20)


class Humming:
    """A voice that hums for as long as the words are."""

    name = "humming"

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, words: str, language: Language) -> Sound:
        self.said.append(words)
        time = np.arange(16000 * len(words) // 4) / 16000
        hum = np.sin(2 * np.pi * 300 * time) * (1.2 + np.sin(2 * np.pi * 3 * time))
        return Sound(np.asarray(0.05 * hum, np.float32), 16000)


class Mute:
    """A voice that fails at every sentence."""

    name = "mute"

    def say(self, words: str, language: Language) -> Sound:
        raise CannotSay("the model is damaged")


def no_voice() -> Voice:
    raise CannotSay("there is no voice on this machine")


def built(
    out: Path,
    *,
    say: Callable[[], Voice] = no_voice,
    own: Path | None = None,
    company: str = DEFAULTS["company"],
    shipped: Shipped | None = None,
    texts: dict[str, Prompt] | None = None,
) -> list[str]:
    """Build and return what the operator reads."""
    lines: list[str] = []
    build(
        texts or load(),
        out,
        values={**DEFAULTS, "company": company},
        say=say,
        progress=lines.append,
        replacements_dir=own,
        shipped=shipped,
    )
    return lines


def named(company: str) -> list[str]:
    """Return the sentences in which a company is named, as they are spoken one after the other."""
    texts, values = load(), {**DEFAULTS, "company": company}
    spoken = [texts[name].spoken(language, values) for language in LANGUAGES for name in texts]
    return [sentence for sentence in spoken if company in sentence]


@pytest.fixture(scope="module")
def prompts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every prompt of a fresh installation, built once, with no voice at hand."""
    out = tmp_path_factory.mktemp("sounds")
    lines = built(out)
    assert not [line for line in lines if line.startswith("prompts:")], lines
    return out


def heard(folder: Path, label: str) -> Samples:
    """Return a prompt's samples, after a look at what Asterisk and the line insist on."""
    path = folder / f"{label}.wav"
    with wave.open(str(path), "rb") as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
    return read_wav(path).samples


@pytest.mark.parametrize("label", SPOKEN)
def test_every_prompt_is_speech_at_a_telephone_level(prompts: Path, label: str) -> None:
    samples = heard(prompts, label)
    assert speech_level(samples) == pytest.approx(-20, abs=1)
    assert np.abs(samples).max() <= PEAK_LIMIT
    assert max(edge_silence_ms(samples)) <= 20  # SIL-1: pauses are what the caller hears


@pytest.mark.parametrize("label", SPOKEN)
def test_every_prompt_is_spoken_at_an_easy_pace(prompts: Path, label: str) -> None:
    """QA-3: an agent speaks 180-200 characters a minute; a prompt may be a little quicker."""
    language, name = label.split("/")
    words = load()[name].spoken("zh" if language == "zh" else "en", DEFAULTS)
    minutes = len(heard(prompts, label)) / 8000 / 60
    characters, english = len(re.findall(r"[\u4e00-\u9fff]", words)), len(re.findall(r"\w+", words))
    if max(characters, english) < 4:  # a number's pace is its neighbours'
        return
    if language == "zh" and not re.search(r"[A-Za-z]", words):
        assert 120 <= characters / minutes <= 260
    elif language == "en":
        assert 80 <= english / minutes <= 240


def test_a_fresh_installation_has_every_prompt_and_needs_no_voice(prompts: Path) -> None:
    files = {path.relative_to(prompts).with_suffix("").as_posix() for path in prompts.glob("*/*")}
    assert files == set(EVERY)


def test_the_second_start_makes_nothing_and_loads_no_audio_library(prompts: Path) -> None:
    program = (
        "import sys, pathlib\n"
        "from sounds.build import build_and_tell\n"
        "build_and_tell(pathlib.Path(sys.argv[1]), pathlib.Path('.'), {}, pathlib.Path('.'))\n"
        "assert 'numpy' not in sys.modules\n"
    )
    before = {path: path.stat().st_mtime_ns for path in prompts.glob("*/*")}
    done = subprocess.run(
        [sys.executable, "-c", program, str(prompts)], capture_output=True, check=False, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert before == {path: path.stat().st_mtime_ns for path in prompts.glob("*/*")}


def test_a_new_company_is_spoken_by_the_voice_and_nothing_else_is(tmp_path: Path) -> None:
    voice = Humming()
    lines = built(tmp_path, say=lambda: voice, company="长江燃气")
    assert voice.said == named("长江燃气")
    assert "您好，长江燃气，客服为您服务。" in voice.said
    assert any("zh/greeting_hall: humming" in line for line in lines)
    assert speech_level(heard(tmp_path, "zh/greeting_hall")) == pytest.approx(-20, abs=1)
    assert built(tmp_path, say=lambda: voice, company="长江燃气") == []
    assert len(voice.said) == len(named("长江燃气"))


@pytest.mark.parametrize("say", [no_voice, Mute])
def test_without_any_voice_the_caller_is_greeted_without_the_company(
    tmp_path: Path, say: Callable[[], Voice]
) -> None:
    lines = built(tmp_path, say=say, company="长江燃气")
    assert any(
        "zh/greeting_hall says '您好！请问有什么可以帮助您？' until" in line for line in lines
    )
    assert heard(tmp_path, "zh/greeting_hall") == pytest.approx(heard(tmp_path, "zh/greeting"))
    voice = Humming()
    built(tmp_path, say=lambda: voice, company="长江燃气")
    assert len(voice.said) == len(named("长江燃气")), (
        "a makeshift is made good as soon as there is a voice"
    )


def test_when_the_better_voice_fails_the_plainer_one_speaks_and_it_is_said(tmp_path: Path) -> None:
    said: list[str] = []
    plain = Humming()
    voices = Voices([no_voice, Mute, lambda: plain], progress=said.append)
    built(tmp_path, say=lambda: voices, company="长江燃气")
    assert plain.said == named("长江燃气")
    assert said[0] == "prompts: there is no voice on this machine"
    assert "the model is damaged" in said[1]
    assert voices.name == "humming"


def test_the_voice_packages_that_cannot_be_fetched_are_one_clear_sentence(tmp_path: Path) -> None:
    lock = tmp_path / "voice.lock"
    lock.write_text(f"no-such-voice @ file://{tmp_path}/none-1-py3-none-any.whl\n", "utf-8")
    with pytest.raises(CannotSay, match="the voice packages cannot be fetched: "):
        bring(tmp_path, progress=lambda _: None, lock=lock)
    assert not list((tmp_path / "voice").iterdir()), "nothing half-done is left"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder for people's recordings, beside the sounds."""
    for language in LANGUAGES:
        (tmp_path / "own" / language).mkdir(parents=True)
    return tmp_path / "own"


def spoken_by_a_person(rate: int, *, seconds: float = 1.5) -> bytes:
    time = np.arange(int(rate * seconds)) / rate
    speech = 0.01 * np.sin(2 * np.pi * 500 * time) * (1.2 + np.sin(2 * np.pi * 3 * time))
    padded = np.concatenate([np.zeros(rate), speech, np.zeros(rate)])
    return wav_bytes(Sound(padded.astype(np.float32), rate))


def test_a_recording_by_a_person_replaces_the_prompt(tmp_path: Path, own: Path) -> None:
    (own / "zh" / "greeting.wav").write_bytes(spoken_by_a_person(44100))
    lines = built(tmp_path / "out", own=own)
    samples = heard(tmp_path / "out", "zh/greeting")
    assert any("zh/greeting: recording" in line for line in lines)
    assert len(samples) / 8000 == pytest.approx(1.5, abs=0.05)
    assert speech_level(samples) == pytest.approx(-20, abs=1)
    assert max(edge_silence_ms(samples)) <= 20
    assert built(tmp_path / "out", own=own) == []


def test_a_recording_taken_away_brings_the_built_prompt_back(tmp_path: Path, own: Path) -> None:
    built(tmp_path / "out", own=own)
    before = (tmp_path / "out/zh/greeting.wav").read_bytes()
    (own / "zh" / "greeting.wav").write_bytes(spoken_by_a_person(8000))
    built(tmp_path / "out", own=own)
    assert (tmp_path / "out/zh/greeting.wav").read_bytes() != before
    (own / "zh" / "greeting.wav").unlink()
    built(tmp_path / "out", own=own)
    assert (tmp_path / "out/zh/greeting.wav").read_bytes() == before


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("greeting.wav", b"", "it ends too early"),
        ("greeting.wav", b"RIFF\0\0\0\0WAVE", "is refused"),
        ("greeting.wav", b"\xff\xfb\x90 this is no wav" * 9, "is refused"),
        ("greeting.wav", wav_bytes(Sound(np.zeros(9000, np.float32), 8000)), "it is silent"),
        ("greeting.wav", spoken_by_a_person(8000, seconds=130), "longer than 120 seconds"),
        ("greeting.mp3", b"\0" * 400, "is refused"),
    ],
)
def test_a_broken_recording_is_refused_and_the_built_prompt_stays(
    tmp_path: Path, own: Path, name: str, content: bytes, why: str
) -> None:
    built(tmp_path / "out")
    before = (tmp_path / "out/zh/greeting.wav").read_bytes()
    (own / "zh" / name).write_bytes(content)
    (refusal, *_) = built(tmp_path / "out", own=own)
    assert str(own / "zh" / name) in refusal
    assert why in refusal
    assert refusal.endswith("the built prompt stays")
    assert built(tmp_path / "out", own=own)[0] == refusal, "it is said at every start"
    assert (tmp_path / "out/zh/greeting.wav").read_bytes() == before


def test_a_file_that_was_cut_off_is_made_again(tmp_path: Path) -> None:
    built(tmp_path)
    path = tmp_path / "en/menu.wav"
    whole = path.read_bytes()
    path.write_bytes(whole[:1000])
    built(tmp_path)
    assert path.read_bytes() == whole


def test_a_prompt_that_is_no_more_takes_its_file_along(tmp_path: Path) -> None:
    built(tmp_path)
    texts = load()
    del texts["still_there"]
    (tmp_path / "zh/menu.wav").unlink()
    built(tmp_path, texts=texts)
    assert not (tmp_path / "zh/still_there.wav").exists()
    assert (tmp_path / "zh/menu.wav").exists()


def test_with_nothing_shipped_and_no_voice_each_missing_prompt_is_named(tmp_path: Path) -> None:
    lines = built(tmp_path / "out", shipped=Shipped(tmp_path))
    assert "prompts: zh/menu is missing: nothing can speak it" in lines
    assert (tmp_path / "out/zh/beep.wav").exists()


def test_a_folder_that_cannot_be_written_ends_with_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "sounds").write_text("a file in the way", "utf-8")
    with pytest.raises(SystemExit, match=r"^The prompts cannot be written: "):
        main(tmp_path, tmp_path, {})
