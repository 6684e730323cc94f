"""What an answer without a model says in its own words, in the question's language where it is known."""

from datetime import datetime

from memory.extraction.phrases import say_date
from veri.platform.text import detect_language

ENGLISH = "en"
NOTHING_KNOWN = {
    ENGLISH: "Nothing is known about this yet.",
    "de": "Darüber ist noch nichts bekannt.",
    "es": "Todavía no se sabe nada sobre esto.",
    "fr": "On ne sait encore rien à ce sujet.",
    "it": "Non si sa ancora nulla al riguardo.",
    "nl": "Hierover is nog niets bekend.",
    "pl": "Nic jeszcze o tym nie wiadomo.",
    "pt": "Ainda não se sabe nada sobre isso.",
    "ru": "Об этом пока ничего не известно.",
    "sv": "Inget är känt om detta ännu.",
    "tr": "Bu konuda henüz bir şey bilinmiyor.",
    "ja": "これについてはまだ何も分かっていません。",
    "ko": "이에 대해 아직 알려진 것이 없습니다.",
    "zh": "目前对此一无所知。",
}
_QUOTE = {
    ENGLISH: "On {date}, {author} wrote: “{text}”",
    "de": "{date}, {author}: „{text}“",
    "fr": "{date}, {author} : « {text} »",
}
_ANY_QUOTE = "{date}, {author}: “{text}”"
_CREATOR = {ENGLISH: "the creator"}


def choose_language(question: str) -> str:
    """Return the language an answer is framed in: the question's where there are words for it, else English."""
    language = detect_language(question)
    return language if language in NOTHING_KNOWN else ENGLISH


def say_quote(*, language: str, at: datetime, author: str, text: str, handle: str = "") -> str:
    """Return who wrote what and when; the date in words in English, as ISO 8601 elsewhere."""
    date = say_date(at) if language == ENGLISH else at.date().isoformat()
    who = author or _CREATOR.get(language, "") or handle or "@"
    return _QUOTE.get(language, _ANY_QUOTE).format(date=date, author=who, text=text)
