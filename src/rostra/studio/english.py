"""English: the words by which speech is told from prose.

Lists and patterns only; `prose` says what they are for. Every pattern is linear: it has no repetition
within a repetition that could match the same words in two ways.
"""

from __future__ import annotations

import re


def words(text: str) -> frozenset[str]:
    """The words of a list."""
    return frozenset(text.split())


def _any(phrases: str, before: str = r"\b", after: str = r"\b") -> re.Pattern[str]:
    """Any of some patterns, which commas part."""
    either = "|".join(re.split(r",\s+", phrases.strip()))
    return re.compile(rf"{before}(?:{either}){after}", re.IGNORECASE)


COMMON = words(
    """
    a about above after again against all almost along already also although always am an and another any
    anybody anything are aren't around as at away back be because been before being below between both but
    by came can can't cannot come comes could couldn't did didn't do does doesn't doing don't down during
    each either else enough even ever every everybody everyone everything few first for from further gave
    get gets getting give given go goes going gone gonna got had hadn't has hasn't have haven't having he
    he's her here hers him his how however i i'd i'll i'm i've if in instead into is isn't it it'd it'll
    it's its itself just keep kept know last less let let's like little lot lots made make makes many may
    maybe me might more most much must my myself need never next no nobody none nor not nothing now of off
    often ok okay on once one ones only onto or other others ought our ours out over own perhaps put quite
    rather really right said same saw say says second see seen several shall she she's should shouldn't
    since so some somebody someone something sometimes still such sure take taken takes than that that's the
    their theirs them themselves then there there's therefore these they they'd they'll they're they've
    thing things think third this those though three through till to today together too took toward two
    under until up upon us use used very want wants was wasn't way ways we we'd we'll we're we've well went
    were weren't what what's when where whether which while who whole whom whose why will with within
    without won't would wouldn't yes yet you you'd you'll you're you've your yours
    """
)
CAPITALS = {
    "i": "I", "i'm": "I'm", "i've": "I've", "i'll": "I'll", "i'd": "I'd",
    "mr": "Mr.", "mrs": "Mrs.", "dr": "Dr.",
    **{day: day.capitalize() for day in (
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "january", "february",
        "april", "june", "july", "august", "september", "october", "november", "december",
        "christmas", "easter",
        "english", "french", "german", "european", "american", "europe", "america",
    )},
}  # fmt: skip

UNSAID = re.compile(r"\[[^\[\]]{0,200}\]|https?://\S+|www\.\S+|[♪♫#*_|<>{}⟪⟫]+|\(\s*\)")
FILLERS = _any(
    r"""
    u+m+, u+h+, erm?, hm+, mhm, (?:you know|i mean)(?=,), (?<=,\s)(?:you know|i mean)(?=[.?!]?$),
    to be honest, honestly, frankly, so to speak, as it were, if you like, basically, literally, actually,
    obviously,
    (?<!\ba )(?<!\b(?:the|any|one|new) )(?<!\b(?:this|that|what|same) )(?<!\bevery )(?:sort|kind) of
    """,
    before=r"(?<![\w'’-])",
    after=r"(?![\w'’-]),?\s*",
)
LIKE = re.compile(r",\s*like,\s*", re.IGNORECASE)
REPEATED = re.compile(r"\b([\w'’]+(?: [\w'’]+){0,3})(?:,? \1\b(?!['’-]))+", re.IGNORECASE)
TWICE = frozenset(
    ("very", "really", "so", "much", "no", "more", "again", "never", "long", "many", "far", "had", "that")
)
REPAIRS = (
    (re.compile(r"\b\w+(?: \w+)?\s*[–—]\s*(?:no|sorry|or rather),?\s+", re.IGNORECASE), ""),
    (re.compile(r",\s*(?:sorry|or rather),\s*", re.IGNORECASE), ", "),
    (re.compile(r" for (?:example|instance) that\b", re.IGNORECASE), " that"),
    (re.compile(r"\bI (?:have to|must|can) tell you(?: that\b|,) ", re.IGNORECASE), ""),
)

