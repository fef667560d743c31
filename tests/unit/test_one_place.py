"""What stands in one place stays there: a rule that is written twice is one day two rules."""

import re
from collections import Counter

from settings import PROJECT

FREE = "${GROUP_COUNT(${CHANNEL(endpoint)}@seat)} + ${GROUP_COUNT(${CHANNEL(endpoint)}@phone)}"


def test_whether_a_phone_is_in_another_call_is_asked_by_one_line_of_the_dialplan() -> None:
    lines = [
        line
        for file in (PROJECT / "dialplan").glob("*.j2")
        for line in file.read_text().splitlines()
        if FREE in line
    ]
    assert len(lines) == 1, lines


def test_a_file_that_is_looked_at_and_kept_is_so_by_the_one_piece_for_it() -> None:
    found = [
        f"{file.relative_to(PROJECT)}: {name}"
        for folder in ("features", "web", "imports")
        for file in (PROJECT / folder).rglob("*.py")
        for name in re.findall(r"class (Keep|NothingRightError)\b", file.read_text())
    ]
    assert sorted(found) == ["web/list_files.py: Keep", "web/list_files.py: NothingRightError"]


def test_each_way_to_bring_a_phone_into_a_call_asks_once_whether_it_is_free() -> None:
    text = (PROJECT / "floor" / "control.py").read_text() + (
        PROJECT / "floor" / "floor.py"
    ).read_text()
    methods = re.split(r"\n    (?:async )?def ", text)
    asking = Counter[str]()
    for one in methods:
        asking[one.partition("(")[0]] += one.count(".must_be_free(")
    assert +asking == {"_bring": 1, "conference": 1, "complete": 1}
