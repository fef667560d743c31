"""One press of a key is one key, however many ways it is told in (issue: keys)."""

import itertools

import pytest

from line.keys import Presses

RTP, INFO, MADE = "a key of the audio comes", "an INFO is seen", "its key comes"


def taken(digits: str, steps: list[str]) -> str:
    """Return the keys that are taken of presses, each told by all these steps in their order."""
    presses, found = Presses(), ""
    for digit in digits:
        for step in steps:
            if step == INFO:
                presses.told(digit)
            elif presses.came(digit):
                found += digit
    return found


@pytest.mark.parametrize("digits", ["1", "00", "0730", "1121", "999*#"])
@pytest.mark.parametrize(
    "steps", [[RTP], [INFO, MADE], [INFO, RTP, MADE], [RTP, INFO, MADE], [INFO, MADE, RTP]]
)
def test_each_press_counts_once_in_every_way_of_telling_it(digits: str, steps: list[str]) -> None:
    assert taken(digits, steps) == digits


def test_the_keys_of_infos_may_come_after_the_next_press() -> None:
    """A key that Asterisk makes of an INFO takes as long as the INFO says."""
    presses = Presses()
    came = []
    for digit in "12":
        presses.told(digit)
        came.append((digit, presses.came(digit)))
    came += [(digit, presses.came(digit)) for digit in "12"]
    assert came == [("1", True), ("2", True), ("1", False), ("2", False)]


def test_in_whatever_order_the_tellings_come_no_press_is_lost() -> None:
    for order in set(itertools.permutations([INFO, RTP, MADE])):
        if order.index(INFO) < order.index(MADE):
            assert taken("77", list(order)) == "77", order