_CONNECTIVES = (
    "and",
    "but",
    "so",
    "now",
    "okay",
    "ok",
    "well",
    "yeah",
    "yes",
    "yep",
    "right",
    "alright",
    "oh",
    "ah",
    "look(?=,)",
    "listen(?=,)",
    "anyway",
    "anyhow",
    "then",
    "also",
    "again",
    "see(?=,)",
    "no",
    "sure",
    "great",
    "good",
    "first(?=,)",
    "second(?=,)",
    "third(?=,)",
    "firstly",
    "secondly",
    "thirdly",
    "finally",
    "lastly",
    "next(?=,)",
    "for example",
    "for instance",
)
_FRAMES = (
    "you see",
    "of course",
    "by the way",
    "in fact",
    "as (?:i|you|we) (?:said|say|mentioned|know|can imagine)",
    "as some of you know",
    "like i said",
    "i (?:should|would|must|have to) say",
    "i(?:'d| would) say(?: that)?",
    "i (?:just )?want to (?:say|stress|add|point out)(?: again)?(?: that)?",
    "i (?:have to|can|must) (?:tell|say to) you(?: that)?",
    "i can't say this often enough",
    "i guess(?: that)?",
    "i suppose(?: that)?",
    r"(?:i think|i believe)(?: that)?(?! about\b| of\b| in\b| so\b| it\b)",
    "the (?:truth|point|thing) is(?: that)?",
    "what (?:i want to say|we found|we learned|surprised (?:me|us))(?:, [^,.]{1,40},)? (?:is|was)(?: that)?",
    "and i mean",
    "let me say(?: that)?",
    "remember(?: that)?",
    "please remember(?: that)?",
    "so in the end",
    "to sum up",
    "in short",
    "seriously",
    "if you remember only one sentence[^.]{0,40}",
)
OPENERS = re.compile(
    rf"^(?:(?:{'|'.join(_CONNECTIVES)})\b(?:,\s*|\s+)|(?:{'|'.join(_FRAMES)})\b,?\s+)", re.IGNORECASE
)
OPENERS_LATER = re.compile(  # what joins two sentences stays
    r"^(?:(?:now|okay|ok|well|yeah|yes|yep|right|alright|oh|ah|look(?=,)|listen(?=,)|anyway|see(?=,)|no|sure|great|good|first(?=,)|second(?=,)|third(?=,)|next(?=,))\b"
    rf"(?:,\s*|\s+(?=and\b|but\b|so\b))|(?:{'|'.join(_FRAMES)})\b,?\s+)",
    re.IGNORECASE,
)
_ASIDE = (
    r"(?:,\s*(?:i (?:think|believe|suppose|guess)|by the way|of course|let's say|let me say|"
    r"as some of you know|"
    r"if you think about it|if you want|i don't know|in fact|what|sorry|right|okay|hmm|well|let me say))"
)
ASIDES = re.compile(rf"{_ASIDE},\s*", re.IGNORECASE)
LAST_ASIDES = re.compile(rf"{_ASIDE}(?=[.?!]?$)", re.IGNORECASE)
TAGS = re.compile(  # asked at the end of a sentence
    r",\s*(?:right|okay|ok|really|you see|isn't it|doesn't it|aren't they|don't they|don't you|please|"
    r"and so on|"
    r"everybody|everyone|folks)\s*[.?!]?$",
    re.IGNORECASE,
)

