"""What a sentence is about: its models, versions, places, times and words, as they are compared."""

from __future__ import annotations

import re
from dataclasses import dataclass

from evqa.language.amount_patterns import DATE, YEARLY, singular
from evqa.language.amounts import Amount, amounts, numbered_names
from evqa.language.question_words import word_set


@dataclass(frozen=True, slots=True)
class Question:
    """A question's words, as far as claims are held against them."""

    text: str
    stems: frozenset[str]
    models: frozenset[str]
    names: frozenset[str]
    dates: frozenset[tuple[str, int, int] | str]
    trims: frozenset[str]

    @property
    def plain(self) -> frozenset[str]:
        """Its words that are no part of a name."""
        return self.stems - self.names - self.models


@dataclass(frozen=True, slots=True)
class Scope:
    """What a claim is about, apart from its value."""

    models: frozenset[str]
    names: frozenset[str]
    places: frozenset[str]
    times: frozenset[tuple[str, int, int] | str]
    kinds: tuple[frozenset[str], ...]
    events: frozenset[str]
    direction: frozenset[str]
    ahead: bool


def read_question(question: str) -> Question:
    """A question with the words and names that it holds."""
    names = names_in(question, frozenset())
    return Question(
        text=question,
        stems=stems_in(question) - _KIND_STEMS,
        models=models_in(question),
        names=names,
        dates=times_in(question),
        trims=trims_in(question),
    )


def scope_of(asked: Question, text: str, units: frozenset[str]) -> Scope:
    """What a claim's words are about, apart from what the question names itself."""
    places = {stem_of(word) for match in _PLACE.finditer(text) for word in match[1].split()}
    kept = {place for place in places if not _MONTHS_AND_DAYS.fullmatch(place)}
    times = times_in(text)
    ahead, *kinds = (frozenset(map(_kind, kind.findall(text))) for kind in _FIGURE_KINDS)
    if _EXPECTED.search(asked.text):
        ahead = frozenset()
    return Scope(
        models=(models_in(text) | trims_in(text)) - asked.models - asked.trims,
        names=names_in(text, asked.names) - asked.names,
        places=frozenset(kept) - asked.stems,
        times=frozenset() if DATE in units else times,
        kinds=(ahead, *kinds),
        events=(stems_in(text) & EVENTS) - asked.stems,
        direction=frozenset(
            name for name, words in (("up", _UP), ("down", _DOWN)) if words.search(text)
        ),
        ahead=bool(_FUTURE.search(text)),
    )


def _kind(word: str) -> str:
    """A word for a kind of figure as it is compared: all goals are one kind."""
    return "goal" if GOALS.match(word) else singular(word)


def times_in(text: str) -> frozenset[tuple[str, int, int] | str]:
    """The dates and other times that a text names, each in a form that can be compared."""
    dates = {time_of(one) for one in amounts(text) if one.unit in (DATE, YEARLY)}
    return frozenset(dates | {match[0].lower() for match in _RELATIVE.finditer(text)})


def time_of(amount: Amount) -> tuple[str, int, int]:
    """An amount as a time that can be compared."""
    return amount.unit, int(amount.low), int(amount.high)


def without_attribution(sentence: str) -> str:
    """A sentence with spaces in place of who reports it, so that offsets stay."""
    return _ATTRIBUTION.sub(
        lambda match: match[0] if NEGATION.search(match[0]) else " " * len(match[0]), sentence
    )


def models_in(text: str) -> frozenset[str]:
    """The names with a digit or letter of their own: `yu7`, `model y`, `phase 2`."""
    found = [one[0] for one in _MODEL.finditer(text) if not _NOT_MODEL.fullmatch(one[0])]
    return frozenset(name.lower() for name in [*found, *numbered_names(text)])


def trims_in(text: str) -> frozenset[str]:
    """The words that tell one version of a product from another."""
    return frozenset(match[0].lower() for match in _TRIM.finditer(text))


