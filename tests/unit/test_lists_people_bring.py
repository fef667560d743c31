"""Lists as people really bring them are read as a person would, or say what is wrong (CBK-3).

The table of what is read how is `tests/fakes/brought_lists.py`.
"""

from collections.abc import Callable

import pytest

from callflow.call import Language
from imports.faults import UnreadableError
from imports.numbers import Numbers
from imports.people_list import read
from phone_numbers.plan import NumberPlan
from tests.fakes.brought_lists import GIVEN, OWN, Case, Right
from web.words import said

HERE = Numbers(NumberPlan("CN", frozenset({"8101"})), frozenset({"8101"}))
CASES = {**GIVEN, **OWN}


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_a_list_is_read_as_a_person_reads_it(case: Case) -> None:
    made, right = case
    if right.whole is not None:
        _refuses(made, right)
        return
    found = read(made(), HERE)
    people = [(one.identity, one.name) for one in found.people]
    assert people == list(right.people)
    assert [each.line for each in found.faults] == list(right.faults)
    assert len(found.twice) == right.twice
    assert right.said <= {each.what for each in found.remarks}
    rows = len(people) + len(right.faults) if right.rows is None else right.rows
    assert found.rows == rows


def _refuses(made: Callable[[], bytes], right: Right) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(made(), HERE)
    assert (caught.value.why, caught.value.kind) == (right.whole, right.kind)
    for language in Language:  # its sentence has everything it needs
        assert said(language)(caught.value.sentence, **caught.value.gaps)


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_each_refusal_and_remark_has_its_sentence_and_its_cell(case: Case) -> None:
    made, right = case
    if right.whole is not None:
        return
    found = read(made(), HERE)
    for language in Language:
        t = said(language)
        for remark in found.remarks:
            assert "{" not in t(f"sheet.said_{remark.what}", **remark.gaps)
        for fault in found.faults:
            assert t(f"sheet.row_{fault.why}")
            assert fault.cell == "" or fault.cell.endswith(str(fault.line))


def test_thirty_kinds_are_our_own() -> None:
    assert len(OWN) >= 30