QUESTION = re.compile(r"\?[\"'”’)]*$")
CHAT = _any(
    r"""
    thank you, thanks, welcome, good (?:morning|afternoon|evening|night), hello, hi, my name(?:'s| is),
    can you hear, microphones?, let me, let's, i'll (?:give|tell|come|be quick|stop|hand|take|talk),
    bear with me, tell you, told you, ask you, ask(?:ed)? me, talk(?:ing)? about, next slide, slides?,
    you(?:'ll| can| will| should)?(?: probably)? see (?:that|this|here|it|how|where|us), over there,
    over here, up there, down here, sum up, hand over, before i, i nearly forgot, i'm joking, applause,
    one more, questions?, answer, raise your hands?, this (?:afternoon|evening|morning) (?:we|i), tonight,
    sentence, on the (?:left|right), please, the floor is yours, speakers?, i should, sorry, excuse me,
    you(?:'ve| have) heard, i(?:'ll| will| shall) show, believe me, i know, i remember, i don't know,
    sitting, hand up, remind you, as i (?:said|mentioned), mentioned, earlier, come to (?:that|this|later),
    the next hour, this room, joke, bless, my (?:first|second|third|favourite|favorite|next|last),
    number one is, guess what, criticised, for yourself, lunch, coffee, in front of me, my first
    """
)
TALKED = re.compile(  # speech within speech, which nobody hears the marks of
    r"\b(?:said|says|asked|told (?:me|him|her|us|them)|thought|thinking|replied|answered|shouted),"
    r"|, (?:he|she) (?:said|says)\b"
    r"|\bsaid (?:no|yes|fine|well)\b|[\"“”]",
    re.IGNORECASE,
)
VERB = _any(
    r"""
    is, are, was, were, am, be, been, has, have, had, do, does, did, can, cannot, could, will, would, shall,
    should, may, might, must, need, needs, (?!hundred|indeed|speed|breed|exceed|proceed|succeed)\w{3,}ed,
    \w+(?:'s|’s|'re|'ve|'ll|'d|n't), makes?, made, takes?, took, gives?, gave, gets?, got, goes, go, went,
    comes?, came, keeps?, kept, lets?, puts?, means?, meant, shows?, says?, said, tells?, told, holds?,
    held, costs?, finds?, found, knows?, knew, grows?, grew, falls?, fell, rises?, rose, runs?, ran,
    stands?, stood, lies, lay, begins?, began, becomes?, became, brings?, brought, builds?, built, buys?,
    bought, leaves?, left, loses?, lost, pays?, paid, reads?, sees?, saw, sells?, sold, sends?, sent,
    speaks?, spoke, spends?, spent, thinks?, thought, wins?, won, writes?, wrote, works?, helps?, needs?,
    wants?, uses?, starts?, stops?, moves?, turns?, stays?, lives?, eats?, sleeps?, depends?, improves?,
    carries, carry, dies?, decides?, happens?, looks?, seems?, lasts?, allows?, saves?, drinks?, catches,
    catch, wakes?, bakes?, hands?, seeps?, cools?, protects?, contains?, includes?, provides?, requires?,
    feels?, changes?, learns?, ask, asks, chooses?, chose, kills?, ensure, ensures, check, checks, report,
    reports, wear, wears, follow, follows, adds?, opens?, closes?, plants?, fits?, caught, drops?, tries,
    try, passes, reaches, serves?, sounds?, counts?, measures?, rehearse, throw, threw, decide, plan, train
    """
)
BINDERS = words(
    """
    although because if that though unless when where which while who whom whose
    """
)
BEFORE_THAT = words(
    """
    after all and at before but by for from in like of on or so than with
    """
)
VERBAL = words(
    """
    already also always just never not only really still to
    """
)  # within what a verb is made of
CUT = re.compile(  # no end for a sentence
    r"\b(?:the|a|an|of|to|and|or|but|in|on|at|for|with|from|by|because|that|which|who|if|when|as|than|so|is|are|was|were|"
    r"i|we|they|he|she|you|our|your|their|his|my|this|these|those|very|like|about|into|has|have|had|will|would|can|"
    r"there's|it's|that's|i'm|we're|gonna|just|also|um|what|how|not|be|been|its|some|any|every|said)\W*$|…$|\.\.\.$",
    re.IGNORECASE,
)
LEANING = _any(
    r"""
    he, she, it, they, him, her, his, their, its, them, he's, she's, it's, they're, they've, it'll, they'll,
    it'd, they'd, he'd, she'd, this, that, that's, these, those, which, who, here, here's, because, or,
    neither, nor, both, such, so, therefore, instead, otherwise, another, even then, most of them,
    some of them, one of them, each of them, all of them, none of (?:them|it|that), half of them,
    for example, for instance, then, later, afterwards, after that, since then, before that, until then,
    (?:in|on|at|with|for|of) (?:such|these|those|both)\b, at that, at this, in that, in this, on that,
    by that, with that, of that, from that, like that,
    the (?:first|second|third|fourth|fifth|last|next|others?|rest|same|latter|former|two|three|idea|answer),
    the (?:reason|result),
    first, second, third, firstly, secondly, thirdly, finally, lastly, number (?:one|two|three|four),
    two of, others?, however, meanwhile, on the other, as a result, in other words, not, only then, just,
    too, to (?:do|be), there (?:was|were), everything else, the (?:man|woman|lady|boy|girl|guy), one is,
    one was, what, where, when, how, why, than, with it, without it, if (?:so|not|it|they|he|she|that),
    there's, until, of course, people thought, somebody, someone, somewhere, except, like, also, same,
    same thing, it was, half of
    """,
    before="^",
    after=r"\b",
)
ENUMERATED = _any(
    r"""
    first, second, third, firstly, secondly, finally, number (?:one|two|three),
    the (?:first|second|third|last)
    """,
    before="^",
    after=r"\b",
)
ANNOUNCING = re.compile(  # what must be followed by what it announces
    r"\b(?:like this|is this|as follows|(?:two|three|four|five|several) "
    r"(?:things|reasons|parts|ways|steps|lessons|rules))"
    r"[.!:]?$|:$|^(?:here's|here is|here are)\b",
    re.IGNORECASE,
)
DANGLING = _any(
    r"""
    he, she, it, they, him, them, his, their, its, (?:it|they|he|she|that)['’]\w+
    """
)
FIRST_PERSON = re.compile(r"\b(?:I|I'm|I've|I'd|I'll|my|me|myself|mine)\b|\bMy\b")
STARTS = re.compile(  # what a sentence without stops may begin with
    r"^(?!(?:of|than|who|whom|whose|that|to|been|being|am|is|are|was|were|um|or|into|by|can|could|do|does|did|will|would|"
    r"what|how|why|where|when|which|because|have|has)\b)\w",
    re.IGNORECASE,
)
SUBJECT = _any(
    r"""
    i, we, you, they, he, she, it, there, (?:i|we|you|they|he|she|it|there)['’]\w+
    """
)
PREPOSITION = _any(
    r"""
    in, on, at, with, for, from, by, after, before, if, when
    """,
    before="^",
)
CLAUSES = words(
    """
    although and as because but how if or so than though what when where which while who whom whose why
    """
)
RAW_TALK = re.compile(
    r"\b(?:i|he|she|they|we|somebody|who|everybody) (?:said|says|asked|goes|thought)\b"
    r"|\bi (?:mean|guess|think)\b|\blike\b"
    r"|\b(?:yes|yeah|no you|okay|right)\b|.\bthat(?:'s|'ll| means| alone| is| was| will| would)\b",
    re.IGNORECASE,
)
LEANS = (  # marks of resting on something, and the share of its worth that a sentence keeps
    (re.compile(r"\b(?:these|those|this) (?!year|country|town|century|is|was|way)\w+", re.IGNORECASE), 0.35),
    (
        re.compile(
            r"\bthat (?:day|evening|night|morning|year|time|sentence|button|wall|room|one|way|week)\b",
            re.IGNORECASE,
        ),
        0.4,
    ),
    (re.compile(r"\bthe same(?=[.,;!])|, [A-Z][a-z]+[.!]$"), 0.0),
    (re.compile(r"\bthe (?:same|other|two|three|latter|former|whole thing)\b", re.IGNORECASE), 0.6),
    (
        re.compile(
            r"\b(?:so|such|too|n?either|as well|instead|there|here|them|it|him|that|this|d[io]d?|does)[.!]$",
            re.IGNORECASE,
        ),
        0.35,
    ),
    (re.compile(r"\b(?:he|she|him|her|his|hers)\b", re.IGNORECASE), 0.3),
    (re.compile(r"\b(?:it|its|they|them|their|it's|they're)\b", re.IGNORECASE), 0.75),
    (re.compile(r"\b(?:so|then|therefore|else|also|even|still|yet|again)\b", re.IGNORECASE), 0.85),
    (re.compile(r"\b(?:one|ones)[.,]", re.IGNORECASE), 0.6),
)
DOUBTS = (  # marks of talk, and the share of its worth that a sentence keeps
    (re.compile(r"\bI mean\b|\byou know\b", re.IGNORECASE), 0.5),
    (re.compile(r"\b(?:yesterday|now|here|just now|today)\b", re.IGNORECASE), 0.9),
    (re.compile(r"\b(?:mother-in-law|mum|dad|grandma|beetroot)\b", re.IGNORECASE), 0.5),
    (re.compile(r"!$"), 0.6),
    (re.compile(r"\b(?:stuff|guys|gonna|wanna|yeah|okay)\b", re.IGNORECASE), 0.3),
    (re.compile(r",\s\w+,\s\w+,\s\w+,"), 0.7),
)
RESTARTED = re.compile(
    r"\b(\w+),? (?:um|uh|er|i mean),? |\b([\w']+ [\w']+),? [^,]{0,24}, \2\b", re.IGNORECASE
)
EXPLAINS = _any(
    r"""
    because, means?, that is, is (?:a|an|the|called|simply|made), are (?:called|made), so that, in order to,
    therefore, for example, works?, how, the reason, if you, when you, consists?, depends?, simply
    """
)
STRIKES = _any(
    r"""
    most, best, worst, first, never, only, biggest, more than, less than, instead of, cheapest,
    surpris(?:ed?|ing), important, decided, learned, found, proved, saved, lost, won, per cent, percent,
    million, twice, must, should, reason, lesson, not, halved, doubled
    """
)
REFUSALS = re.compile(
    r"(?:\b(?:without|except|excluding|leave out|leaving out|skip|avoid|omit|(?:do not|don't) \w+)\b"
    r"|(?:^|[.,;:!?]|\b(?:and|but)\b)\s*(?:not|no)\b)([^.,;:!?]{1,120})",
    re.IGNORECASE,
)
WISHES = words(
    """
    anything aspect aspects audience beginner beginners brief briefly clear clearly clip clips concentrate
    cover create customers describe emphasis emphasise emphasize employees especially everything expert
    experts explain focus formal friendly goal goals highlight highlights importance important include
    interested introduce introduction key language listener listeners long main mainly make mention minute
    minutes narration need new newcomers overview part particular particularly parts people please point
    points presentation scene scenes script second seconds sentence sentences session short show simple
    simply speak speaks style subject subjects summarise summarize summary talk talks team tell tone topic
    topics video videos viewer viewers want word words write
    """
)
ARTICLES = words(
    """
    a an any each every many no our some the their these those your
    """
)
NO_TOPICS = words(
    """
    afternoon beginning best case days dollars end euros evening example first friday half hour hours idea
    kind least metres middle minute minutes moment monday month months morning most night number part parts
    people person place problem quarter question questions reason reasons rest same saturday second seconds
    sort sunday third thursday time times tuesday wednesday week weekend weeks whole word words worst year
    years
    """
)
