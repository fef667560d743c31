"""The navigation: six groups, the page that is shown marked, and the way back to it."""

from callflow.call import Language
from web.navigation import GROUPS, Appearance, Crumb, appearance, crumbs, grouped
from web.registration import NavPage, nav_pages
from web.words import words

CALLS, FLOOR = NavPage("floor", "/calls", "calls", 2), NavPage("floor", "/floor", "floor", 3)
WORK = NavPage("desk", "/work", "work", 1)


def test_groups_stand_in_their_order_and_one_without_a_page_is_left_out() -> None:
    assert [group.name for group in grouped([CALLS, FLOOR, WORK], "/work")] == ["desk", "floor"]


def test_a_page_beneath_belongs_to_the_page_above_and_to_its_group() -> None:
    [group] = grouped([CALLS, FLOOR], "/calls/1")
    assert group.here
    assert [item.here for item in group.pages] == [True, False]


def test_a_page_whose_address_only_begins_alike_is_another() -> None:
    [group] = grouped([CALLS], "/callsign")
    assert not group.here


def test_the_way_to_a_page_leads_back_from_one_beneath_it() -> None:
    groups = grouped([CALLS, WORK], "/calls/1")
    assert crumbs(groups, "/calls/1") == [Crumb("group.floor"), Crumb("nav.calls", "/calls")]
    assert crumbs(grouped([CALLS], "/calls"), "/calls")[-1] == Crumb("nav.calls")
    assert crumbs(groups[:1], "/elsewhere") == [] or not groups[0].here


def test_what_a_browser_says_of_its_looks_is_taken_only_if_it_is_a_choice() -> None:
    assert appearance({"theme": "dark", "density": "dense", "rail": "open"}) == Appearance(
        theme="dark", density="dense", rail="open"
    )
    hostile = {"theme": '"><script>', "density": "x", "rail": ""}
    assert appearance(hostile) == Appearance(theme="", density="", rail="")


def test_every_page_of_the_navigation_has_a_group_and_words_in_every_language() -> None:
    for language in Language:
        known = words(language)
        for item in nav_pages():
            assert item.group in GROUPS
            assert {f"nav.{item.name}", f"about.{item.name}", f"group.{item.group}"} <= set(known)
