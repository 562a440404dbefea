"""What a question asks for, and what a quote claims: an amount, yes or no, or a name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from evqa.language.amount_patterns import (
    COUNT,
    CURRENCIES,
    DATE,
    DURATION,
    LENGTH,
    PERCENT,
    SCORE,
    YEARLY,
    same_noun,
)
from evqa.language.amounts import Amount, alike, amounts
from evqa.language.scope import (
    AHEAD,
    EVENTS,
    GOALS,
    NEGATION,
    Question,
    Scope,
    models_in,
    names_in,
    read_question,
    scope_of,
    stem_of,
    stems_in,
    time_of,
    trims_in,
    without_attribution,
)
from evqa.language.sentences import sentences
from evqa.records import Quote


@dataclass(frozen=True, slots=True)
class Claim:
    """A value that a quote gives at `quote.text[start:end]`: an amount, a name, or yes or no."""

    quote: Quote
    start: int
    end: int
    value: Amount | str | bool
    scope: Scope

    @property
    def text(self) -> str:
        """The words that give it."""
        return self.quote.text[self.start : self.end]


def read_claims(question: str, quotes: Sequence[Quote]) -> list[Claim]:
    """What each quote answers, newest first; a quote whose answer is not certain has no claim."""
    read = _reader(question)
    if read is None:
        return []
    asked = read_question(question)
    claims = [claim for quote in quotes if (claim := _only(_sentence_claims(read, asked, quote)))]
    return sorted(claims, key=lambda claim: _newest_first(claim.quote.told_on))


def _newest_first(day: date | None) -> int:
    return -day.toordinal() if day else 0


def _only(claims: Iterator[tuple[float, Claim]]) -> Claim | None:
    """The claim of the sentence that fits the question best; None where two fit alike."""
    ranked = sorted(claims, key=lambda pair: -pair[0])
    if not ranked or (len(ranked) > 1 and ranked[0][0] == ranked[1][0]):
        return None
    return ranked[0][1]


_Reader = Callable[[Question, Quote, int, str], "Claim | None"]


def _sentence_claims(read: _Reader, asked: Question, quote: Quote) -> Iterator[tuple[float, Claim]]:
    for start, end in sentences(quote.text):
        sentence = without_attribution(quote.text[start:end])
        if fit := _fit(asked, sentence, quote.title):
            claim = read(asked, quote, start, sentence)
            if claim:
                yield fit, claim


def _fit(asked: Question, sentence: str, title: str) -> float:
    """How many of the question's words a sentence holds; 0 where it may be about something else."""
    stems = stems_in(sentence)
    reach = stems | stems_in(title)
    if not asked.stems or len(asked.stems & reach) * 2 < len(asked.stems):
        return 0
    if asked.plain and not asked.plain & stems:
        return 0
    models, names = models_in(sentence), names_in(sentence, asked.names)
    if asked.models and models and not asked.models & models:
        return 0
    if names and not asked.names <= reach:
        return 0
    if not asked.plain and not asked.names | asked.models <= stems | models:
        return 0
    if asked.models and asked.models & models and trims_in(sentence) != asked.trims:
        return 0
    return len(asked.stems & stems) + 0.01


# -- what a question asks for ---------------------------------------------------------------------

