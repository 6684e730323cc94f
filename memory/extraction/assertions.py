"""What an author says as a fact: no quoted words, no questions, wishes, plans, hearsay or denials."""

import re
from collections.abc import Iterator
from itertools import pairwise

from memory.extraction.phrases import drop_quoted_mail, split_sentences

_QUOTED = re.compile(r"\"[^\"]{0,500}\"|“[^”]{0,500}”")
_PLANNED = re.compile(
    r"(?i)\?[\"')\]]*$"
    r"|\b(?:if|wish|imagine|maybe|perhaps|might|could|hope|hoping|dream(?:ing|t)? of)\b"
    r"|\b(?:next|coming) (?:year|month|week|spring|summer|autumn|fall|winter|season)\b"
    r"|\b(?:tomorrow|some ?day|one day|going to|gonna|plan(?:s|ning)? to)\b"
    r"|\bwill be\b(?!.{0,60}\b(?:from now on|from today))"
    r"|\b(?:used to|no longer|not any ?more|any ?more|formerly|back then)\b"
)
_HEARSAY = re.compile(
    r"(?i)\b(?:said|says|claim(?:s|ed)?|heard|believes?|thinks?|wrote|rumou?rs?|apparently|supposedly|allegedly|according to)\b"
    r"|\b(?:they|people|some|fans|viewers) (?:say|think|claim|believe)\b|\btold (?:me|you|them|us|everyone)\b"
    r"|\b(?:not|isn['’]t|wasn['’]t|never) (?:\w{1,20} )?(?:true|correct|the case)\b"
    r"|\b(?:false|untrue|wrong|kidding|joking|a lie|a joke)\b"
)
_DENIAL = re.compile(
    r"(?i)(?:no|nope|not true|false|wrong|not really|(?:just |only )?(?:kidding|joking)|jk"
    r"|that(?:['’]s| is) (?:not|false|wrong|a|untrue)\b.{0,30})[.!, ]*(?:lol|haha)?[.!]*"
)
_NEGATED = re.compile(r"(?i)(?:\b(?:not|never|no|nobody|without)\b|n['’]t\b)[^,;:–—]*$")


def list_assertions(text: str) -> Iterator[str]:
    """Yield the sentences an author states; a sentence denied by the next is left out."""
    if text.startswith("RT @"):
        return
    lines = drop_quoted_mail(text).split("\n")
    sentences = [one for line in lines for one in split_sentences(_QUOTED.sub(" ", line))]
    for sentence, following in pairwise([*sentences, ""]):
        if not (_PLANNED.search(sentence) or is_hearsay(sentence) or _DENIAL.fullmatch(following)):
            yield sentence


def is_hearsay(sentence: str) -> bool:
    """Return whether a sentence tells or denies what others say."""
    return _HEARSAY.search(sentence) is not None


def is_negated(before: str) -> bool:
    """Return whether a clause's beginning turns what follows it into its opposite."""
    return _NEGATED.search(before[-200:]) is not None
