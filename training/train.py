"""Train the sentence reader on the half 'fit', and keep the weights and the tokenizer."""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from collected import read_collection
from data import (
    Case,
    casual,
    cropped,
    cut,
    lacks_answer,
    names,
    read_all,
    read_own,
    splice,
    spoil,
    unanswered,
    windows,
)
from dequantise import dequantise
from negatives import Embedder, hard_negatives
from reader import MAX_TOKENS, Encoded, SentenceReader, encode, pad, pool
from split import is_development, part
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, softplus

OWN = Path(__file__).parent
# Passages of our own, and how many of their questions are drawn anew for each round.
DRAWN_OF = {
    OWN / "news" / "fit.jsonl": 400,
    OWN / "news" / "why.jsonl": 500,
    OWN / "news" / "reports.jsonl": 1000,
    OWN / "reference" / "fit.jsonl": 1500,
}
# Collections of articles with questions; all their questions are in each round.
COLLECTIONS = OWN / "collections" / "fit"
ANSWERING, OTHERS = 2, 2  # most passages of a collection that a question is asked of
WINDOW = 200
PUBLIC_CASES = 700  # drawn anew for each round
NEGATIVES = 5
TOKENS_PER_STEP = 3200
WARM_UP = 0.04


@dataclass(frozen=True)
class Chances:
    """How often a case is asked of a wrong passage, set among others, typed casually."""

    negative: float
    splice: float
    casual: float


CHANCES = {
    "public": Chances(0.6, 0.2, 0.4),
    "news": Chances(0.3, 0.05, 0.2),  # has impossible and casual questions of its own
    "reference": Chances(0.4, 0.1, 0.1),  # so has this, and its nearest passages are of one article
}


def main() -> None:
    """Train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder of the four data sets")
    parser.add_argument("models", type=Path, help="folder with reranker_en and bge_small_en")
    parser.add_argument("out", type=Path, help="folder to write checkpoints to")
    parser.add_argument("--rate", type=float, default=6e-5)
    parser.add_argument("--frozen", type=int, default=0, help="layers left as they are")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=Path, help="a checkpoint to go on from")
    parser.add_argument("--minutes", type=float, default=60.0, help="how long to train")
    arguments = parser.parse_args()
    torch.set_num_threads(2)
    torch.manual_seed(arguments.seed)
    rng = random.Random(arguments.seed)  # noqa: S311
    arguments.out.mkdir(parents=True, exist_ok=True)

    reranker = arguments.models / "reranker_en"
    tokenizer = Tokenizer.from_file(str(reranker / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS, strategy="only_second")
    model = SentenceReader(dequantise(reranker / "model.onnx"))
    if arguments.start:
        model.load_state_dict(torch.load(arguments.start, weights_only=True))

    cases = [c for c in read_all(arguments.data) if part(c.title) == "fit"]
    cases = [c for c in cases if not is_development(c.title)]
    embedder = Embedder(arguments.models / "bge_small_en")
    own = [read_own(path, path.parent.name) for path in DRAWN_OF]
    negatives = hard_negatives(embedder, cases, cases, NEGATIVES, allowed=lacks_answer)
    strangers = [hard_negatives(embedder, some, some, NEGATIVES) for some in own]

    collected = [
        passages for folder in sorted(COLLECTIONS.iterdir()) for passages in read_collection(folder)
    ]

    optimizer = optimise(model, arguments.rate, arguments.frozen)
    peaks = [group["lr"] for group in optimizer.param_groups]
    model.train()
    began, seen, number = time.monotonic(), 0, 0
    sums = np.zeros(4)
    for round_ in range(1, 1000):
        chosen = rng.sample(range(len(cases)), PUBLIC_CASES)
        asked, near = [cases[i] for i in chosen], [negatives[i] for i in chosen]
        for some, others, count in zip(own, strangers, DRAWN_OF.values(), strict=True):
            chosen = rng.sample(range(len(some)), min(count, len(some)))
            asked += [some[i] for i in chosen]
            near += [others[i] for i in chosen]
        examples = epoch(asked, near, tokenizer, rng)
        examples += [one for passages in collected for one in of_collection(passages, rng)]
        steps = batches(examples, tokenizer, rng)
        print(f"round {round_}: {len(examples)} examples, {len(steps)} steps", flush=True)
        for batch in steps:
            number += 1
            progress = (time.monotonic() - began) / 60 / arguments.minutes
            if progress >= 1:
                torch.save(model.state_dict(), arguments.out / "last.pt")
                return
            for group, peak in zip(optimizer.param_groups, peaks, strict=True):
                group["lr"] = peak * min(progress / WARM_UP, (1 - progress) / (1 - WARM_UP))
            losses = loss(model, batch)
            sum(losses).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()
            seen += sum(len(item.encoding.ids) for item, _ in batch)
            sums += [*(part_.item() for part_ in losses), 1]
            if number % 20 == 0:
                speed = seen / (time.monotonic() - began)
                parts = " ".join(f"{value:.3f}" for value in sums[:3] / sums[3])
                print(
                    f"{number} ({progress:.0%}) sentence, token, relevance: {parts},"
                    f" {speed:.0f} tokens/s",
                    flush=True,
                )
                sums[:] = 0
        torch.save(model.state_dict(), arguments.out / f"round{round_}.pt")


def epoch(
    cases: Sequence[Case], negatives: Sequence[list[Case]], tokenizer: Tokenizer, rng: random.Random
) -> list[Case]:
    """One pass over the data, with what is drawn anew each time: negatives and disguises."""
    pool_ = sorted(set().union(*(names(case.text) for case in cases)))
    examples = []
    for case, near in zip(cases, negatives, strict=True):
        if case.source in CHANCES:
            case = cropped(case, rng)
        parts = [cut(case, *window) for window in windows(case, tokenizer, WINDOW)]
        drawn = [part_ for part_ in parts if part_.answerable] or parts[:1]
        drawn += [p for p in parts if p not in drawn and rng.random() < 0.3]
        chances = CHANCES.get(case.source, CHANCES["public"])
        if case.answerable and rng.random() < chances.negative:
            other = rng.choice(near)
            window = rng.choice(windows(other, tokenizer, WINDOW))
            drawn.append(unanswered(cut(other, *window), case.question, "negative"))
        if case.answerable and case.has_spans and rng.random() < 0.35:
            spoiled = spoil(drawn[0], pool_, rng)
            drawn += [spoiled] if spoiled else []
        for example in drawn:
            if rng.random() < chances.splice and len(example.text) < 700:
                example = splice(example, rng.choice(near), 100, rng)
            if rng.random() < 0.15:
                example = replace(example, title="")
            if rng.random() < chances.casual:
                example = replace(example, question=casual(example.question))
            examples.append(example)
    return examples


def of_collection(passages: Sequence[Case], rng: random.Random) -> list[Case]:
    """Some of a question's nearest passages, with an answer and without, in their disguises."""
    answering = [passage for passage in passages if passage.answerable]
    others = [passage for passage in passages if not passage.answerable]
    drawn = rng.sample(answering, min(ANSWERING, len(answering)))
    drawn += rng.sample(others, min(OTHERS + (not answering), len(others)))
    is_casual, is_untitled = rng.random() < 0.1, rng.random() < 0.1
    return [
        replace(
            passage,
            question=casual(passage.question) if is_casual else passage.question,
            title="" if is_untitled else passage.title,
        )
        for passage in drawn
    ]


