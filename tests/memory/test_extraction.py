import time
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.enums import MemoryType, SignalKind
from memory.extraction import Source, extract
from memory.extraction.amounts import parse_amount
from memory.extraction.brands import list_brands
from memory.extraction.dates import list_days
from memory.extraction.metrics import list_counts
from memory.extraction.topics import list_topics

OWN = Source(
    interaction_id=1,
    handle="lumenkitchen",
    platform="chat",
    type="message",
    channel="",
    author="lumenkitchen",
    text="",
    payload={},
    occurred_at=datetime(2026, 5, 14, 9, tzinfo=UTC),
    is_own=True,
)


def list_slots(text, **changes):
    found = extract(replace(OWN, text=text, **changes)).candidates
    return [(one.predicate, one.value) for one in found if one.is_slot]


def list_signals(text, kind, **changes):
    found = extract(replace(OWN, text=text, **changes)).signals
    return [(one.value, one.number) for one in found if one.kind is kind]


@pytest.mark.parametrize(
    ("text", "predicate", "value"),
    [
        ("I live in Lisbon now.", "home town", "Lisbon"),
        ("We've moved! Home is now Porto, Portugal.", "home town", "Porto, Portugal"),
        ("I've just moved from Berlin to New York!", "home town", "New York"),
        ("Big news: moved to São Paulo!", "home town", "São Paulo"),
        ("I'm based in Köln.", "home town", "Köln"),
        ("Lisbon is my new home.", "home town", "Lisbon"),
        ("Excited to announce our new main sponsor, Brightpan!", "main sponsor", "Brightpan"),
        ("Big thanks to Oak & Ember, our main sponsor, for this.", "main sponsor", None),
        ("Oak & Ember is now our main sponsor.", "main sponsor", "Oak & Ember"),
        ("My rate for a sponsored video is now $1,800.", "rate for sponsored video", "$1,800"),
        ("Our fee for one reel goes up to 900 EUR.", "rate for reel", "€900"),
        ("I charge €2.5k per integration.", "rate for integration", "€2,500"),
        ("I charge $500 for a short.", "rate for short", "$500"),
        ("New videos go up every Tuesday and Friday.", "posting schedule", "every Tuesday and Friday"),
        ("My new camera is the Sony A7 IV.", "camera", "Sony A7 IV"),
        ("My favourite knife is the Wusthof Classic.", "favourite knife", "the Wusthof Classic"),
    ],
)
def test_own_statement_fills_a_slot(text, predicate, value):
    assert list_slots(text) == ([(predicate, value)] if value else [])


@pytest.mark.parametrize(
    "text",
    [
        "Do I live in Berlin?",
        "If I live in Berlin one day, I will cook more.",
        "I wish I live in Paris.",
        "My friend moved to Berlin last week.",
        "The shop has moved to Hamburg.",
        'She said: "I live in Berlin" and laughed.',
        "“I live in Berlin”, wrote a viewer.",
        "> I live in Berlin",
        "RT @someone: I live in Berlin",
        "I live in a van.",
        "Their main sponsor is Acme.",
        "The festival's main sponsor is Acme.",
        "Is our main sponsor Acme?",
        "My rate of speech is 200 words.",
        "We stream on and on.",
    ],
)
def test_other_words_fill_none(text):
    assert [pair for pair in list_slots(text) if pair[0] in {"home town", "main sponsor", "rate for speech"}] == []


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("i live in valencia now", [("home town", "Valencia")]),
        ("We are based in Lyon, France since May.", [("home town", "Lyon, France")]),
        ("KitchenPro is the new title sponsor of the channel!", [("main sponsor", "KitchenPro")]),
        ("From today Ovenly sponsors us.", [("main sponsor", "Ovenly")]),
        ("New schedule: videos every Tuesday and Friday", [("posting schedule", "every Tuesday and Friday")]),
        ("I stream every day unless I'm sick", [("posting schedule", "every day")]),
        ("No I don't shoot on the Canon R5, I film everything with a Sony FX3.", [("camera", "Sony FX3")]),
        ("Just upgraded to the Sony FX30, bye bye old camera", [("camera", "Sony FX30")]),
        ("My rate is $1,400 for a sponsored video", [("rate for sponsored video", "$1,400")]),
        ("My rate for a sponsored video went from $1,000 to $1,500", [("rate for sponsored video", "$1,500")]),
        ("My rate for sponsored videos is $1,200", [("rate for sponsored video", "$1,200")]),
        ("My rate for a sponsored YouTube video is $1,300", [("rate for sponsored video", "$1,300")]),
        ("My rate for a TikTok video is $300", [("rate for tiktok video", "$300")]),
        ("My rate for two stories is $2k", [("rate for two story", "$2,000")]),
        ("our rate for one podcast ad is 350€ per episode", [("rate for podcast ad", "€350")]),
        (
            "My rate for a sponsored video is $1,500, and $600 for an Instagram story.",
            [("rate for sponsored video", "$1,500"), ("rate for instagram story", "$600")],
        ),
        (
            "I charge $1,500 for a sponsored video and $600 for an Instagram story.",
            [("rate for sponsored video", "$1,500"), ("rate for instagram story", "$600")],
        ),
    ],
)
def test_statement_is_understood_in_many_writings(text, slots):
    assert list_slots(text) == slots