def names_in(text: str, known: frozenset[str]) -> frozenset[str]:
    """The proper names of a text, word by word; a sentence’s first only if likely one."""
    found = set()
    for match in _TOKEN.finditer(text):
        word, stem = match[0], stem_of(match[0])
        if not word[0].isupper() or stem in _STOP or _MONTHS_AND_DAYS.fullmatch(word.lower()):
            continue
        if not text[: match.start()].strip(" “\"'‘(") and stem not in known:
            after = text[match.end() :]
            common = re.match(r" (?:for|of|in|to|at|on|that|by|from|between)\b", after)
            if common or word.lower() in _CONCEPTS or re.search(r"(?:s|ed|ing)$", word):
                continue
        if not any(character.isdigit() for character in word):
            found.add(stem)
    return frozenset(found) - frozenset(("who", "when", "which"))


def stems_in(text: str) -> frozenset[str]:
    """The words of a text that carry meaning, as they are compared."""
    words = {match[0].lower() for match in _TOKEN.finditer(text)}
    return frozenset(stem_of(word) for word in words - _STOP)


def stem_of(word: str) -> str:
    """A word as it is compared: lower case, without its ending, as the first of its synonyms."""
    low = re.sub(r"[’']s?$", "", word.lower())
    if low in _CONCEPTS:
        return _CONCEPTS[low]
    noun = singular(low)
    for ending in ("ing", "ed"):
        if noun.endswith(ending) and len(noun) > len(ending) + 3:
            return noun.removesuffix(ending).removesuffix("e")
    return noun.removesuffix("e") if len(noun) > 4 else noun


# -- words and patterns ---------------------------------------------------------------------------