_POLAR = re.compile(
    r"\s*(?:do|does|did|is|are|was|were|will|would|has|have|had|can|could|should)\b(?!.*\bor\b)",
    re.IGNORECASE,
)
_MONEY = CURRENCIES
_KINDS: tuple[tuple[str, frozenset[str]], ...] = (
    (r"how many (?:days|weeks|months|years|hours|minutes|seconds)\b", frozenset({DURATION})),
    (r"how many (?:miles|kilomet\w+|met(?:er|re)s|feet)\b", frozenset({LENGTH})),
    (r"how many (?:dollars|euros|pounds|yuan)\b", _MONEY),
    (r"how many\b|what (?:number of|is the number of|was the number of"
     r"|.*population)", frozenset({COUNT})),
    (r"percent|per cent|what share|margin|unemployment|inflation|interest rate|what proportion",
     frozenset({PERCENT})),
    (r"\bwhen (?:did|do|does|is|are|was|were|will|has|have|had|can|should|would)\b"
     r"|(?:what|which) (?:year|date|day|month)\b", frozenset({DATE, YEARLY})),
    (r"how old|what age", frozenset({DURATION, COUNT})),
    (r"how (?:long|soon)\b|wait(?:ing)? time", frozenset({DURATION, LENGTH})),
    (r"how (?:far|tall|high|deep|wide)\b|\brange\b|height|length|distance", frozenset({LENGTH})),
    (r"how fast|how quick|top speed|accelerat|what speed|0-6\d|0-100|0 to 6\d",
     frozenset({DURATION, "km/h"})),
    (r"how heavy|how much .*weigh|weight", frozenset({"kg", "ton"})),
    (r"battery|how much (?:energy|electricity)", frozenset({"kWh"})),
    (r"horsepower|how (?:much power|powerful)|power output", frozenset({"kW"})),
    (r"torque", frozenset({"Nm"})),
    (r"how (?:hot|cold|warm)|temperature", frozenset({"°C", "°F"})),
    (r"\bscore\b", frozenset({SCORE})),
    (r"cost|price|how much (?:\w+ )?(?:money|revenue|profit|pay|paid|earn|raise)|revenue|profit"
     r"|loss|turnover|salary|budget|fine\b|worth|valuation|turn over|paid|\bpay\b|earn", _MONEY),
    (r"how big|how large|\barea\b", frozenset({"m²"})),
    (r"(?:what|which)\b.*\b(?:goal|target|toll|sales|deliveries|production|attendance|orders)\b",
     frozenset({COUNT}) | _MONEY),
    (r"how much\b", _MONEY | {PERCENT, "kg", "ton", "litre", "m²"}),
)  # fmt: skip


def _reader(question: str) -> _Reader | None:
    """What finds the asked kind of value in a sentence; None where no kind is certain."""
    if _POLAR.match(question):
        return _polar_claim
    if re.match(r"\s*who\b", question, re.IGNORECASE):
        return _name_claim
    for pattern, units in _KINDS:
        if re.search(pattern, question, re.IGNORECASE):
            return lambda asked, quote, start, sentence: _amount_claim(
                units, asked, quote, start, sentence
            )
    return None


# -- amounts --------------------------------------------------------------------------------------

_HOW_MANY = re.compile(
    r"how many (?P<what>.*?)(?: (?:do|does|did|is|are|was|were|will|would|has|have|had|can|could"
    r"|of|in|at|on|by|from|with|for|to|came|there)\b|\?|$)",
    re.IGNORECASE,
)
_AGE = re.compile(r"\b(?:age|aged|ages|age of|age group|numbered|no\.?|rank\w*) $", re.IGNORECASE)


def _amount_claim(
    units: frozenset[str], asked: Question, quote: Quote, start: int, sentence: str
) -> Claim | None:
    """The one amount of a sentence that is of an asked unit and by the question's words."""
    fitting = [
        one
        for one in amounts(sentence)
        if one.unit in units
        and _counts_what_is_asked(asked, one)
        and time_of(one) not in asked.dates
        and not _is_only_a_moment(units, sentence, one)
        and not _is_left_behind(sentence, one)
    ]
    named = [one for one in fitting if one.noun or one.unit != COUNT]
    fitting = named or [one for one in fitting if not _AGE.search(sentence[: one.start])]
    parts = list(_parts(sentence, fitting))
    position = _best(asked, parts, fitting)
    if position is None:
        return None
    if DATE in units and len(asked.plain & stems_in(sentence)) * 2 < len(asked.plain):
        return None
    amount, local = fitting[position], parts[position]
    local = _clause(local, sentence[amount.start : amount.end])
    local = local.replace(sentence[amount.start : amount.end], _noun_of(sentence, amount), 1)
    head = sentence[: fitting[0].start]
    if position and not (models_in(local) and models_in(head)):
        local = f"{head} {local}"
    first, last = start + amount.start, start + amount.end
    scope = scope_of(asked, local, units)
    planned = bool(scope.kinds[0])
    if planned != bool(AHEAD.search(asked.text)) and (planned or GOALS.search(asked.text)):
        return None
    return Claim(quote, first, last, amount, scope)


