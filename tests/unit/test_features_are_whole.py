"""Each feature brings its routes, words, templates and permissions itself, and leaves out none.

A check in the style of a linter: it says what is missing, and where.
"""

import ast
import importlib
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from fastapi import APIRouter

from permissions.declared import declared
from permissions.routes import known_routes
from settings import PROJECT
from web import app
from web.registration import features, nav_pages
from web.words import SHARED

FOLDERS = sorted(
    folder
    for folder in (PROJECT / "features").iterdir()
    if folder.is_dir() and (folder / "__init__.py").exists()
)
NAMES = [folder.name for folder in FOLDERS]
NEEDED = ("__init__.py", "permissions.py", "registration.py")
WORDS = ("zh.toml", "en.toml")
READ_BY = ("*.py", "*.html", "*.js")


def _modules(folder: Path) -> Iterator[ModuleType]:
    for file in sorted(folder.glob("*.py")):
        if file.stem != "__init__":
            yield importlib.import_module(f"features.{folder.name}.{file.stem}")


def _routers(folder: Path) -> dict[str, APIRouter]:
    return {
        module.__name__: module.router for module in _modules(folder) if hasattr(module, "router")
    }


def _sources() -> dict[Path, str]:
    """Return whatever may show a word or a template."""
    return {
        file: file.read_text(encoding="utf-8")
        for top in ("features", "web", "floor", "phone_numbers")
        for kind in READ_BY
        for file in (PROJECT / top).rglob(kind)
        if "node_modules" not in file.parts
    }


SOURCES = _sources()


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_a_feature_has_the_files_it_needs(folder: Path) -> None:
    missing = [name for name in NEEDED if not (folder / name).exists()]
    if (folder / "templates").exists():
        missing += [name for name in WORDS if not (folder / "words" / name).exists()]
    assert not missing, f"features/{folder.name} lacks {', '.join(missing)}"
    assert not (folder / "__init__.py").read_text().count("import"), "a folder is found, not run"


def test_every_folder_is_found_by_both_walks() -> None:
    assert list(features()) == NAMES
    assert [
        name.removeprefix("features.") for name in declared().by_owner if name != "web"
    ] == NAMES


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_every_router_is_registered_once_and_by_its_own_feature(folder: Path) -> None:
    own, registered = _routers(folder), list(features()[folder.name].routers)
    unregistered = [name for name, router in own.items() if router not in registered]
    assert not unregistered, f"not in registration.py: {', '.join(unregistered)}"
    assert len(registered) == len(set(map(id, registered)))
    assert all(router in own.values() for router in registered), "another feature's router"


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_every_route_is_permitted_by_its_own_feature(folder: Path) -> None:
    routes = {
        route for router in features()[folder.name].routers for route in known_routes(router.routes)
    }
    told = declared().by_owner[f"features.{folder.name}"].routes
    assert {f"{method} {path}" for method, path in routes} == set(told)


