"""The words that the reading of questions relies on, as sets and as patterns."""

from __future__ import annotations

import re


def word_set(text: str) -> frozenset[str]:
    """The words of a text that lists them."""
    return frozenset(text.split())


WORD = re.compile(r"[^\W_]+(?:[.’'&-][^\W_]+)*")
POSSESSIVE = re.compile(r"[’']s?$", re.I)
AUX = (
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|must"
    r"|isn[’']t|aren[’']t|wasn[’']t|doesn[’']t|don[’']t|didn[’']t|won[’']t|can[’']t|hasn[’']t)"
)
ASKS = r"(?:who|whom|whose|what|which|when|where|why|how)"
PREPOSITION = (
    r"(?:in|on|at|from|to|into|onto|near|within|inside|outside|across|throughout|around|along"
    r"|for|of|by|with|without|about|since|until|till|before|after|during|than|as|over|under"
    r"|between|against|per|through|like)"
)
DETERMINER = r"(?:the|an?|its|their|his|her|this|that|these|those|our|your|any|some)"
OPENERS = word_set(
    "and but so or ok okay also then now who whom whose what which when where why how is are was"
    " were do does did has have had can could will would should may might must if not no yes tell"
    " give show name explain describe list say please in on at from to into near since until"
    " before after during for of by with without about as the a an its their his her this that"
    " these those it they he she we you i there here more only even one both such most many some"
    " while because"
)
SPEECH = (
    r"(?:say|says|said|saying|claim|claims|claimed|write|writes|wrote|written|report|reports"
    r"|reported|confirm|confirms|confirmed|announce|announces|announced|state|states|stated"
    r"|think|thinks|believe|believes|believed|suggest|suggests|suggested|note|notes|noted|mention"
    r"|mentions|mentioned|reply|replies|replied|explain|explains|explained|add|adds|added|recall"
    r"|recalls|recalled|argue|argues|argued|admit|admits|admitted|estimate|estimates|estimated)"
)
ROLE = (
    r"(?:ceo|cfo|cto|president|chairman|chairwoman|chairperson|founder|co-founder|director|minister"
    r"|mayor|senator|spokesman|spokeswoman|spokesperson|journalist|reporter|editor|author|writer"
    r"|analyst|engineer|manager|scientist|professor|doctor|driver|mr|ms|mrs|dr|prof)"
)
VARIANTS = word_set(
    "max pro ultra plus mini lite air standard performance sport premium base long range gt se"
    " turbo hybrid awd rwd edition"
)
# Continents, countries and abbreviations for them, for names that no preposition marks as places.
PLACES = word_set(
    "africa america antarctica argentina asia australia austria belgium brazil britain bulgaria"
    " california canada chile china colombia croatia cuba cyprus czechia denmark egypt england"
    " estonia ethiopia eu europe finland france germany ghana greece hungary iceland india"
    " indonesia iran iraq ireland israel italy japan kenya korea latvia lebanon lithuania"
    " luxembourg malaysia malta mexico morocco nepal netherlands nigeria norway oceania pakistan"
    " peru philippines poland portugal romania russia scotland serbia singapore slovakia slovenia"
    " spain sweden switzerland syria taiwan texas thailand tunisia turkey uae uk ukraine usa"
    " venezuela vietnam wales zimbabwe u.s u.k"
)
_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
)
PERIOD = re.compile(
    rf"(?:(?:in|on|at|by|during|since|until|before|after|within|for|from)\s+)?(?:the\s+)?(?:"
    rf"(?:early|mid|late)[\s-]+(?:19|20)\d\d|(?:19|20)\d\d|q[1-4](?:\s+(?:19|20)\d\d)?"
    rf"|(?<!\w){_MONTH}(?:\s+\d{{1,2}})?(?:,?\s+(?:19|20)\d\d)?"
    r"|(?:this|last|next|past|previous|following)\s+(?:year|month|week|quarter|summer|winter"
    r"|spring|autumn)"
    r"|(?:first|last|next)?\s*(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|twelve)"
    r"\s+(?:second|minute|hour|day|week|month|year)s?"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|yesterday|today|tomorrow|now)(?!\w)",
    re.I,
)
CONNECTIVE = re.compile(
    r"^(?:(?:and|but|so|or|ok|okay|also|then|well)\b[\s,]*)*"
    r"(?:(?:what|how)\s+(?:about|of)\b\s*)?",
    re.I,
)
CAR = (
    r"(?:car|vehicle|model|suv|sedan|truck|crossover|phone|smartphone|device|product|machine"
    r"|plane|aircraft|train|ship|boat|bike|laptop|console|camera|robot|rocket)"
)
FIRM = (
    r"(?:company|firm|maker|brand|manufacturer|automaker|carmaker|business|group|startup|start-up"
    r"|team|club)"
)


def as_in(words: str, asked: str) -> str:
    """Words with a capital letter where what was asked begins with one."""
    first = words[:1].upper() if asked.lstrip()[:1].isupper() else words[:1]
    return first + words[1:]