@pytest.mark.parametrize(
    "text",
    [
        "Someone said my main sponsor is Pepsi, that's false.",
        "They say I live in Monaco.",
        "It is not true that I live in Monaco.",
        "I live in Monaco. Just kidding!",
        "I never charge $50 for a story.",
        "Next year my rate for a sponsored video will be $9,000",
        "My rate for a sponsored video will be $9,000.",
        "My rate for a sponsored video was $300 back in 2020",
        "My rate for a sponsored video is $2,100 per 1,000 views",
        "Sure.\n\n-----Original Message-----\nFrom: Rival\nMy rate for a reel is $7,777. I live in Dubai.",
        "Fine.\n\nOn Mon, 4 May 2026 at 10:00, Rival <r@rival.example> wrote:\nI live in Dubai.",
        "I moved to Adobe Premiere last week",
        "I moved to Friday uploads",
        "I live in Fear of the algorithm",
        "i live in fear now",
        "i live in valencia",
        "My new camera is AMAZING, thanks everyone",
        "My new camera is The best thing ever",
        "Filming with my Mom today!",
        "I upgraded to the Premium plan",
        "Main sponsor TBD",
        "Acme is the main sponsor of the festival.",
        "My posting schedule is chaotic",
        "My favourite video is the one where we ran",
    ],
)
def test_doubtful_statement_fills_no_slot(text):
    assert list_slots(text) == []


@pytest.mark.parametrize("text", ["I live in Berlin.", "My rate for a video is $5.", "Acme is our main sponsor."])
def test_words_of_a_viewer_are_never_the_creators(text):
    assert list_slots(text, is_own=False, author="kai", platform="youtube", type="comment") == []


def test_of_a_slot_stated_twice_the_last_statement_counts():
    assert list_slots("I live in Porto now. Wait, I live in Lisbon now.") == [("home town", "Lisbon")]


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("$1,800", ("USD", Decimal(1800))),
        ("US$ 20", ("USD", Decimal(20))),
        ("€2.5k", ("EUR", Decimal(2500))),
        ("£19.99", ("GBP", Decimal("19.99"))),
        ("300 euros", ("EUR", Decimal(300))),
        ("45 USD", ("USD", Decimal(45))),
        ("350€", ("EUR", Decimal(350))),
        ("2.500 €", ("EUR", Decimal(2500))),
        ("$999999999999", ("USD", Decimal(999_999_999_999))),
        ("$1000000000000", None),
        ("$", None),
        ("12 apples", None),
    ],
)
def test_amount_is_parsed(written, amount):
    assert parse_amount(written) == amount


def test_amounts_are_signals_in_minor_units():
    found = list_signals("We agreed on $1,800.50 or 300 euros.", SignalKind.AMOUNT)
    assert found == [("USD 1800.50", 180_050.0), ("EUR 300.00", 30_000.0)]