def _clause(local: str, words: str) -> str:
    """An amount's words without the clauses that follow its own."""
    end = local.find(words) + len(words)
    after = re.split(
        r", (?:and|but|which|while|as|though|although|because|who|so)\b|;", local[end:]
    )
    return local[:end] + after[0]


def _noun_of(sentence: str, amount: Amount) -> str:
    """What an amount counts, with the words before it that are no part of its number."""
    words = sentence[amount.start : amount.end].split()
    return " ".join(words[-2:]) if amount.noun and len(words) > 2 else amount.noun


def _is_only_a_moment(units: frozenset[str], sentence: str, amount: Amount) -> bool:
    """Whether a length of time says when, not how long: `within 18 hours`, `two years ago`."""
    if DURATION not in units or amount.unit != DURATION:
        return False
    before, after = sentence[: amount.start], sentence[amount.end :]
    return bool(
        re.match(r"\s(?:ago|earlier|later|old)\b", after)
        or re.search(r"\b(?:within|every|last|past|previous|next|first) $", before, re.IGNORECASE)
    )


def _is_left_behind(sentence: str, amount: Amount) -> bool:
    """Whether an amount is what another one takes the place of, as in `from 300 to 350`."""
    before, after = sentence[: amount.start], sentence[amount.end :]
    return bool(
        re.search(r"\bfrom (?:the |an? )?$", before) and re.match(r"[\w ,]{0,40}? to \S*\d", after)
    ) or bool(re.search(r"\b(?:than|versus|compared with|compared to|up from|down from) $", before))


def _counts_what_is_asked(asked: Question, amount: Amount) -> bool:
    """Whether a count's noun is what the question counts; sure of any other amount."""
    counted = _HOW_MANY.search(asked.text)
    if amount.unit != COUNT or not amount.noun or not counted:
        return True
    if stem_of(amount.noun) in asked.stems & EVENTS:
        return True
    words = re.findall(r"[a-z-]+", counted["what"].lower())
    return any(same_noun(amount.noun, word) for word in words)


def _parts(sentence: str, fitting: Sequence[Amount]) -> Iterator[str]:
    """The words around each amount that belong to it alone."""
    start = 0
    for position, amount in enumerate(fitting):
        end = len(sentence)
        if position + 1 < len(fitting):
            between = sentence[amount.end : fitting[position + 1].start]
            cut = re.search(r"[,;:]| (?:and|but|while|from|against|than|compared) ", between)
            end = amount.end + (cut.start() if cut else len(between))
        yield sentence[start:end]
        start = end


def _best(asked: Question, parts: Sequence[str], fitting: Sequence[Amount]) -> int | None:
    """Which amount's words match the question best, or None where that is not certain."""
    if not fitting:
        return None
    scores = [
        sum(3 if stem in asked.names | asked.models else 1 for stem in asked.stems & stems_in(part))
        for part in parts
    ]
    best = max(range(len(scores)), key=scores.__getitem__)
    if all(alike(fitting[best], other) for other in fitting):
        return best
    return None if scores.count(scores[best]) > 1 else best


# -- yes or no ------------------------------------------------------------------------------------

_NO_NEGATION = re.compile(
    r"\bno (?:doubt|fewer than|less than|more than|later than|wonder|sooner)"
    r"|\bnot (?:only|just|least)|\b(?:whether|if) or not",
    re.IGNORECASE,
)
_UNSURE = re.compile(
    r"\b(?:may|might|could|would|whether|if|unless|until|till|before|yet|rumou?rs?|rumou?red"
    r"|speculat\w+|possib\w+|perhaps|consider\w*|hopes?|hoping|hoped|unlikely|likely|unclear"
    r"|allegedly|asked|ask|should|seems?|appears?|suggest\w*|without|except|unless|hardly"
    r"|no longer|lack\w*|than|used to|wants?|expected|reportedly|some|partly|only)\b|\?",
    re.IGNORECASE,
)


