"""Says which files are which speaker or sound, and to which half they belong.

The two halves and the set kept apart share no speaker and no real sound. Volunteers of one
language may have spoken for several packages, so a language's volunteers stay together in one half.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from bench.voice_activity.packages import unpacked

Half = Literal["tune", "test", "apart"]

TUNE_LANGUAGES = frozenset(
    ("fr", "de", "pt", "pt_BR", "lt", "uk", "tn", "nb", "nn", "he", "sr", "ga", "wa", "cs", "be")
)
_FISH = {"m": "male", "v": "female"}


@dataclass(frozen=True, order=True)
class Clip:
    """One file: who or what is heard in it."""

    name: str  # the speaker, or the kind of sound
    path: Path
    half: Half


def speech(packages: set[str] | None = None) -> list[Clip]:
    """All files of real speech, sorted; of `packages` only, when given."""
    found = [clip for name, clips in _SPEECH.items() if _wanted(name, packages) for clip in clips()]
    return sorted(found)


def sounds(packages: set[str] | None = None) -> list[Clip]:
    """All files of real sounds that are not speech, sorted."""
    return sorted(
        Clip(kind, path, half)
        for package, kind, half, pattern in _SOUNDS
        if _wanted(package, packages)
        for path in _files(package)
        if re.search(pattern, str(path))
    )


def _wanted(package: str, packages: set[str] | None) -> bool:
    return packages is None or package in packages


def _files(package: str) -> list[Path]:
    return sorted(p for p in unpacked(package).rglob("*") if p.is_file())


def _by_language(language: str) -> Half:
    return "tune" if language in TUNE_LANGUAGES else "test"


def _one_speaker(package: str, speaker: str, half: Half) -> Iterator[Clip]:
    for path in _files(package):
        if "silence" not in path.parts and "beep" not in path.name:
            yield Clip(speaker, path, half)


def _klettres() -> Iterator[Clip]:
    for path in _files("klettres-data"):
        language = path.parts[-3]
        yield Clip(f"letters-{language}", path, _by_language(language))


def _ktuberling() -> Iterator[Clip]:
    for path in _files("ktuberling-data"):
        language = path.parent.name.split("@")[0]
        yield Clip(f"potato-{language}", path, _by_language(language))


def _tuxpaint() -> Iterator[Clip]:
    for path in _files("tuxpaint-stamps-default"):
        if match := re.search(r"_desc_([a-zA-Z_]+)\.(?:ogg|wav)$", path.name):
            yield Clip(f"stamps-{match[1]}", path, _by_language(match[1]))


def _fillets(language: str, half: Half) -> Iterator[Clip]:
    for path in _files(f"fillets-ng-data-{language}"):
        if match := re.search(r"-([mv])-", path.name):
            yield Clip(f"fish-{language}-{_FISH[match[1]]}", path, half)


def _kajongg() -> Iterator[Clip]:
    for path in _files("kajongg"):
        voice = path.parent.name
        yield Clip(f"mahjongg-{voice}", path, "tune" if voice.endswith("1") else "test")


def _mandarin() -> Iterator[Clip]:
    for path in _files("gcin-voice"):
        yield Clip(f"mandarin-{path.stem}", path, "tune" if path.stem == "3" else "test")


def _codec2() -> Iterator[Clip]:
    for path in _files("codec2-examples"):
        if path.stem in {"hts1a", "hts2a", "ve9qrp", "mmt1", "morig", "forig", "vk5qi", "big_dog"}:
            yield Clip(f"radio-{path.stem}", path, "test")


def _pocketsphinx() -> Iterator[Clip]:
    for path in _files("pocketsphinx-testdata"):
        yield Clip(f"dictation-{path.parent.name}", path, "tune")


def _hedgehogs() -> Iterator[Clip]:
    for path in _files("hedgewars-data"):
        if "voices" in path.parts and path.parent.name != "Robot":
            yield Clip(f"hedgehog-{path.parent.name}", path, "apart")


def _commanders() -> Iterator[Clip]:
    for path in _files("warzone2100-data"):
        where = r"/audio/(taunts/taunt\d|memressp/missmesg|tutorial|nexus)/"
        if match := re.search(where, str(path)):
            yield Clip(f"commander-{match[1].rsplit('/', 1)[-1]}", path, "apart")


_ONE_SPEAKER: dict[str, tuple[str, Half]] = {
    "asterisk-core-sounds-en-wav": ("prompts-en", "tune"),
    "asterisk-core-sounds-es-wav": ("prompts-es", "tune"),
    "asterisk-core-sounds-it-wav": ("prompts-it", "tune"),
    "asterisk-core-sounds-fr-wav": ("prompts-fr", "test"),
    "asterisk-core-sounds-ru-wav": ("prompts-ru", "test"),
    "asterisk-prompt-es-co": ("prompts-co", "test"),
    "asterisk-prompt-fr-armelle": ("prompts-armelle", "tune"),
    "asterisk-prompt-it-menardi-wav": ("prompts-menardi", "apart"),
}
_SPEECH: dict[str, Callable[[], Iterator[Clip]]] = {
    "klettres-data": _klettres,
    "ktuberling-data": _ktuberling,
    "tuxpaint-stamps-default": _tuxpaint,
    "fillets-ng-data-cs": lambda: _fillets("cs", "tune"),
    "fillets-ng-data-nl": lambda: _fillets("nl", "test"),
    "kajongg": _kajongg,
    "gcin-voice": _mandarin,
    "codec2-examples": _codec2,
    "pocketsphinx-testdata": _pocketsphinx,
    "hedgewars-data": _hedgehogs,
    "warzone2100-data": _commanders,
    **{package: partial(_one_speaker, package, *who) for package, who in _ONE_SPEAKER.items()},
}

# package, kind, half, files. The kinds of the test half and of the set kept apart are never heard
# while tuning.
_SOUNDS: list[tuple[str, str, Half, str]] = [
    ("minetest-data", "real things", "tune", r"\.ogg$"),
    ("planetblupi-common", "real effects", "tune", r"\.wav$"),
    ("colobot-common-sounds", "real effects", "tune", r"\.wav$"),
    ("hydrogen-drumkits", "real drums", "tune", r"\.wav$"),
    ("lmms-common", "real instruments", "tune", r"\.(ogg|wav)$"),
    ("sound-icons", "real instruments", "tune", r"\.wav$"),
    ("oxygen-sounds", "real alerts", "tune", r"\.ogg$"),
    ("yaru-theme-sound", "real alerts", "tune", r"\.oga$"),
    (
        "tuxpaint-stamps-default",
        "real animals",
        "tune",
        r"/(animals|vehicles|household|hobbies|naturalforces)/([^/]*/)*[^_/]*\.(ogg|wav)$",
    ),
    ("asterisk-moh-opsound-wav", "real music", "tune", r"/macroform-(cold|rob)"),
    ("asterisk-moh-opsound-wav", "music", "test", r"/(manolo|reno|macroform-the)"),
    ("lomiri-sounds", "ringtones", "test", r"\.ogg$"),
    (
        "lincity-ng-data",
        "real city",
        "test",
        (
            r"/(Blacksmith|WindMill|Industry|Trafic|FireS|Fire\d|Tip|DirtTrack|Raze|Power|OreMine|Mill|"
            r"CoalMine|RailTrain|Rocket|Water|Window|Build|Pottery|Substation|Harbor)[^/]*$"
        ),
    ),
    ("searchandrescue-data", "real engines", "test", r"/sounds/(.*/)?(?!splash_human)[^/]*$"),
    (
        "unknown-horizons",
        "real island",
        "test",
        r"/(stonemason|lumberjack|smith|windmill|warehouse|flippage|build|waves|ships_bell)[^/]*$",
    ),
    ("bzflag-data", "real tanks", "apart", r"\.wav$"),
    ("sonic-pi-samples", "real samples", "apart", r"/samples/"),
    ("warzone2100-data", "real war", "apart", r"/audio/sfx/"),
    ("pingus-data", "real penguins", "apart", r"/sounds/(?!ohno|yipee|letsgo|goodidea)"),
    ("frozen-bubble-data", "real bubbles", "apart", r"/snd/(?!.*(zik|snore|noh|applause))"),
    ("trackballs-data", "real balls", "apart", r"/sfx/(?!.*(laugh|monk|death|[dD]ie))"),
    ("extremetuxracer-data", "real skiing", "apart", r"/sounds/"),
    (
        "tuxtype-data",
        "real fish",
        "apart",
        r"/sounds/(alarm|bite|buzz|explosion|harp|laser|pop|run|shieldsdown|splat|tock)",
    ),
    (
        "hedgewars-data",
        "real weapons",
        "apart",
        r"/Sounds/(?!hell_|hogchant|Kiss|Yoohoo|Birdy|Hellish|ride_|custom)[^/]*$",
    ),
]