def test_no_feature_is_listed_where_they_are_put_together() -> None:
    """Not in the application, the pages' navigation, the policy or the news."""
    for file in ("web/app.py", "web/pages.py", "web/change_feed.py", "web/registration.py"):
        tree = ast.parse((PROJECT / file).read_text(encoding="utf-8"))
        imported = {f"{node.module}" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert {name for name in imported if name.startswith("features.")} <= {
            "features.call_recordings.waveforms"  # what routes work with, not what is asked
        }, file
    for module in (PROJECT / "permissions").glob("*.py"):
        code = re.sub(r'""".*?"""|#.*', "", module.read_text(), flags=re.DOTALL)
        assert "features." not in code, module


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_permissions_are_declared_without_anything_that_runs(folder: Path) -> None:
    tree = ast.parse((folder / "permissions.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        assert not isinstance(node, ast.Import), ast.unparse(node)
        if isinstance(node, ast.ImportFrom):
            assert (node.module or "").startswith("permissions."), ast.unparse(node)


def test_every_verb_is_asked_for_by_a_route_or_a_page() -> None:
    asked = {verb for verb in declared().routes.values() if isinstance(verb, str)}
    said = "\n".join(text for file, text in SOURCES.items() if file.name != "permissions.py")
    dead = [verb for verb in declared().verbs if verb not in asked and f'"{verb}"' not in said]
    assert not dead, f"declared and never asked for: {', '.join(dead)}"


def test_every_verb_that_a_page_asks_for_is_declared() -> None:
    for file, text in SOURCES.items():
        for verb in re.findall(r'\b(?:may|reach_of)\(\s*\w+(?:\.\w+)?,\s*"([^"]+)"', text):
            assert verb in declared().verbs, f"{file}: {verb}"


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_every_template_is_used_by_its_own_feature(folder: Path) -> None:
    own = "\n".join(text for file, text in SOURCES.items() if folder in file.parents)
    others = "\n".join(
        text
        for file, text in SOURCES.items()
        if folder not in file.parents and "features" in file.parts and file.suffix == ".py"
    )
    for template in sorted((folder / "templates").glob("*.html")):
        assert f'"{template.name}"' in own, f"{template.name} is shown by nobody"
        assert f'"{template.name}"' not in others, f"{template.name} is another feature's"


def test_every_template_that_is_shown_is_there() -> None:
    names = [template.name for template in PROJECT.glob("features/*/templates/*.html")]
    assert len(names) == len(set(names)), "two features have a template of one name"
    names += [template.name for template in (PROJECT / "web/templates").glob("*.html")]
    for file, text in SOURCES.items():
        for name in re.findall(r'"(\w+\.html)"', text):
            assert name in names, f"{file}: {name}"


def _sections(folder: Path) -> set[str]:
    file = folder / "words" / WORDS[0]
    return set(tomllib.loads(file.read_text(encoding="utf-8"))) if file.exists() else set()


def test_every_section_of_words_is_used() -> None:
    said = "\n".join(SOURCES.values())
    for folder in (*FOLDERS, PROJECT / "web"):
        for section in _sections(folder) - SHARED:
            used = re.search(rf"""["'`]{section}(\.|["'`])""", said)
            assert used, f"{folder.name}: nobody says a word of [{section}]"


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_a_page_and_an_audited_action_have_words_in_their_own_feature(folder: Path) -> None:
    feature = features()[folder.name]
    for name in WORDS:
        file = folder / "words" / name
        known = tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        assert set(known.get("nav", {})) == {item.name for item in feature.pages}, file
        actions = {action.replace(".", "_") for action in feature.audited}
        assert set(known.get("audited", {})) == actions, file


def test_every_page_of_the_navigation_is_a_route_and_stands_alone() -> None:
    assert len({item.order for item in nav_pages()}) == len(nav_pages())
    for item in nav_pages():
        assert ("GET", item.address) in declared().routes, item.address


def test_every_action_that_is_put_on_record_is_registered() -> None:
    known = {action for feature in features().values() for action in feature.audited}
    for file, text in SOURCES.items():
        if "features" not in file.parts or file.suffix != ".py":
            continue
        for action in re.findall(r'\baudit_entry\(\s*principal,\s*"([^"]+)"', text):
            assert action in known, f"{file}: {action}"
        for verb in re.findall(r'\b(?:theirs|refused)\(\s*asking,\s*principal,\s*"([^"]+)"', text):
            assert f"{verb}.refused" in known, f"{file}: {verb}"


def test_every_heading_of_the_api_is_registered() -> None:
    known = set(app.TAGS) | {tag for feature in features().values() for tag in feature.tags}
    for feature in features().values():
        for router in feature.routers:
            assert set(map(str, router.tags)) <= known, router.tags


def test_words_of_two_owners_cannot_have_one_name() -> None:
    for language in ("zh", "en"):
        seen: dict[str, Path] = {}
        for folder in (*FOLDERS, PROJECT / "web"):
            file = folder / "words" / f"{language}.toml"
            for section in _sections(folder) - SHARED if file.exists() else ():
                assert section not in seen, f"[{section}] is in {seen[section]} and in {file}"
                seen[section] = file
