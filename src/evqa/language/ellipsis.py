"""Questions that leave something out, such as `and in Europe?` or `why?`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from evqa.language.antecedents import (
    Past,
    known_words,
    matched_length,
    person_meant,
    subject_of,
    thing_meant,
)
from evqa.language.pronouns import pointing_back
from evqa.language.question_names import Kind, Name, names_in, place_parts
from evqa.language.question_words import (
    ASKS,
    AUX,
    CONNECTIVE,
    DETERMINER,
    PERIOD,
    PLACES,
    PREPOSITION,
    VARIANTS,
)

_WORDS_OF_A_FRAGMENT = 7
_ATTRIBUTE = (
    r"(?:price|range|cost|name|date|size|weight|speed|power|launch|ceo|founder|president"
    r"|headquarters|goal|target|battery|engine|capacity|revenue|profit|margins?|deliveries|wait"
    r"|waiting time|release date|top speed|starting price|base price)"
)
_ONLY_ASKS = re.compile(
    rf"^((?:(?:since|until|from|by|for|at|to)\s+)?{ASKS}(?:\s+(?:long|soon|often|far|fast|much|many"
    r"|big|high|ones?))?)(\s+(?:not|else|for|exactly))*$",
    re.I,
)
_ADVERBIAL = r"(?:when|where|why|how|how\s+(?:long|soon|often|far|fast|quickly|high))"
_SPLIT = re.compile(
    rf"^(?:(?:(?:since|until|from|by|for|at)\s+)?{_ADVERBIAL}\s+)?({AUX})\s+(.+)$", re.I
)
_MORE = re.compile(
    r"^(?:and\s+|please\s+)?(?:(?:tell|show) me (?:some )?more|(?:any )?more(?: details)?|go on"
    r"|anything else|what else)(?: please)?$",
    re.I,
)
_NOT = {"will": "won't", "can": "can't"}


def left_out(asked: str, past: Sequence[Past]) -> str | None:
    """`And in Europe?`, `Why?` and the like, put into the question before them."""
    body = re.sub(r"[\s,]+then$", "", CONNECTIVE.sub("", asked), flags=re.I)
    last = past[-1].about
    if not body or not last:
        return None
    if _MORE.match(asked):
        thing = thing_meant(asked, past) or person_meant(past, asked)
        return f"Tell me more about {thing}" if thing else None
    if found := _ONLY_ASKS.match(body):
        return _asked_anew(found, last)
    if re.match(rf"how\s+many\s+{AUX}\b", body, re.I):
        return _same_count(body, past)
    if found := re.match(r"((?:how\s+(?:many|much)|which|what)\s+\w+)$", body, re.I):
        return _other_count(body, last, past)
    connected = len(body) < len(asked) or bool(re.match(PREPOSITION + r"\s", body, re.I))
    if not _is_fragment(body, connected=connected):
        return None
    return _put_in(body, last, past)


def _same_count(body: str, past: Sequence[Past]) -> str | None:
    """`How many did Ford sell?`, with the noun that was counted before."""
    for turn in reversed(past):
        found = re.match(r"how\s+many\s+(\w+)\s", turn.about, re.I)
        if found and not re.fullmatch(AUX, found.group(1), re.I):
            whole = re.sub(r"^(how\s+many)", rf"\1 {found.group(1)}", body, flags=re.I)
            return pointing_back(whole, past) or whole
    return None


def _asked_anew(found: re.Match[str], last: str) -> str:
    """The last question with another question word."""
    word, extra = found.group(1), (found.group(2) or "").strip().lower()
    parts = _SPLIT.match(_with_its_object(last))
    if re.fullmatch(r"how\s+many", word, re.I) and (counted := _counted(word, last)):
        return counted
    adverbial = re.fullmatch(rf"(?:\w+\s+)?{_ADVERBIAL}", word, re.I) or extra == "for"
    if not parts or not adverbial:
        return f"{last}, and {found.group().lower()}"
    verb, rest = parts.group(1).lower(), parts.group(2)
    if extra == "not":
        negated = _NOT.get(verb, verb if verb.endswith("t") else f"{verb}n't")
        return f"{word} {negated} {rest}"
    if extra == "for":
        return f"{word} {verb} {rest} for"
    rest = re.sub(rf"\s+{re.escape(word.split()[-1])}$", "", rest, flags=re.I)
    return f"{word} {extra + ' ' if extra else ''}{verb} {rest}"


def _with_its_object(last: str) -> str:
    """`How many cars did they sell in May` as `did they sell cars in May`."""
    found = re.match(rf"(?:how\s+many|which)\s+(\w+)\s+({AUX})\s+(.+)$", last, re.I)
    if not found:
        return last
    counted, verb, rest = found.groups()
    if re.fullmatch(r"is|are|was|were", verb, re.I):
        return f"{verb} {counted} {rest}"
    where = re.search(rf"(?<=\w\s)(?={PREPOSITION}\s)", rest)
    at = where.start() if where else len(rest)
    return f"{verb} {rest[:at].rstrip()} {counted} {rest[at:]}".rstrip()


def _counted(word: str, last: str) -> str:
    """`How many` before the plural noun of a question that yes or no would answer."""
    found = re.match(rf"({AUX})\s+(.+?)\s+([a-z]{{2,}}s)(?=$|\s+{PREPOSITION}\b)(.*)$", last, re.I)
    if not found:
        return ""
    verb, subject, noun, rest = found.groups()
    return f"{word} {noun} {verb.lower()} {subject}{rest}"


def _other_count(body: str, last: str, past: Sequence[Past]) -> str | None:
    """`How many horsepower?`: the last question's count exchanged, or asked of its subject."""
    same = re.match(r"(?:how\s+(?:many|much)|which|what)\s+\w+(?=\s+)", last, re.I)
    if same and same.group().lower().split()[:-1] == body.lower().split()[:-1]:
        return body + last[same.end() :]
    thing = thing_meant(body, past)
    return f"{body} does {thing} have" if thing and body.lower().startswith("how") else None


