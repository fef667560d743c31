"""Turns one syllable of pinyin into the sounds that the neural voice knows. Does no I/O.

A syllable is an initial, a final and a tone: `hao3` is `x`, `au` and the third tone. The voice was
taught the International Phonetic Alphabet with arrows for the tones, written after the vowel that
carries them: `xau↓`. The fifth (neutral) tone has no arrow.
"""

from sounds.voice import CannotSay

_TONE_ARROWS = {"1": "→", "2": "↗", "3": "↓", "4": "↘", "5": ""}

_INITIALS = {
    "b": "p", "p": "pʰ", "m": "m", "f": "f",
    "d": "t", "t": "tʰ", "n": "n", "l": "l",
    "g": "k", "k": "kʰ", "h": "x",
    "j": "ʨ", "q": "ʨʰ", "x": "ɕ",
    "zh": "ꭧ", "ch": "ꭧʰ", "sh": "ʂ", "r": "ɻ",
    "z": "ʦ", "c": "ʦʰ", "s": "s",
}  # fmt: skip

_RHYMES = {
    "a": ("a", ""), "ai": ("ai", ""), "an": ("a", "n"), "ang": ("a", "ŋ"), "ao": ("au", ""),
    "e": ("ɤ", ""), "ei": ("ei", ""), "en": ("ə", "n"), "eng": ("ə", "ŋ"), "er": ("ɚ", ""),
    "ê": ("ɛ", ""), "ou": ("ou", ""), "ong": ("ʊ", "ŋ"),
    "i": ("i", ""), "in": ("i", "n"), "ing": ("i", "ŋ"),
    "ia": ("ja", ""), "iang": ("ja", "ŋ"), "iao": ("jau", ""), "ian": ("jɛ", "n"),
    "ie": ("je", ""), "iong": ("jʊ", "ŋ"), "iou": ("jou", ""),
    "u": ("u", ""), "o": ("wo", ""), "uo": ("wo", ""), "ua": ("wa", ""), "uai": ("wai", ""),
    "uan": ("wa", "n"), "uang": ("wa", "ŋ"), "uei": ("wei", ""), "uen": ("wə", "n"),
    "ueng": ("wə", "ŋ"),
    "v": ("y", ""), "vn": ("y", "n"), "ve": ("ɥe", ""), "van": ("ɥɛ", "n"),
}  # fmt: skip
"""The vowels that carry the tone, and what closes the syllable; `v` is ü."""

_BUZZING = frozenset({"zh", "ch", "sh", "r", "z", "c", "s"})
"""After these, `i` is no vowel but the initial drawn out (zhi, si)."""


def syllable_sounds(syllable: str) -> str:
    """Return the sounds of a syllable like `zhong1` (the tone a digit, ü written v).

    Raises `CannotSay` for what is no syllable of Mandarin.
    """
    plain, tone = syllable[:-1], syllable[-1:]
    initial, final = _divided(plain)
    if tone not in _TONE_ARROWS or final not in _RHYMES:
        raise CannotSay(f"{syllable!r} is no syllable of Mandarin")
    carries, closes = ("ɨ", "") if final == "i" and initial in _BUZZING else _RHYMES[final]
    return _INITIALS.get(initial, "") + carries + _TONE_ARROWS[tone] + closes


def _divided(plain: str) -> tuple[str, str]:
    """Return initial and final, the final in full: `you` is (``, `iou`), `jun` (`j`, `vn`)."""
    if plain[:1] in {"y", "w"}:
        return "", _final_without_initial(plain)
    initial = next((i for i in (plain[:2], plain[:1]) if i in _INITIALS), "")
    final = plain[len(initial) :]
    if initial in {"j", "q", "x"} and final.startswith("u"):
        final = "v" + final[1:]
    shortened = {"iu": "iou", "ui": "uei", "un": "uen"}
    return initial, shortened.get(final, final)


def _final_without_initial(plain: str) -> str:
    """Undo the spelling of syllables that start with their medial: yan is ian, wei is uei."""
    rest = plain[1:]
    if plain[0] == "w":
        return "u" if rest == "u" else "u" + rest
    if rest.startswith(("u", "v")):
        return "v" + rest[1:]
    return rest if rest.startswith("i") else "i" + rest