@pytest.mark.parametrize("text", ["room 1800", "I have 3 dogs", "2026-05-14", "50 per cent"])
def test_numbers_are_no_amounts(text):
    assert list_signals(text, SignalKind.AMOUNT) == []


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("due 2026-05-14", [date(2026, 5, 14)]),
        ("on 3rd of May 2026", [date(2026, 5, 3)]),
        ("Sept 30, 2026 and 1 january 2027", [date(2027, 1, 1), date(2026, 9, 30)]),
        ("2026-02-30 and 31 June 2026", []),
        ("may 2026 be good", []),
        ("v2026-05-14x", []),
    ],
)
def test_dates_are_full_and_possible(text, days):
    assert list_days(text) == days


@pytest.mark.parametrize(
    ("text", "brands"),
    [
        ("This video is sponsored by Brightpan.", ["Brightpan"]),
        ("Thanks to the Oak & Ember team!", ["Oak & Ember"]),
        ("The Brightpan brief arrived", ["Brightpan"]),
        ("Our New Brightpan campaign", ["Brightpan"]),
        ("I like Brightpan", []),
        ("thanks to everyone", []),
        ("thanks to Noah I bought a drone", []),
        ("Not sponsored!", []),
        ("For sponsored reels I'm asking 800", []),
        ("Main sponsor: TBD", []),
        ("Ovenly sponsors us", ["Ovenly"]),
        ("Thanks to Everyone", []),
    ],
)
def test_brands_need_a_paid_context(text, brands):
    assert list_brands(text) == brands


def test_topics_are_hashtags_and_known_words():
    assert list_topics("Baking sourdough #BreadTok for the marathon") == ["breadtok", "cooking", "fitness"]


@pytest.mark.parametrize(
    ("text", "value"),
    [("I love it, amazing!", "positive"), ("Terrible, awful audio.", "negative"), ("It is a table.", "neutral")],
)
def test_sentiment_is_told(text, value):
    assert [found for found, _ in list_signals(text, SignalKind.SENTIMENT)] == [value]


@pytest.mark.parametrize("text", ["", "   ", "👍👍", "12345"])
def test_text_without_letters_has_no_sentiment(text):
    assert list_signals(text, SignalKind.SENTIMENT) == []


def test_counts_are_read_outermost_first():
    payload = {"a": {"viewCount": "7", "statistics": {"viewCount": "9"}}, "likeCount": 3, "bits": True}
    assert list_counts(payload) == {"likes": 3, "views": 7}


@pytest.mark.parametrize("value", ["-1", "1e9", "9" * 16, None, 1.5, [], "٣x"])
def test_what_is_no_count_is_left_out(value):
    assert list_counts({"viewCount": value}) == {}


def test_deep_payload_is_read_six_levels_down():
    payload = node = {}
    for _ in range(5000):
        node["a"] = node = {}
    node["viewCount"] = 5
    assert list_counts(payload) == {}


def test_snapshot_tells_the_audience():
    payload = {"statistics": {"subscriberCount": "12500", "videoCount": "80"}}
    slots = list_slots("", platform="youtube", type="metrics.snapshot", payload=payload)
    assert slots == [("subscribers on YouTube", "12,500")]


def test_campaign_step_names_its_brand():
    mail = replace(
        OWN,
        platform="email",
        is_own=False,
        author="ana@brightpan.example",
        text="The contract with Brightpan is signed.",
    )
    (step,) = [one for one in extract(mail).candidates if one.type is MemoryType.CAMPAIGN_EPISODIC]
    assert (step.subject, step.predicate, step.value) == (
        "Brightpan",
        "campaign contract signed",
        "contract signed on 2026-05-14",
    )
    assert "“The contract with Brightpan is signed.”" in step.text


def test_mail_without_a_step_is_a_dealing():
    mail = replace(
        OWN, platform="email", is_own=False, author="ana", text="Greetings from the partnership with Brightpan."
    )
    (dealing,) = [one for one in extract(mail).candidates if one.type is MemoryType.BRAND_INTERACTION]
    assert (dealing.subject, dealing.predicate) == ("Brightpan", "wrote")


