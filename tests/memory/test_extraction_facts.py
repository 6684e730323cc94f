"""Preferences, people, visits, fees, deadlines, topics, language and quality: many writings, few false ones."""

from dataclasses import replace

import pytest

from memory.enums import MemoryType, SignalKind
from memory.extraction import extract
from memory.extraction.quality import HIGH, LOW, rate_quality
from tests.memory.test_extraction import OWN, list_signals, list_slots

VIEWER = replace(OWN, is_own=False, author="kai", platform="youtube", type="comment")
MAIL = replace(OWN, platform="email", is_own=False, author="Lena (Ovenly)")


def list_facts(source, *starts):
    found = extract(source).candidates
    return [(one.predicate, one.value) for one in found if one.predicate.startswith(starts)]


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("I love mechanical keyboards.", [("opinion of mechanical keyboards", "likes")]),
        ("Honestly, I really hate cilantro!", [("opinion of cilantro", "dislikes")]),
        ("I can't stand vertical video.", [("opinion of vertical video", "dislikes")]),
        ("We never promote gambling sites.", [("opinion of gambling sites", "does not promote")]),
        ("I don't work with crypto brands, sorry.", [("opinion of crypto brands", "does not promote")]),
        ("I prefer natural light over studio lamps.", [("opinion of natural light", "preferred over studio lamps")]),
        ("I love painting landscapes.", [("opinion of painting landscapes", "likes")]),
        ("We prefer Premiere to Resolve.", [("opinion of premiere", "preferred over Resolve")]),
    ],
)
def test_preference_is_understood(text, facts):
    assert [pair for pair in list_slots(text) if pair[0].startswith("opinion")] == facts


@pytest.mark.parametrize(
    "text",
    [
        "I love this video!",
        "I love it",
        "I love you guys",
        "I love how this turned out.",
        "Do I love cilantro?",
        "I don't love cilantro.",
        "She said I hate cilantro.",
        "I would love to come.",
        "My mum loves cilantro.",
        "I love that my editor found this.",
        "I used to love cilantro.",
        "If I hate cilantro one day, I tell you.",
        "I hate when that happens.",
        "I hate being late.",
        "We prefer not to say.",
        "I love going on road trips.",
        "I love getting lost in fantasy stories.",
    ],
)
def test_doubtful_preference_is_none(text):
    assert [pair for pair in list_slots(text) if pair[0].startswith("opinion")] == []


def test_changed_mind_is_one_slot():
    first, second = (list_slots(text) for text in ("I hate cilantro.", "I love cilantro now."))
    assert (first, second) == ([("opinion of cilantro", "dislikes")], [("opinion of cilantro", "likes")])


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("My editor is Mara Silva.", [("works with editor", "Mara Silva")]),
        ("Our new manager is called Joana.", [("works with manager", "Joana")]),
        ("Tom is now my thumbnail artist.", [("works with thumbnail artist", "Tom")]),
        ("Meet Biscuit, our dog!", [("has dog", "Biscuit")]),
        ("My wife's name is Ines.", [("has wife", "Ines")]),
        ("My brother Tom came by", []),
        ("My editor is great.", []),
        ("My editor is On holiday?", []),
        ("His manager is Joana.", []),
        ("My manager is not Joana.", []),
        ("My editor said Mara is my manager.", []),
        ("My editor is TBD.", []),
    ],
)
def test_people_have_a_role_and_a_name(text, facts):
    assert list_facts(replace(OWN, text=text), "works with", "has ") == facts


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("We just landed in Kyoto!", ["Kyoto"]),
        ("I'm filming in Buenos Aires this week.", ["Buenos Aires"]),
        ("Greetings from Oslo!", ["Oslo"]),
        ("Last month we flew to New York for a shoot.", ["New York"]),
        ("Greetings from home in Porto!", []),
        ("I want to visit Kyoto one day.", []),
        ("My friend flew to Kyoto.", []),
        ("I'm staying in Bed today", []),
        ("We went to Premiere Pro", []),
    ],
)
def test_visits_are_told_by_who_was_there(text, places):
    assert [value for _, value in list_facts(replace(OWN, text=text), "has visited")] == places
    assert list_facts(replace(VIEWER, text=text), "has visited", "opinion", "works with") == []


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("We agreed on $1,800 for one video.", [("agreed fee", "$1,800")]),
        ("I can confirm a fee of 900 EUR.", [("agreed fee", "€900")]),
        ("Confirmed the fee of €900.", [("agreed fee", "€900")]),
        ("We would like to offer you a flat fee of $2k for two reels.", [("offered fee", "$2,000")]),
        ("The deadline for the draft is 4 December 2026.", [("deadline for draft", "2026-12-04")]),
        ("The video is due on 2026-12-01.", [("deadline for video", "2026-12-01")]),
        ("Deadline: December 4, 2026", [("deadline", "2026-12-04")]),
        ("Did we agree on $1,800?", []),
        ("The deadline is soon.", []),
        ("The weather on 2026-12-01 will be fine.", []),
        ("He said we agreed on $5.", []),
    ],
)
def test_fees_and_deadlines_are_those_of_business_mail(text, facts):
    starts = "agreed fee", "offered fee", "deadline"
    assert list_facts(replace(MAIL, text=text), *starts) == facts
    assert list_facts(replace(VIEWER, text=text), *starts) == []
    found = [one for one in extract(replace(MAIL, text=text)).candidates if one.predicate.startswith(starts)]
    assert {one.subject for one in found} <= {"Ovenly"}


