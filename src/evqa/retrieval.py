"""Question to ranked hits: dense and lexical candidates, fused, reranked, near-duplicates folded."""

from __future__ import annotations

LEXICAL_WEIGHT = 0.2
def fuse(dense, lexical, weight=LEXICAL_WEIGHT):
    best = max((s for _, s in lexical), default=1.0)
    lex = {p: s / best for p, s in lexical}
    floor = min((s for _, s in dense), default=0.0)
    d = dict(dense)
    scores = {p: d.get(p, floor) + weight * lex.get(p, 0.0) for p in {*d, *lex}}
    return sorted(scores.items(), key=lambda i: (-i[1], i[0]))
