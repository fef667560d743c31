"""The words of the prompts: whole, from the regulations, in both languages."""

from pathlib import Path

import pytest

from sounds.built import BuiltPrompts, wanted
from sounds.texts import DEFAULTS, LANGUAGES, BadPrompt, load

REGULATIONS = {
    "greeting": "您好!请问有什么可以帮助您?",
    "greeting_hall": "您好,{company},{staff}为您服务。",
    "greeting_morning": "早上好!请问有什么可以帮助您?",
    "greeting_noon": "中午好!请问有什么可以帮助您?",
    "greeting_afternoon": "下午好!请问有什么可以帮助您?",
    "greeting_evening": "晚上好!请问有什么可以帮助您?",
    "greeting_weekend": "周末快乐!请问有什么可以帮助您?",
    "greeting_holiday": "节日快乐!请问有什么可以帮助您?",
    "sil1_first": "您好!您的电话已接通,请讲话。",
    "sil1_second": "您好!您的电话已接通,请问您能听见我的声音吗?",
    "sil1_third": ("对不起!我这边听不见您的声音,请您换一部电话再拨,谢谢来电,再见!"),
    "sil2": "您好!您的电话已接通,很高兴为您服务。",
    "sil3_louder": "对不起,我这里听不清您的声音,请大声一点,好吗?",
    "sil3_goodbye": ("对不起,我这里还是无法听清您的声音,请您重新再拨一下好吗?感谢您的来电,再见。"),
    "sil4_ask": "对不起,请问现在您可以听清吗?",
    "sil4_goodbye": "对不起,请您先挂机,稍后我会回拨给您,谢谢再见。",
    "sil5_first": "请问您还有什么问题吗?",
    "sil5_second": "您好,请问还有其它问题吗,如果没有请挂机。",
    "sil7_hold": "请您稍等,我帮您查询一下",
    "sil7_back": "感谢您的等待",
    "farewell": "感谢您的来电,再见!",
    "farewell_weekend": "感谢您的来电,祝您周末愉快,再见!",
    "farewell_holiday": "感谢您的来电,祝您节日快乐,再见!",
}
"""GRT-1, GRT-2, GRT-4, SIL-1…SIL-7, as the regulations print them."""

OTHERS = {
    "menu", "menu_invalid", "connecting", "all_busy", "nobody_there", "after_hours",
    "message_invite", "message_too_short", "message_thanks", "outage_power", "outage_computer",
    "fallback_hello", "fallback_message", "still_there", "callback_offer", "callback_thanks",
    "position_next", "position_before", "position_after", "waiting_time", "minute", "minutes",
    *(f"number_{n}" for n in range(1, 21)),
}  # fmt: skip

_HALF_WIDTH = str.maketrans("！？，：", "!?,:")


@pytest.mark.parametrize("name", REGULATIONS)
def test_a_caller_hears_the_regulations_word_for_word(name: str) -> None:
    assert load()[name].words["zh"].translate(_HALF_WIDTH) == REGULATIONS[name]


def test_every_prompt_that_flows_and_dialplan_name_has_words_in_both_languages() -> None:
    prompts = load()
    assert set(REGULATIONS) | OTHERS <= prompts.keys()
    for prompt in prompts.values():
        assert all(prompt.spoken(language, DEFAULTS).strip() for language in LANGUAGES)
        assert prompt.clause


def test_the_company_is_spoken_where_the_setting_stands() -> None:
    values = {"company": "长江燃气", "staff": "8001"}
    assert load()["greeting_hall"].spoken("zh", values) == "您好，长江燃气，8001为您服务。"


def test_braces_in_the_company_name_are_words_and_no_placeholders() -> None:
    values = {"company": "{staff}", "staff": "客服"}
    assert "{staff}" in load()["greeting_hall"].spoken("zh", values)


GOOD = 'clause = "GRT-1"\nzh = "您好"\nen = "Hello"\n'


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('[a]\nclause = "GRT-1"\nzh = "您好"\n', "prompt a has no words in 'en'"),
        ('[a]\nzh = "您好"\nen = "Hello"\n', "prompt a does not name the clause"),
        (f'[a]\n{GOOD}otherwise = "b"\n', "'b' is no prompt without settings"),
        (f'[a]\n{GOOD}loud = "yes"\n', "unknown field 'loud'"),
        (f"[A]\n{GOOD}", "small letters"),
        ("[a]\nclause = 1\n", "a table of sentences"),
        ('a = "您好"\n', "a table of sentences"),
        ('[a]\nclause = "X"\nzh = "{nome}"\nen = "Hi"\n', "placeholder {nome}; known are"),
        ('[a]\nclause = "X"\nzh = "{company"\nen = "Hi"\n', "prompt a (zh): "),
        ('[a]\nclause = "X"\nzh = "{company}"\nen = "Hi"\n', "needs `otherwise`"),
        ("[a\n", "cannot be read"),
    ],
)
def test_a_prompt_that_cannot_be_spoken_is_refused_with_its_name(
    content: str, says: str, tmp_path: Path
) -> None:
    path = tmp_path / "prompts.toml"
    path.write_text(content, "utf-8")
    with pytest.raises(BadPrompt) as refusal:
        load(path)
    assert says in str(refusal.value)


def test_a_setting_without_a_value_is_named() -> None:
    with pytest.raises(BadPrompt, match=r"greeting_hall \(zh\) needs a value for \{company\}"):
        list(wanted(load(), {"staff": "8001"}, None))


def test_a_changed_company_asks_for_its_own_prompts_only() -> None:
    before = {one.label: one.key for one in wanted(load(), DEFAULTS, None)}
    after = {one.label: one.key for one in wanted(load(), {**DEFAULTS, "company": "A"}, None)}
    changed = {label for label in before if before[label] != after[label]}
    speaks_it = (
        *("greeting_hall", "notify_opening", "department_opening"),
        *("visit_opening", "survey_opening", "notice_opening"),
    )
    assert changed == {f"{language}/{name}" for language in LANGUAGES for name in speaks_it}


def test_a_damaged_list_of_what_was_built_counts_as_nothing_built(tmp_path: Path) -> None:
    (tmp_path / "built.json").write_text('{"zh/greeting": 3}', "utf-8")
    standing = BuiltPrompts(tmp_path)
    assert not any(standing.holds(one) for one in wanted(load(), DEFAULTS, None))


def test_every_prompt_stands_in_the_documentation_with_its_words() -> None:
    pages = (Path(__file__).parents[2] / "docs" / "prompts.md").read_text("utf-8")
    for prompt in load().values():
        assert f"| `{prompt.name}` | {prompt.clause} | {prompt.words['zh']} |" in pages
