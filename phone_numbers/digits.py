"""Reads the digits of all scripts as 0 to 9, and nothing else as a digit. Does no I/O."""

import unicodedata


def digits_of(text: str) -> str:
    """Return a text with full-width and other digits as 0 to 9, without what nobody sees.

    ① and ² are no digits: normalised, they would become one that nobody wrote.
    """
    return text if text.isascii() else "".join(_ordinary(letter) for letter in text)


def _ordinary(letter: str) -> str:
    if letter.isascii():
        return letter
    if "\uff01" <= letter <= "\uff5e":  # full-width forms of ASCII
        return chr(ord(letter) - 0xFEE0)
    if (value := unicodedata.decimal(letter, None)) is not None:
        return str(value)
    category = unicodedata.category(letter)
    if category == "Zs":
        return " "
    return "" if category in {"Cf", "Cc"} else letter