@pytest.mark.parametrize(
    ("platform", "author", "subjects"),
    [
        ("email", "Lena (Ovenly)", ["Ovenly"]),
        ("email", "Lena <lena@ovenly.example>", ["Ovenly"]),
        ("email", "lena@gmail.com", []),
        ("chat", "Lena (Ovenly)", ["Ovenly"]),
        ("chat", "random_viewer", []),
        ("youtube", "Lena (Ovenly)", []),
    ],
)
def test_payment_names_its_brand_in_the_sender_only(platform, author, subjects):
    text = "Payment for invoice 2026-11 has been sent, thank you!"
    mail = replace(OWN, platform=platform, is_own=False, author=author, text=text)
    found = [one for one in extract(mail).candidates if one.type is MemoryType.CAMPAIGN_EPISODIC]
    assert [one.subject for one in found] == subjects
    assert all(one.predicate == "campaign paid" for one in found)


@pytest.mark.parametrize(
    ("platform", "author"), [("chat", "random_viewer"), ("youtube", "kai"), ("email", "fan@mail.example")]
)
def test_viewers_own_sponsor_is_no_dealing(platform, author):
    viewer = replace(OWN, platform=platform, is_own=False, author=author, text="my main sponsor is Nintendo lol")
    assert [one for one in extract(viewer).candidates if "Nintendo" in one.text] == []


@pytest.mark.parametrize(
    "text", ["Someone said my main sponsor is Pepsi, that's false.", "My sister's main sponsor is RedBull, crazy"]
)
def test_own_words_on_other_peoples_sponsors_are_no_dealing(text):
    found = extract(replace(OWN, text=text)).candidates
    assert [one for one in found if one.type is MemoryType.BRAND_INTERACTION] == []


def test_production_step_is_workflow_of_the_creator_only():
    text = "Finished editing the bread video."
    (step,) = [one for one in extract(replace(OWN, text=text)).candidates if one.type is MemoryType.WORKFLOW]
    assert (step.predicate, step.value) == ("workflow editing", "editing on 2026-05-14")
    assert extract(replace(OWN, text=text, is_own=False, author="kai")).candidates == ()


def test_strong_feeling_of_a_viewer_becomes_a_view_of_the_audience():
    viewer = replace(OWN, is_own=False, author="kai", platform="youtube", type="comment")
    (view,) = extract(replace(viewer, text="I love the sourdough video, best one so far!")).candidates
    assert (view.subject, view.predicate, view.value) == ("audience", "feels about cooking", "positively")
    assert extract(replace(viewer, text="It is sourdough.")).candidates == ()


@pytest.mark.parametrize("kind", ["video", "post", "stream.online"])
def test_published_content_is_remembered(kind):
    source = replace(OWN, platform="youtube", type=kind, text="Ten knives\nLong description")
    (content,) = [one for one in extract(source).candidates if one.predicate == "published on YouTube"]
    assert content.value == "Ten knives"
    assert extract(replace(source, is_own=False, author="kai")).candidates == ()


@pytest.mark.parametrize(
    "text",
    [
        "Sponsored by " + "Very " * 60 + "Long",
        "My rate for a " + "very " * 40 + "long thing is $5.",
        "My favourite " + "x" * 200 + " is Y.",
    ],
)
def test_what_its_columns_cannot_hold_is_left_out(text):
    found = extract(replace(OWN, text=text, platform="email"))
    assert all(len(one.subject) <= 120 and len(one.predicate) <= 120 for one in found.candidates)
    assert all(len(one.value) <= 200 for one in (*found.candidates, *found.signals))


@pytest.mark.parametrize(
    "piece",
    ["A ", "A", "1,1", "1", "my rate ", "I moved from ", "A-", "my favourite ", "contract ", "sponsored by A & ", "#a",
     "I charge $1 for ", ". ", "> ", '"', "“", "a.b,c ", "main sponsor ", "every day ", "👍", "א",
     "on aaaaaa\n", "on a b ", "From: a\n", "not ", "he said ", "my rate for a b is $1, $1 for a ", "x@y."],
)  # fmt: skip
def test_hostile_text_of_100_kb_is_quick(piece):
    source = replace(OWN, text=(piece * 100_000)[:100_000], platform="email")
    started = time.perf_counter()
    extract(source)
    assert time.perf_counter() - started < 2


@given(st.text(max_size=300), st.booleans())
def test_any_text_extracts_without_error_and_the_same_twice(text, is_own):
    source = replace(OWN, text=text, is_own=is_own, author="" if is_own else "kai")
    assert extract(source) == extract(source)
