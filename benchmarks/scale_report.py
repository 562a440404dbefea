"""The table SCALE.md and the plot scale.png, drawn from scale.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
DATA, TABLE, PLOT = HERE / "scale.json", HERE / "SCALE.md", HERE / "scale.png"

Figures = Mapping[str, float | str]


@dataclass(frozen=True, slots=True)
class Row:
    """A figure in the table: its key, what it is, and the goal, if there is one."""

    key: str
    label: str
    goal: str = ""


ROWS = (
    Row("day", "measured on"),
    Row("embedder", "embedder"),
    Row("articles", "articles"),
    Row("passages", "passages"),
    Row("build_rate", "first index, passages/s"),
    Row("build_peak_mb", "first index, peak memory, MB"),
    Row("bytes_per_passage", "index, bytes per passage"),
    Row("update_added", "update, one added (`evqa add`, `evqa watch`), s", "2 at 100k"),
    Row("update_edited", "update, one edited (`evqa watch`), s", "2 at 100k"),
    Row("update_reading", "of it: looking for changes, s"),
    Row("update_embedding", "of it: embedding, s"),
    Row("update_faiss", "of it: FAISS, s"),
    Row("update_tantivy", "of it: tantivy, s"),
    Row("update_rest", "of it: SQLite and the rest, s"),
    Row("update_whole", "update, all files looked at (`evqa index`), s"),
    Row("update_peak_mb", "update, peak memory, MB"),
    Row("open_disk_s", "opening, files on disk, s", "1 at 1M"),
    Row("open_s", "opening, files in memory, s", "1 at 1M"),
    Row("open_mb", "opening, memory it adds, MB"),
    Row("ask_mb", "memory after all questions, models and mapped files included, MB"),
    Row("segments", "files of vectors"),
    Row("disk_p50_ms", "search without reranking, files on disk, p50, ms"),
    Row("disk_p95_ms", "search without reranking, files on disk, p95, ms"),
    Row("search_p50_ms", "search without reranking, files in memory, p50, ms", "30 at 1M"),
    Row("search_p95_ms", "search without reranking, files in memory, p95, ms"),
    Row("embed_ms", "of it: embedding the question, ms"),
    Row("faiss_ms", "of it: FAISS, ms"),
    Row("tantivy_ms", "of it: tantivy, ms"),
    Row("rerank_p50_ms", "search with reranking, p50, ms"),
    Row("rerank_p95_ms", "search with reranking, p95, ms"),
    Row("recall", "recall@10 against the exact search", "0.97 at 1M"),
    Row("build_others", "cores that others kept busy: first index"),
    Row("update_others", "cores that others kept busy: updates"),
    Row("search_others", "cores that others kept busy: search"),
)
PLOTS = {
    "first index, passages/s": ("build_rate",),
    "update of one article, s": ("update_added", "update_edited", "update_whole"),
    "index, bytes per passage": ("bytes_per_passage",),
    "memory, MB": ("build_peak_mb", "update_peak_mb", "ask_mb", "open_mb"),
    "opening, s": ("open_disk_s", "open_s"),
    "search without reranking, ms": ("disk_p50_ms", "search_p50_ms", "faiss_ms", "tantivy_ms"),
    "search with reranking, ms": ("rerank_p50_ms", "rerank_p95_ms"),
    "recall@10": ("recall",),
}


def report(size: int, figures: Figures) -> str:
    """Keep the figures of a size, write table and plot anew, and return the table."""
    known = json.loads(DATA.read_text(encoding="utf-8")) if DATA.exists() else {}
    known[str(size)] = dict(figures)
    known = {key: known[key] for key in sorted(known, key=int)}
    DATA.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    table = as_table(known)
    TABLE.write_text(table, encoding="utf-8")
    draw(known)
    return table


def as_table(known: Mapping[str, Figures]) -> str:
    machines = " and ".join(dict.fromkeys(str(figures["machine"]) for figures in known.values()))
    lines = [
        "# What evqa costs as a corpus grows",
        "",
        "Made by `python benchmarks/scale.py`, of articles of random words (`synthetic.py`); each"
        " step in a fresh process on two cores, updates and searches with models that are loaded."
        " A search finds its files in memory, where the system keeps what was read lately, or reads"
        " them from disk, as after a start of the machine.",
        f"Machine: {machines}. `static` names the embedder without a neural network.",
        "",
        "| | " + " | ".join(f"{int(size):,}" for size in known) + " | goal |",
        "| --- |" + " ---: |" * (len(known) + 1),
    ]
    for row in ROWS:
        cells = [_cell(row.key, figures) for figures in known.values()]
        lines.append(f"| {row.label} | " + " | ".join(cells) + f" | {row.goal} |")
    return "\n".join(lines) + "\n"


def _cell(key: str, figures: Figures) -> str:
    value = figures.get(key, "")
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"


def draw(known: Mapping[str, Figures]) -> None:
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot

    labels = {row.key: row.label for row in ROWS}
    figure, axes = pyplot.subplots(4, 2, figsize=(11, 15), layout="constrained")
    for axis, (title, keys) in zip(axes.flat, PLOTS.items(), strict=True):
        for key in keys:
            points = [(one["passages"], one[key]) for one in known.values() if key in one]
            axis.plot(*zip(*points, strict=True), marker="o", label=labels[key])
        axis.set(xscale="log", xlabel="passages", title=title)
        if title == "recall@10":
            axis.set_ylim(0.9, 1.005)
        elif len(keys) == 1:
            axis.set_ylim(bottom=0)
        else:
            axis.set_yscale("log")
            axis.legend(fontsize="small")
        axis.grid(alpha=0.3)
    figure.savefig(PLOT, dpi=110)
    pyplot.close(figure)
