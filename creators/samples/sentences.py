"""The texts of the sample data: what creators say about themselves, and what their audience says."""

RATES = [
    "My rate for a sponsored video is now {value}.",
    "For brands asking: my current rate for a sponsored video is {value}.",
    "Quick business note: a sponsored video on my channel costs {value}.",
]
SPONSORS = [
    "Excited to announce our new main sponsor, {value}!",
    "Big thanks to {value}, our main sponsor, for making this series possible.",
    "{value} is the main sponsor of the channel now, and I could not be happier.",
]
TOWNS = [
    "We've moved! Home is now {value}.",
    "Settled in at last: I live in {value} now.",
    "Greetings from home in {value}!",
]
SCHEDULES = [
    "New upload schedule: {value}.",
    "Reminder of the schedule: new videos go up {value}.",
]
CAMERAS = [
    "New camera day! Everything is filmed on the {value} from now on.",
    "People ask about my camera gear: I film on the {value}.",
]
PRAISE = [
    "I love the video about {topic}, best one so far!",
    "This helped me so much with {topic}, thank you!",
    "Great pacing and such a calm voice. More {topic} please!",
    "Tried {topic} this weekend and it worked perfectly.",
    "You explain {topic} better than anyone else on here.",
    "Wonderful episode, the part on {topic} made my day.",
    "My whole family is hooked on your {topic} series, amazing work.",
    "Brilliant, clear, friendly. {topic} finally makes sense to me.",
    "The sound and the light are fantastic in this one.",
    "Instant subscribe after the {topic} segment, so good!",
    "Happy to see you grow, you deserve every follower.",
    "I laughed out loud at the ending. Lovely video on {topic}!",
]
COMPLAINTS = [
    "The intro is too long, I skipped two minutes to get to {topic}.",
    "Honestly disappointed, the {topic} part felt rushed.",
    "The music is way too loud, I could not hear you talk about {topic}.",
    "Too many ads lately, it is getting annoying.",
    "I tried {topic} your way and it failed badly.",
    "The audio was terrible in the second half.",
    "Not a fan of the new thumbnail style, it looks like clickbait.",
    "You promised {topic} weeks ago and we are still waiting. Bad form.",
]
QUESTIONS = [
    "Which microphone do you use for the voice-over?",
    "Could you do a longer cut about {topic}?",
    "Is there a written guide for {topic} somewhere?",
    "What time does the next stream start in my time zone?",
    "Do you have a playlist for beginners in {topic}?",
    "How long did {topic} take from start to finish?",
    "First time here. Where should I start?",
    "Will there be a part two on {topic}?",
]
CHATTER = [
    "hello from a rainy evening",
    "good stream tonight, {topic} again?",
    "LUL that was close",
    "that {topic} bit was clean",
    "first time catching this live!",
    "GG everyone",
    "can we get a recap of {topic}?",
    "the emotes are adorable",
    "volume is perfect today",
    "raid incoming?",
    "this is the cosiest chat on the site",
    "skip this part please, boring",
    "I am learning so much about {topic}",
    "brb, getting snacks",
]
POSTS = [
    "Filming {topic} all day. Coffee count: four.",
    "New video is up: everything I know about {topic}.",
    "What should I cover next, {topic} or {other}?",
    "Behind the scenes of {topic}: it went wrong three times before it went right.",
    "Thank you for {count} comments on the {topic} video!",
    "Editing {topic} late into the night, and enjoying every minute.",
    "Live in an hour! Tonight: {topic} and your questions.",
    "A small thread on what I learned from {topic}.",
]
TITLES = [
    "Everything I know about {topic}",
    "{topic}: five mistakes I made",
    "A full day of {topic}",
    "{topic} versus {other}: which is worth it?",
    "I tried {topic} for thirty days",
    "The honest guide to {topic}",
]
DESCRIPTIONS = [
    "In this episode we take {topic} from the first idea to the finished result. Chapters below, questions welcome.",
    "A slower video today: {topic}, with all the failed attempts left in. Tell me how yours turned out.",
    "You asked for {topic}, here it is. Links to everything I use are in the pinned comment.",
]
CHAT_MESSAGES = [
    "Can someone pin the notes on {topic}?",
    "The members' call on {topic} was great, thanks for the recording.",
    "I will edit the {topic} video tomorrow and send the draft on Friday.",
    "Thumbnail for {topic} is ready for review.",
    "We have {count} open questions about {topic} from the community.",
    "Moderators: please keep an eye on the spam links tonight.",
    "Subtitles for {topic} are done, great work everyone.",
]
VIEWER_NAMES = [
    "ana_paints",
    "BrewMaster_Joe",
    "cloud_nine",
    "DeniseR",
    "ember_fox",
    "felix42",
    "GraceOnTour",
    "henri_lacroix",
    "InkyPaws",
    "jonas_k",
    "kitetail",
    "LunaMoth",
    "marta_v",
    "NightOwlNina",
    "oskar_b",
    "PeachPit",
    "quietstorm",
    "RubenDraws",
    "sunny_side",
    "TheoWalks",
    "uma_reads",
    "VeraLynnFan",
    "wanderwill",
    "xenia_codes",
    "yorick99",
    "zoe_in_snow",
]
WORK = [
    "Started filming the next episode about {topic}.",
    "Finished editing the {topic} video, it goes to review now.",
    "Wrapped up colour grading for {topic}.",
    "Completed the thumbnails for {topic}.",
]
