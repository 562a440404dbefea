"""Where quotes that answer one question give different readings, and where they agree."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import combinations

from evqa.citations import written_date
from evqa.language.amount_patterns import DATE, DURATION, LENGTH, PERCENT
from evqa.language.amounts import Amount, alike, comparable, same
from evqa.language.claims import Claim, read_claims
from evqa.records import Disagreement, Quote, Reading

# A reading of more words than this is shown as a sentence.
_MOST_WORDS = 6


def disagreements(question: str, quotes: Sequence[Quote]) -> tuple[Disagreement, ...]:
    """Where quotes that all answer a question contradict each other about the same thing.

    Two quotes are about the same thing where their sentences name the same subject, time, place
    and kind of figure; where that is not certain, no contradiction is seen.
    """
    groups = _grouped(read_claims(question, quotes), _same_thing)
    return tuple(
        Disagreement(question.strip().rstrip("?？").rstrip(), _readings(group, _one_wording))
        for group in groups
        if any(_contradict(one, other) for one, other in combinations(group, 2))
    )


def agreements(question: str, quotes: Sequence[Quote]) -> tuple[Reading, ...]:
    """The readings that two outlets or more give, most outlets first."""
    groups = _grouped(read_claims(question, quotes), _agree)
    shared = [reading for group in groups for reading in _readings(group, _alike)]
    return tuple(
        sorted(
            (reading for reading in shared if len(reading.outlets) > 1),
            key=lambda reading: -len(reading.outlets),
        )
    )


def describe(found: Sequence[Disagreement]) -> str:
    """What differs, a line for each: who reads what, and when it was published."""
    return "\n".join(
        f"Sources differ: {'; '.join(map(_described, one.readings))}." for one in found
    )


def agreement(found: Sequence[Reading]) -> str:
    """Who agrees, a line for each reading, such as `3 outlets say 350,000`."""
    return "\n".join(
        f"{len(one.outlets)} outlets agree: {_worded(one)}"
        if _is_sentence(one.text)
        else f"{len(one.outlets)} outlets say {one.text}."
        for one in found
    )


def _described(reading: Reading) -> str:
    said_by = " and ".join(filter(None, (", ".join(reading.outlets[:-1]), reading.outlets[-1])))
    return f"{_worded(reading)} ({said_by}, {written_date(reading.published)})"


def _worded(reading: Reading) -> str:
    """A reading as part of a line of ours: a whole sentence between quotation marks."""
    return f"“{reading.text}”" if _is_sentence(reading.text) else reading.text


def _is_sentence(text: str) -> bool:
    return len(text.split()) > _MOST_WORDS or bool(re.search(r"[.!?。！？][”\"’)]?$", text))


# -- comparing ------------------------------------------------------------------------------------


def _grouped(
    claims: Sequence[Claim], together: Callable[[Claim, Claim], bool]
) -> list[list[Claim]]:
    groups: list[list[Claim]] = []
    for claim in claims:
        for group in groups:
            if all(together(claim, other) for other in group):
                group.append(claim)
                break
        else:
            groups.append([claim])
    return groups


def _same_thing(a: Claim, b: Claim) -> bool:
    """Whether two claims are certainly about the same thing, so that they could contradict."""
    one, other = a.scope, b.scope
    return (
        _could_be_same_thing(a, b)
        and one.models == other.models
        and one.places == other.places
        and one.times == other.times
        and _same_kinds(a, b)
        and not (one.names - other.names and other.names - one.names)
        and _same_events(a, b)
    )


def _same_kinds(a: Claim, b: Claim) -> bool:
    """Whether two claims are of one kind; yes and no where both lie ahead, or neither does."""
    one, other = a.scope, b.scope
    if isinstance(a.value, bool):
        return one.ahead == other.ahead and one.kinds[1:] == other.kinds[1:]
    return one.kinds == other.kinds


def _same_events(a: Claim, b: Claim) -> bool:
    one, other = a.scope.events, b.scope.events
    if isinstance(a.value, Amount) and a.value.unit not in (DURATION, LENGTH, PERCENT):
        return one == other
    return one == other or not one or not other


def _could_be_same_thing(a: Claim, b: Claim) -> bool:
    if isinstance(a.value, Amount) and isinstance(b.value, Amount):
        if not comparable(a.value, b.value):
            return False
        if a.value.unit == PERCENT and a.scope.direction != b.scope.direction:
            return False
    return type(a.value) is type(b.value)


def _agree(a: Claim, b: Claim) -> bool:
    """Whether two claims say the same, in scopes that nothing sets apart."""
    if not _could_be_same_thing(a, b) or not _alike(a, b):
        return False
    if isinstance(a.value, Amount) and a.value.unit == DATE and not _same_events(a, b):
        return False
    one, other = a.scope, b.scope
    pairs = [(one.models, other.models), (one.places, other.places), (one.times, other.times)]
    pairs += list(zip(one.kinds, other.kinds, strict=True))
    return not any(left and right and left.isdisjoint(right) for left, right in pairs)


def _alike(a: Claim, b: Claim) -> bool:
    if isinstance(a.value, Amount) and isinstance(b.value, Amount):
        return alike(a.value, b.value)
    if isinstance(a.value, str) and isinstance(b.value, str):
        return _same_person(a.value, b.value)
    return a.value == b.value


def _contradict(a: Claim, b: Claim) -> bool:
    if a.quote.article_id == b.quote.article_id:
        return False
    if isinstance(a.value, Amount) and isinstance(b.value, Amount):
        return not same(a.value, b.value)
    if isinstance(a.value, str) and isinstance(b.value, str):
        return not _same_person(a.value, b.value)
    return a.value != b.value


def _same_person(a: str, b: str) -> bool:
    """Whether two names share a word, so that they may be of the same person."""
    return not set(a.casefold().split()).isdisjoint(b.casefold().split())


def _readings(
    group: Sequence[Claim], together: Callable[[Claim, Claim], bool]
) -> tuple[Reading, ...]:
    """A group's claims, newest first, those that say the same as one reading."""
    return tuple(
        Reading(
            text=claims[0].text,
            start=claims[0].quote.start + claims[0].start,
            end=claims[0].quote.start + claims[0].end,
            quotes=tuple(claim.quote for claim in claims),
        )
        for claims in _grouped(group, together)
    )


def _one_wording(a: Claim, b: Claim) -> bool:
    """Whether two claims say the same, a yes or no in the same words too."""
    return _alike(a, b) and (not isinstance(a.value, bool) or a.text == b.text)