def _polar_claim(asked: Question, quote: Quote, start: int, sentence: str) -> Claim | None:
    """Whether a sentence affirms or negates what the question says, where it does so plainly."""
    whole = re.sub(r", (?:which|who|whose|where)\b[^,]*,", " ", sentence)
    clauses = [
        clause
        for clause in re.split(r"[;:—–]|, (?:but|while|although|though|and|which|who)\b", whole)
        if len(asked.stems & stems_in(clause)) * 3 >= len(asked.stems) * 2
    ]
    if len(clauses) != 1 or not asked.names | asked.models <= stems_in(clauses[0]) | stems_in(
        quote.title
    ):
        return None
    clause = clauses[0]
    if _UNSURE.search(clause) or _NO_NEGATION.search(clause) or asked.plain - stems_in(clause):
        return None
    if any(one.unit not in (DATE, YEARLY) for one in amounts(clause)):
        return None
    negations = list(NEGATION.finditer(clause))
    if len(negations) != len(NEGATION.findall(sentence)) or NEGATION.search(asked.text):
        return None
    if negations and (len(negations) > 1 or not _governs(asked, clause[negations[0].end() :])):
        return None
    end = start + len(sentence)
    return Claim(quote, start, end, not negations, scope_of(asked, clause, frozenset()))


def _governs(asked: Question, after: str) -> bool:
    """Whether a negation bears on what is asked: the words after it come to it without a break."""
    near = re.split(r"[,;:]| (?:but|and|or) ", after)[0]
    return bool(asked.plain & stems_in(" ".join(near.split()[:6])))


# -- names ----------------------------------------------------------------------------------------

_PERSON = (
    r"(?P<name>[A-Z][\w’'-]+(?: (?:van|von|de|da|del|bin|al|la|[A-Z]\.))* [A-Z][\w’'-]+"
    r"(?: [A-Z][\w’'-]+)?)"
)
_ROLE = re.compile(
    r"\s*who(?: is|’s|'s| was| are| became| will be| has become)(?: now| currently)?"
    r"(?: the)?(?: new| current)? (?P<role>[\w -]+?)(?: (?:of|at|for|in) .*)?\s*\??$",
    re.IGNORECASE,
)
_DEED = re.compile(
    r"\s*who (?:first )?(?P<verb>[a-z]+(?:ed|n|t|ote|ught|ade|ook|ave|ore|id|et))\b", re.IGNORECASE
)
_OTHER_ROLE = re.compile(
    r"\b(?:former|ex|acting|interim|deputy|vice|assistant|associate|co|outgoing|then|late|previous"
    r"|predecessor|successor|succeed\w*|replac\w+|candidate|not|never|n’t)\b",
    re.IGNORECASE,
)


def _name_claim(asked: Question, quote: Quote, start: int, sentence: str) -> Claim | None:
    """The one person that a sentence gives the asked role or deed to."""
    if _OTHER_ROLE.search(sentence) or _UNSURE.search(sentence):
        return None
    if role := _ROLE.match(asked.text):
        word = re.escape(role["role"])
        patterns = [
            rf"\b(?i:{word}),? {_PERSON}",
            rf"{_PERSON},? (?:(?:who )?(?:is|was|became|has become),? )?(?:the |its |their )?"
            rf"(?:[\w’'-]+ ){{0,2}}(?i:{word})\b",
            rf"\b(?i:{word})\b[\w ’'-]{{0,30}}? (?:is|was) (?:named )?{_PERSON}",
        ]
    elif deed := _DEED.match(asked.text):
        word = re.escape(deed["verb"])
        patterns = [
            rf"{_PERSON} (?:has |had )?{word}\b",
            rf"\b{word}\b[\w ,’'-]{{0,30}}? by {_PERSON}",
        ]
    else:
        return None
    return _named(asked, quote, start, sentence, patterns)


def _named(
    asked: Question, quote: Quote, start: int, sentence: str, patterns: Sequence[str]
) -> Claim | None:
    if not asked.names <= stems_in(sentence) | stems_in(quote.title):
        return None
    found = [match for pattern in patterns for match in re.finditer(pattern, sentence)]
    found = [match for match in found if not asked.stems & stems_in(match["name"])]
    if len({match["name"] for match in found}) != 1:
        return None
    first, last = (start + at for at in found[0].span("name"))
    rest = sentence.replace(found[0]["name"], "")
    return Claim(quote, first, last, found[0]["name"], scope_of(asked, rest, frozenset()))