def test_published_content_tells_its_topics():
    video = replace(OWN, platform="youtube", type="video", text="Sourdough for a marathon #BreadTok")
    found = [one for one in extract(video).candidates if one.predicate == "makes content about"]
    assert [one.value for one in found] == ["breadtok", "cooking", "fitness"]
    assert {one.type for one in found} == {MemoryType.CONTENT_KNOWLEDGE}
    assert list_facts(replace(OWN, text=video.text), "makes content") == []


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("I live in Lisbon now.", ["en"]),
        ("¿Dónde puedo ver el video de la semana pasada?", ["es"]),
        ("Eu moro em Lisboa e gosto muito da cidade.", ["pt"]),
        ("Merci pour cette vidéo, c'est vraiment très utile", ["fr"]),
        ("Ich wohne jetzt in Köln und drehe jeden Tag.", ["de"]),
        ("Grazie mille, questa ricetta è perfetta per la cena", ["it"]),
        ("Dank je wel, dit is echt een goede video voor mij", ["nl"]),
        ("Спасибо за видео, это очень полезно", ["ru"]),
        ("ありがとうございます、とても面白い", ["ja"]),
        ("这个视频很好看", ["zh"]),
        ("정말 재미있어요", ["ko"]),
        ("Ευχαριστώ πολύ", ["el"]),
        ("תודה רבה", ["he"]),
        ("gg", []),
        ("Lisbon 2026 🎉", []),
        ("12345 👍", []),
        ("", []),
    ],
)
def test_language_is_told_where_words_tell(text, languages):
    assert [value for value, _ in list_signals(text, SignalKind.LANGUAGE)] == languages


@pytest.mark.parametrize(
    "text",
    [
        "First!",
        "FIRST COMMENT",
        "lol",
        "👍👍👍🔥🔥",
        "LUL LUL LUL Kappa",
        "Sub4sub anyone? I sub back!!",
        "Check out my channel for free followers",
        "I made $5,000 a week, DM me on telegram +1555",
        "hello",
        "!!!!!!!!",
        "Who's here in 2026?",
    ],
)
def test_text_that_says_nothing_forms_no_memory(text):
    found = extract(replace(VIEWER, text=text))
    assert rate_quality(replace(VIEWER, text=text)) < LOW
    assert found.candidates == ()
    assert [one.value for one in found.signals if one.kind is SignalKind.QUALITY] == ["low"]


@pytest.mark.parametrize(
    "text", ["I love the sourdough video, best one so far!", "The audio was terrible in the second half.", "nice"]
)
def test_text_that_says_something_may_form_one(text):
    assert rate_quality(replace(VIEWER, text=text)) >= LOW


def test_quality_grows_with_what_is_said_and_with_who_says_it():
    texts = "nice", "nice sourdough video", "The crust of your sourdough needs twenty minutes more steam in my oven"
    ratings = [rate_quality(replace(VIEWER, text=text)) for text in texts]
    assert ratings == sorted(ratings)
    assert ratings[-1] >= HIGH
    assert rate_quality(replace(OWN, text="nice")) > ratings[0]
    assert rate_quality(replace(VIEWER, text="nice " * 50)) < rate_quality(replace(VIEWER, text="nice one today"))


def test_what_has_no_text_is_not_rated():
    snapshot = replace(OWN, platform="youtube", type="metrics.snapshot", payload={"subscriberCount": "5"})
    found = extract(snapshot)
    assert [one.value for one in found.signals if one.kind is SignalKind.QUALITY] == []
    assert len(found.candidates) == 1
