"""Names of campaign questions and of the keys that answer them."""

from callflow.call import Language
from callflow.rules.questions import Question
from web.words import said, words


def asked(question: Question, language: str) -> str:
    """Return what a question is called: ours by its words, others by what they say."""
    if question.prompt:
        return said(Language(language))(f"campaign.asks_{question.prompt}")
    first, second = (question.en, question.zh) if language == "en" else (question.zh, question.en)
    return first or second or question.name


def meant(question: Question, key: str, language: str) -> str:
    """Return what a key means, as `5 非常满意`; of somebody's own question the key alone."""
    meaning = words(Language(language)).get(f"campaign.key_{question.prompt}_{key}", "")
    return f"{key} {meaning}" if question.prompt and meaning else key