def _is_fragment(body: str, *, connected: bool) -> bool:
    words = body.split()
    if len(words) > _WORDS_OF_A_FRAGMENT or re.search(rf"\b(?:{AUX}|{ASKS})\b", body, re.I):
        return False
    return connected or (len(words) <= 4 and bool(names_in(body)))


def _put_in(body: str, last: str, past: Sequence[Past]) -> str | None:
    """The last question with a part exchanged for a fragment of the same kind."""
    known = known_words(past)
    if PERIOD.fullmatch(body):
        found = PERIOD.search(last)
        return _exchanged(last, found.span() if found else None, body)
    names = names_in(body, known | PLACES)
    if not names:
        return _of_the_subject(body, last, past)
    name = names[0]
    if name.kind == "place":
        return _other_place(body, last, known)
    if _same_kind(last, name.kind, known) is None and re.match(PREPOSITION + r"\s", body, re.I):
        return f"{last} {body}"
    body = body[matched_length(PREPOSITION + r"\s+", body) :]
    name = names_in(body, known | PLACES)[0]
    return _other_name(body, name, last, past)


def _exchanged(last: str, span: tuple[int, int] | None, body: str) -> str:
    if span is None:
        return f"{last} {body}"
    gap = " " if last[span[0] : span[0] + 1] == " " else ""
    return last[: span[0]] + gap + body + last[span[1] :]


def _other_place(body: str, last: str, known: frozenset[str]) -> str:
    parts = place_parts(last, known)
    placed = re.match(PREPOSITION + r"\s", body, re.I)
    if not parts:
        return f"{last} {body}" if placed else f"{last} in {body}"
    start, end = parts[-1]
    if not placed:
        start += len(re.match(rf"(?:{PREPOSITION}\s+)?", last[start:end], re.I).group())  # type: ignore[union-attr]
    return last[:start] + body + last[end:]


def _same_kind(last: str, kind: Kind, known: frozenset[str]) -> tuple[int, int] | None:
    """The span, with its article, of the last question's name of a kind or of a similar one."""
    similar: dict[Kind, tuple[Kind, ...]] = {
        "product": ("product",),
        "organisation": ("organisation", "product", "person"),
        "person": ("person", "organisation"),
    }
    names = names_in(last, known)
    for wanted in similar.get(kind, ()):
        for name in names:
            if name.kind == wanted:
                article = re.search(r"\b(?:the|an?)\s+$", last[: name.start], re.I)
                return (article.start() if article else name.start), name.end
    return None


def _other_name(body: str, name: Name, last: str, past: Sequence[Past]) -> str:
    known = known_words(past)
    if headed := re.match(r"(?:the\s+)?(\w+)\s+of\s+", body, re.I):
        old = re.search(rf"\b(?:the\s+)?{headed.group(1)}\s+of\s+", last, re.I)
        named = [one for one in names_in(last, known) if old and one.start >= old.end()]
        return (
            last[: old.start()] + body + last[named[0].end :]
            if old and named
            else (f"{last}, and what about {body}")
        )
    if name.text.lower() in VARIANTS:
        models = [one for one in names_in(last, known) if one.kind == "product"]
        if models:
            code = [word for word in models[0].text.split() if word.lower() not in VARIANTS]
            whole = " ".join([*code, name.text])
            return last[: models[0].start] + whole + last[models[0].end :]
    span = _same_kind(last, name.kind, known)
    if span is None:
        return f"{last}, and what about {body}"
    if name.kind == "product" and not re.match(DETERMINER + r"\s", body, re.I):
        article = re.match(r"(?:the|an?)\s+", last[slice(*span)], re.I)
        body = (article.group() if article else "") + body
    return last[: span[0]] + body + last[span[1] :]


def _of_the_subject(body: str, last: str, past: Sequence[Past]) -> str | None:
    """`And the price?`: a question about what the last question was about."""
    subject = subject_of(last)
    found = re.match(r"what\s+(is|was|are|were)\s", last, re.I)
    verb = found.group(1) if found else "are" if re.search(r"[^s]s$", body) else "is"
    if re.match(r"(?:its|their|his|her)\s", body, re.I):
        body = re.sub(r"(?<=\s)ones?$", lambda _: subject.split()[-1] if subject else "one", body)
        whole = pointing_back(body, past)
        return f"What {verb} {whole}" if whole else None
    if not re.fullmatch(r"(?:the\s+)?[\w-]+(?:\s+[\w-]+)?", body) or re.match(r"an?\s", body):
        return None
    bare = re.sub(r"^the\s+", "", body)
    other = re.search(rf"\b(?:the\s+)?\w+\s+{re.escape(bare.split()[-1])}\b", last)
    if other and " " in bare:
        return last[: other.start()] + body + last[other.end() :]
    unnamed = re.match(r"the\s", body) and re.fullmatch(r"(?:the|an?)\s[a-z -]+", subject)
    if unnamed and not re.fullmatch(_ATTRIBUTE, bare, re.I):
        return last.replace(subject, body, 1)
    thing = thing_meant(body, past)
    return f"What {verb} the {bare} of {thing}" if thing else None


def attribute(asked: str, past: Sequence[Past]) -> str | None:
    """`What is the price?`, with what it is the price of."""
    if re.match(rf"(?:{ASKS})\b.*\b(?:is|are|was|were)\s+the\s+{_ATTRIBUTE}$", asked, re.I):
        thing = thing_meant(asked, past)
        return f"{asked} of {thing}" if thing else None
    return None