def batches(
    examples: Sequence[Case], tokenizer: Tokenizer, rng: random.Random
) -> list[list[tuple[Encoded, Case]]]:
    """Batches of like length and about as many tokens, in random order."""
    encoded = [
        (encode(tokenizer, e.question, e.title, [s.text for s in e.sentences]), e) for e in examples
    ]
    encoded.sort(key=lambda pair: len(pair[0].encoding.ids) + rng.random() * 20)
    found: list[list[tuple[Encoded, Case]]] = [[]]
    for pair in encoded:
        if len(pair[0].encoding.ids) * (len(found[-1]) + 1) > TOKENS_PER_STEP:
            found.append([])
        found[-1].append(pair)
    rng.shuffle(found)
    return found


def loss(
    model: SentenceReader, batch: Sequence[tuple[Encoded, Case]]
) -> tuple[Tensor, Tensor, Tensor]:
    """How wrong the sentences' logits, the answer words' and the relevance are."""
    items = [item for item, _ in batch]
    inputs = pad(items)
    length = inputs["input_ids"].shape[1]
    owner = torch.tensor([item.sentence + [-1] * (length - len(item.sentence)) for item in items])
    with torch.autocast("cpu", dtype=torch.bfloat16):
        tokens, relevance = model(**inputs)
    tokens, relevance = tokens.float(), relevance.float()

    most = max(len(case.sentences) for _, case in batch)
    logits = pool(tokens, owner, most)
    present = torch.isfinite(logits)
    gold = torch.zeros_like(logits)
    words = torch.zeros(owner.shape)
    weight = torch.ones(len(batch))
    spans = torch.tensor([case.has_spans for _, case in batch])
    for row, (item, case) in enumerate(batch):
        weight[row] = {"negative": 0.7, "spoiled": 0.5}.get(case.source, 1.0)
        for index, sentence in enumerate(case.sentences):
            gold[row, index] = sentence.gold
            for start, end in sentence.answers:
                first, last = item.starts[index] + start, item.starts[index] + end
                for token, (left, right) in enumerate(item.encoding.offsets):
                    if item.sentence[token] == index and left < last and right > first:
                        words[row, token] = 1
    logits = logits.masked_fill(~present, -30.0)
    gold *= present
    answerable = gold.amax(1)

    each = binary_cross_entropy_with_logits(logits, gold, reduction="none") * present
    # Among the sentences and a null of logit 0, what is right should hold all the probability.
    field = torch.cat([torch.zeros(len(batch), 1), logits], 1)
    right = torch.cat([1 - answerable[:, None], gold], 1)
    chosen = torch.logsumexp(field, 1) - torch.logsumexp(field.masked_fill(right == 0, -1e4), 1)
    sentence = ((each.sum(1) + chosen) * weight).mean()

    inside = (owner >= 0) & spans[:, None]
    wrong = softplus(tokens[..., 1]) - words * tokens[..., 1]
    token = ((wrong * inside).sum(1) * weight).mean() * 0.1
    related = binary_cross_entropy_with_logits(relevance, answerable, reduction="none")
    return sentence, token, (related * weight).mean() * 0.5


def optimise(model: SentenceReader, rate: float, frozen: int) -> torch.optim.Optimizer:
    """AdamW with a rate that falls toward the lower layers."""
    layers = model.bert.encoder.layer
    for module in (model.bert.embeddings, *layers[:frozen]):
        module.requires_grad_(False)
    groups = [
        {"params": list(layer.parameters()), "lr": rate * 0.92 ** (len(layers) - 1 - depth)}
        for depth, layer in enumerate(layers)
        if depth >= frozen
    ]
    groups.append(
        {"params": [*model.bert.pooler.parameters(), *model.classifier.parameters()], "lr": rate}
    )
    groups.append({"params": list(model.tokens.parameters()), "lr": rate * 20})
    return torch.optim.AdamW(groups, weight_decay=0.01)


if __name__ == "__main__":
    main()
