"""News made by chance, and what a journalist may paste of it: verbatim, altered, and invented."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from evqa.records import Verdict

FIRST = [
    "Mara",
    "Tomas",
    "Ines",
    "Bruno",
    "Helga",
    "Piotr",
    "Saskia",
    "Ruben",
    "Odile",
    "Kasper",
    "Leonie",
    "Anton",
]
LAST = [
    "Lindqvist",
    "Okafor",
    "Duarte",
    "Brandt",
    "Moser",
    "Kowal",
    "Verbeek",
    "Almeida",
    "Roche",
    "Nyberg",
    "Falk",
    "Weiss",
]
TOWNS = [
    "Bergen",
    "Gdansk",
    "Malmö",
    "Porto",
    "Lübeck",
    "Trieste",
    "Ghent",
    "Tartu",
    "Cádiz",
    "Brest",
    "Turku",
    "Zadar",
]
THINGS = [
    "ferry",
    "tram",
    "bridge",
    "library",
    "harbour",
    "stadium",
    "tunnel",
    "market",
    "clinic",
    "reservoir",
]
MONTHS = ["January", "March", "April", "June", "July", "September", "October", "November"]
# Each half of these makes news of its own: the first for choosing, the second for measuring.
TOLD = (
    "{name}, who runs the {thing} in {town}, said that it would not close before {month}.",
    "The {thing} in {town} cost {big} kroner, or {small}% more than planned in {month}.",
    "Officials in {town} counted {big} visitors at the “old {thing}” during the summer.",
    "“We’re not selling the {thing},” {name} told reporters in {town} on 3 {month}.",
    "Repairs to the {thing} took {small} weeks and never stopped the traffic through {town}.",
    "{name} has no plans to leave the council of {town}, which owns the {thing}.",
    "At −{small} °C, the {thing} in {town} froze for the first time since {month}.",
    "A ticket for the {thing} is {small} kroner – {name} calls that unfair to {town}.",
    "Only {small} of the {big} seats in the new {thing} were sold, {name} admitted in {month}.",
    "The mayor of {town}, {name}, didn’t answer questions about the {thing} in {month}.",
    "Engineers from {town} found {small} cracks in the {thing} but no danger to passengers.",
    "It isn’t the {thing} that worries {town}; it is the debt of {big} kroner, {name} wrote.",
    "From {month} on, the {thing} will open {small} minutes earlier for people from {town}.",
    "{name} never visited the {thing}, according to the archive of the city of {town}.",
    "Between {month} and May, {big} people signed the petition for a {thing} in {town}.",
    "Nothing about the {thing} is unsafe, said {name}, an inspector sent from {town}.",
)
INVENTED = (
    "Scientists led by {name} reported that whales near {town} sing louder when storms approach.",
    "A court in {town} fined the airline {big} euros because {name} had lost two suitcases.",
    "The novel that {name} wrote in {town} was translated into {small} languages last year.",
    "Farmers around {town} expect a poor harvest of apples after {small} dry weeks.",
    "Voters in {town} rejected the new tax by {big} votes, a result that surprised {name}.",
    "The orchestra of {town} opens its season in {month} with a work by {name}.",
    "Police arrested {small} people after the football match in {town} on Saturday night.",
    "Rents in {town} rose faster than wages, a study of {big} households by {name} shows.",
    "Our {thing} is the pride of everyone here, a tourist from {town} wrote to {name}.",
    "The minister promised {big} new homes for {town}, and {name} welcomed the decision.",
)
ALTERED = ("number", "negation", "name", "word", "order", "case", "reworded")


@dataclass(frozen=True)
class Case:
    """What was done to a sentence, the text that came of it, and the article that it is from."""

    kind: str
    text: str
    article_id: str
    sentence: str

    @property
    def expected(self) -> Verdict:
        if self.kind in ("exact", "typography", "shortened", "invented"):
            return {"typography": "exact", "invented": "none"}.get(self.kind, self.kind)
        return "near"


def news(seed: int, count: int = 24) -> dict[str, list[str]]:
    """Articles, by id, as their sentences."""
    chance = random.Random(seed)
    templates = TOLD[seed % 2 :: 2]
    return {
        f"{seed}-{number}.md": [_filled(chance, one) for one in chance.sample(templates, 6)]
        for number in range(count)
    }


def files(articles: dict[str, list[str]]) -> dict[str, str]:
    """The files of articles, with a day each, the highest number the earliest."""
    texts = {}
    for number, (article_id, told) in enumerate(articles.items()):
        day = date(2025, 12, 31) - timedelta(days=number)
        body = f"{' '.join(told[:2])}\n\n{' '.join(told[2:4])}\n{' '.join(told[4:])}\n"
        texts[article_id] = f"---\npublished: {day}\nsource: Gazette {number}\n---\n{body}"
    return texts


def cases(seed: int, articles: dict[str, list[str]]) -> list[Case]:
    """What is pasted of articles, and as much that was never in one."""
    chance = random.Random(seed + 100)
    found = []
    for article_id, told in articles.items():
        for kind in ("exact", "typography", "shortened", "joined", *ALTERED, "invented"):
            sentences = [one for one in told if kind != "negation" or _negated(one)]
            if not sentences:
                continue
            sentence = chance.choice(sentences)
            text = _made(kind, sentence, told, chance)
            found.append(Case(kind, text, article_id, sentence))
    return found


def _filled(chance: random.Random, template: str) -> str:
    return template.format(
        name=f"{chance.choice(FIRST)} {chance.choice(LAST)}",
        town=chance.choice(TOWNS),
        thing=chance.choice(THINGS),
        month=chance.choice(MONTHS),
        big=f"{chance.randrange(1000, 990_000):,}",
        small=chance.randrange(3, 90),
    )


def _made(kind: str, sentence: str, told: list[str], chance: random.Random) -> str:
    words = sentence.split()
    if kind == "typography":
        straight = sentence.translate(str.maketrans("“”’–−", '""\'--'))
        return f"“{straight.replace(' ', chance.choice(('  ', chr(10), chr(0xA0))))[:-1]},”"
    if kind == "shortened":
        gap = chance.choice((" … ", " [...] ", "... "))
        return " ".join(words[:4]) + gap + " ".join(words[7:])
    if kind == "joined":
        return f"{told[0]} {told[3]}"
    if kind == "number":
        return _other_number(sentence, chance)
    if kind == "negation":
        return next(_without_negation(sentence))
    if kind == "name":
        return _other_name(sentence, chance)
    if kind == "word":
        words[5] = "meanwhile" if words[5] != "meanwhile" else "instead"
    if kind == "reworded":
        words[2::4] = [chance.choice(("instead", "so", "rarely", "clearly")) for _ in words[2::4]]
    if kind == "order":
        words[2:7] = words[4:7] + words[2:4]
    if kind == "case":
        words[4] = words[4].swapcase() if words[4].upper() != words[4].lower() else words[4]
        words[3] = words[3].upper()
    if kind == "invented":
        return _filled(chance, chance.choice(INVENTED))
    return " ".join(words)


def _other_number(sentence: str, chance: random.Random) -> str:
    digits = [match.start() for match in re.finditer(r"\d", sentence)]
    if not digits:
        return f"{sentence[:-1]} on day {chance.randrange(2, 90)}."
    at = chance.choice(digits)
    digit = chance.choice([one for one in "123456789" if one != sentence[at]])
    return sentence[:at] + digit + sentence[at + 1 :]


def _other_name(sentence: str, chance: random.Random) -> str:
    names = [name for name in (*LAST, *TOWNS) if name in sentence]
    name = chance.choice(names)
    return sentence.replace(name, chance.choice([one for one in LAST if one != name]))


def _without_negation(sentence: str) -> Iterator[str]:
    changes = ((" not ", " "), ("n’t", ""), (" never ", " "), (" no ", " some "))
    changes += (("unsafe", "safe"), ("Nothing", "Something"), ("unfair", "fair"))
    return (sentence.replace(old, new, 1) for old, new in changes if old in sentence)


def _negated(sentence: str) -> bool:
    return next(_without_negation(sentence), None) is not None