NEGATION = re.compile(
    r"\b(?:not|no|never|none|nobody|neither|cannot|den(?:y|ies|ied)|denying"
    r"|rul(?:e|es|ed|ing) out|refus(?:e|es|ed)|reject(?:s|ed)?|scrap(?:s|ped)?|cancel(?:s|led|ed)?"
    r"|fail(?:s|ed)? to|halted|abandon(?:s|ed)?|dismiss(?:es|ed)?|declin(?:e|es|ed) to)\b"
    r"|n[’']t\b",
    re.IGNORECASE,
)
_STOP = word_set(
    "a about after all also an and any are as at be been before being but by can could did do does "
    "during each for from had has have he her his how i if in into is it its just many may might "
    "more most much no not of off on one only or other our out over own per said say says she "
    "should so some such than that the their them then there these they this those to under until "
    "up was we were what when where which while who whom whose why will with would you your "
    "according already currently now still yet recently new reported report reports"
)
_KIND_STEMS = word_set(
    "long many much far fast year date day month number amount percent percentage share big large "
    "old tall high time take took total figure currently latest now get make cost"
)
# Words of news that name the same: each is compared as the first word of its line.
_CONCEPTS = {
    word: line.split()[0]
    for line in (
        "deliver delivery deliveries delivering delivered handover handovers",
        "order orders ordered ordering preorder preorders pre-orders pre-bookings bookings booked"
        " reservations reserved",
        "sell sells sold selling sale sales",
        "ship ships shipped shipping shipments shipment",
        "produce produces produced producing production output manufactured built build builds",
        "register registered registrations",
        "export exports exported exporting",
        "launch launches launched launching debut debuts debuted unveil unveils unveiled unveiling",
        "announce announces announced announcing announcement",
        "open opens opened opening",
        "close closes closed closing closure",
        "start starts started starting begin begins began begun beginning",
        "finish finishes finished end ends ended ending complete completed completion",
        "found founded founding founder establish established",
        "enter enters entered entering entry",
        "hire hires hired hiring recruit recruits recruited",
        "dismissal layoff layoffs fire fires fired firing cut cuts",
        "kill kills killed die dies died dead death deaths fatalities toll",
        "injure injured injures injuries wounded hurt hospitalised hospitalized",
        "missing unaccounted",
        "arrest arrests arrested detained",
        "infect infected infections cases case",
        "vaccinate vaccinated vaccinations doses",
        "win wins won winning winner",
        "lose loses lost losing loss losses",
        "plan plans planned planning",
        "wait waits waited waiting",
        "revenue revenues turnover",
        "profit profits earnings",
        "price prices priced cost costs costing",
        "employ employs employed employees employee staff workforce",
        "invest invests invested investing investment",
        "buy buys bought buying acquire acquires acquired acquisition purchase purchased",
        "attend attended attendance spectators",
        "write writes wrote written",
    )
    for word in line.split()
}
EVENTS = word_set(
    "deliver order sell ship produce register export launch announce open close start finish found "
    "enter hire dismissal kill injure missing arrest infect vaccinate win lose revenue profit "
    "invest buy attend employ price"
)
GOALS = re.compile(r"goal|target|quota|plan|aim", re.IGNORECASE)
_FUTURE = re.compile(
    r"\b(?:will|won[’']t|shall|going to|set to|due to|about to"
    r"|plan(?:s|ned|ning)?|intends?|aims?)\b",
    re.IGNORECASE,
)
# A question about what will be asks for what is expected as well as for what is said to be certain.
_EXPECTED = re.compile(r"\b(?:will|would|expected|going to)\b", re.IGNORECASE)
AHEAD = re.compile(
    r"\b(?:goals?|targets?|quotas?|plans?|planned|aims?|forecasts?|expect\w*|project\w*|guidance"
    r"|estimate\w*|predict\w*|budget\w*|capacity|will|would|should|can|could|propos\w*)\b",
    re.IGNORECASE,
)
# Words that say what kind of figure it is: planned, former, of a part, for each, of whom.
_FIGURE_KINDS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for words in (
        r"goals?|targets?|targeted|targeting|plans?|planned|planning|aims?|aimed|forecasts?"
        r"|expect(?:s|ed|ation|ations)?|projected|projections?|guidance|hopes?|estimates?|estimated"
        r"|predicts?|predicted|budgeted|scheduled|quota|proposed|proposes|potential|capacity",
        r"earlier|previous(?:ly)?|former(?:ly)?|originally|original|initial(?:ly)?|prior|used to"
        r"|had been|revised|at first|old|preliminary|provisional",
        r"certain|some|select|selected|average|mean|median|typical|record|minimum|maximum|base"
        r"|basic|entry-level|premium|cheapest|starting|early|first|second|third|fourth|alone|top"
        r"|final|half|half-time|regular|fastest|slowest|domestic|overseas|foreign|abroad|global"
        r"|worldwide|international|local|nationwide|national|regional|urban|rural|net|gross"
        r"|operating|adjusted|core|pretax|pre-tax|underlying|electric|hybrid|petrol|diesel|used"
        r"|online|retail|wholesale|combined|cumulative|overall|total|altogether|confirmed|suspected"
        r"|probable|severe|mild|additional|another|further|extra|so far|to date|one-way|return"
        r"|city|highway|peak|continuous|usable|standard|optional|direct|indirect|permanent"
        r"|temporary|full-time|part-time|special|northern|southern|eastern|western|central"
        r"|front|rear|winter|summer|opening|closing",
        r"per|each|every|daily|weekly|monthly|annual(?:ly)?|yearly|quarterly|hourly"
        r"|(?<=s )an? (?:day|week|month|year|hour)|a (?:person|head)|apiece|a share",
        r"women|men|female|male|girls|boys|children|adults|infants|students|teachers|soldiers"
        r"|civilians|police|officers|passengers|crew|patients|babies|elderly|migrants|residents"
        r"|visitors|tourists|residents|voters|members|players",
    )
)
_UP = re.compile(
    r"\b(?:up|ris(?:e|es|en|ing)|rose|increas\w+|gr(?:ow|ew|owth|owing|own)|gain\w*|jump\w*"
    r"|climb\w*|higher|surg\w+|soar\w*|rais\w+|more)\b",
    re.IGNORECASE,
)
_DOWN = re.compile(
    r"\b(?:down|f(?:all|ell|alls|alling|allen)|drop\w*|declin\w+|decreas\w+|lower\w*|slid\w*"
    r"|shr[aiu]nk\w*|plung\w+|slump\w*|cut|loss|lost|less|fewer)\b",
    re.IGNORECASE,
)
_RELATIVE = re.compile(
    r"\b(?:last|this|next|past|previous|following|same|current|coming) "
    r"(?:year|month|week|quarter|season|night|weekend|decade|half|summer|winter|spring|autumn)s?\b"
    r"|\b(?:yesterday|today|tomorrow|tonight|overnight|annually|year[- ]on[- ]year|yoy|qoq"
    r"|quarter[- ]on[- ]quarter|month[- ]on[- ]month|the year before|a year (?:ago|earlier)"
    r"|year to date|since launch|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b"
    r"|\b(?:year|quarter|month|season|fiscal year)\b(?= ended| to )"
    r"|\b(?:in|within|over|during|after) (?:the )?(?:first |last |past |next )?"
    r"(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|\d+) "
    r"(?:second|minute|hour|day|week|month|year)s?\b",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[^\W_]+(?:[-’'.&][^\W_]+)*")
_MODEL = re.compile(
    r"\b(?:(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[A-Za-z\d]+(?:-[A-Za-z\d]+)*"
    r"|(?:Model|Phase|Series|Class|Type|Mark|Version) [A-Z\d]\w*)\b"
)
_NOT_MODEL = re.compile(
    r"\d+(?:\.\d+)?(?:st|nd|rd|th|s|k|m|bn|b|hp|kw|kwh|wh|mph|km|kg|g|cm|mm|ms|mg|ft|nm|ps)"
    r"|[qh]\d|\d+-(?:year|month|week|day|hour|minute|mile|km|seat|seater|door|old|year-old)\w*"
    r"|\d+-\d+\w*",
    re.IGNORECASE,
)
_TRIM = re.compile(
    r"\b(?:Max|Ultra|Pro|Plus|Mini|Air|Lite|Base|Standard|Performance|Premium|Sport|Touring|GT|RS"
    r"|Long Range|Extended Range|Dual Motor|AWD|RWD|FE|SE|XL|Turbo|Limited|Edition|Lux|Hybrid)\b"
)
_SAYS = (
    r"(?:said|says|say|reports?|reported|wrote|writes|notes?|noted|told|adds?|added|recalls?"
    r"|estimates?|confirmed|claims?|claimed|announced)"
)
_ATTRIBUTION = re.compile(
    rf"(?:^|, |\. )[aA]ccording to [^,.;]+[,.]?"
    rf"|^Citing [^,]+,"
    rf"|, (?:[\w.’'-]+ ){{1,7}}?{_SAYS}(?: on \w+day)?(?:[,.](?=\s|$)|$)"
    rf"|^(?:[\w.’'-]+ ){{1,6}}?{_SAYS}(?: on \w+day)?"
    rf"(?: that\b| (?=(?:the|it|its|at least|more than|about|some|an?)\b))"
)
_MONTHS_AND_DAYS = re.compile(
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec|january|february|march|april|june"
    r"|july|august|september|october|november|december|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|q\d|h\d|rmb|usd|eur|gbp|us|km|kwh|mph|hp|ps|evs?|suvs?|ceo|yoy|qoq)"
)
_PLACE = re.compile(
    r"\b(?:[Ii]n|[Aa]cross|[Oo]utside|[Ww]ithin|[Nn]ear|[Aa]t|[Oo]utside of|[Ii]nside)(?: of)?"
    r" (?:the )?((?:[A-Z][\w’'-]*)(?: (?:and )?[A-Z][\w’'-]*)*)"
)
