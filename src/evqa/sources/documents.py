"""PDF and Word documents to their text, in paragraphs."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from statistics import median
from typing import Any

from evqa.errors import UnreadableArticle
from evqa.records import PAGE_END, Extracted

# From fewer gaps between lines the usual one cannot be told; most pages leave none.
_GAPS_KNOWN = 3
_MOST_UNPACKED = 200_000_000
_SENTENCE_END = re.compile(r"[.!?…:;。！？：；][\"'”’»)\]]*$")
_SENTENCE = re.compile(r".*?[.!?…。！？][\"'”’»)\]]*(?=\s|$)", re.S)
_BULLET = re.compile(r"[•‣▪●◦–—*-]\s|\(?\d{1,3}[.)]\s")
_PAGE_NUMBER = re.compile(r"\W*(?:page|p\.|seite|第)?\s*\d+\s*(?:(?:of|/|von)\s*\d+|页)?\W*", re.I)
_CJK = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")
# PDFium puts either in place of a hyphen at the end of a line.
_BROKEN_WORD = "\x02\ufffe"


@dataclass(frozen=True, slots=True)
class Line:
    """A printed line; the edges are in points, y growing upwards.

    `broken` says that its last word goes on in the next line.
    """

    text: str
    left: float
    bottom: float
    right: float
    top: float
    broken: bool = False

    @property
    def height(self) -> float:
        """How tall its letters are."""
        return self.top - self.bottom


def from_pdf(article_id: str, content: bytes) -> Extracted:
    """The text of a PDF, page by page, its lines joined to paragraphs, and its title and author.

    Page numbers and lines that most pages repeat at their edges are left out. A sentence that runs
    over a page's end stands with the page on which it begins. Raises UnreadableArticle where the
    file is broken, locked by a password, or holds no text.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(content)
        pages = [list(_lines(page.get_textpage())) for page in document]
    except pypdfium2.PdfiumError as error:
        if error.err_code == pypdfium2.raw.FPDF_ERR_PASSWORD:
            raise UnreadableArticle(
                f"{article_id}: it is locked by a password.", "Save it without one."
            ) from error
        raise UnreadableArticle(
            f"{article_id}: it is a broken PDF.", "Save or download it anew."
        ) from error
    stated = document.get_metadata_dict()
    texts = _whole_sentences([paragraphs(lines) for lines in without_edges(pages)])
    if not "".join(texts).strip():
        raise UnreadableArticle(
            f"{article_id}: its pages hold no text, only pictures if anything.",
            "Run text recognition (OCR) over it first.",
        )
    return Extracted(
        text=f"\n{PAGE_END}".join(texts),
        title=_document_title(stated.get("Title", "")),
        author=stated.get("Author", "").strip(),
        pages=len(pages),
    )


def from_docx(article_id: str, content: bytes) -> Extracted:
    """The text of a Word document, a table's row as a line, and its title and author.

    Raises UnreadableArticle where it is no such document, holds no text, or unpacks to too much.
    """
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from lxml.etree import XMLSyntaxError

    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            unpacked = sum(item.file_size for item in archive.infolist())
        if unpacked > _MOST_UNPACKED:
            raise UnreadableArticle(
                f"{article_id}: it unpacks to {unpacked / 1e6:.0f} MB, which no article needs.",
                "Save its text in a .txt file.",
            )
        document = docx.Document(BytesIO(content))
    except (
        zipfile.BadZipFile,
        PackageNotFoundError,
        XMLSyntaxError,
        KeyError,
        ValueError,
    ) as error:
        raise UnreadableArticle(
            f"{article_id}: it is no Word document that can be read, or is locked by a password.",
            "Save it anew as .docx.",
        ) from error
    text = "\n\n".join(block for block in _blocks(document) if block)
    if not text:
        raise UnreadableArticle(f"{article_id}: this document holds no text.", "Remove it.")
    return Extracted(
        text=text,
        title=_document_title(document.core_properties.title),
        author=document.core_properties.author.strip(),
    )


def paragraphs(lines: Sequence[Line]) -> list[str]:
    """The paragraphs of a page's lines, told by gaps, indents, sizes and short last lines."""
    gaps = [one.bottom - two.top for one, two in pairwise(lines) if two.top < one.top]
    usual = median(gaps) if len(gaps) >= _GAPS_KNOWN else 0.0
    found: list[str] = []
    before: list[Line] = []
    for line in lines:
        if before and _goes_on(before, line, usual):
            found[-1] = _joined(found[-1], line.text, broken=before[-1].broken)
            before.append(line)
        else:
            found.append(line.text)
            before = [line]
    return found


def without_edges(pages: Sequence[list[Line]]) -> list[list[Line]]:
    """The lines of the pages without page numbers and what most pages repeat as first or last."""
    first, last = ([_edge(page, at) for page in pages] for at in (0, -1))
    kept = []
    for page in pages:
        lines = list(page)
        for at, all_edges in ((0, first), (-1, last)):
            edge = _edge(lines, at)
            repeated = len(pages) > 2 and all_edges.count(edge) > len(pages) / 2
            if edge and (repeated or _PAGE_NUMBER.fullmatch(lines[at].text)):
                del lines[at]
        kept.append(lines)
    return kept


def _edge(lines: Sequence[Line], at: int) -> str:
    """A page's first or last line without its digits, which differ from page to page."""
    return re.sub(r"\d+", "#", lines[at].text) if lines else ""


def _goes_on(before: Sequence[Line], line: Line, usual_gap: float) -> bool:
    """Whether a line goes on with the paragraph of the lines before it."""
    last = before[-1]
    if last.broken:
        return True
    ended = bool(_SENTENCE_END.search(last.text))
    if abs(line.height - last.height) > 0.15 * last.height or _BULLET.match(line.text):
        return False
    is_below = line.top < last.top and min(line.right, last.right) > max(line.left, last.left)
    if not is_below:
        return not ended and line.text[:1].islower()
    gap = last.bottom - line.top
    if gap > usual_gap + 0.5 * last.height:
        return False
    edge = max(line.right, *(one.right for one in before))
    share = (last.right - line.left) / max(edge - line.left, 1.0)
    indented = line.left > min(one.left for one in before[-2:]) + 0.8 * line.height
    return not (ended and (share < 0.85 or indented)) and share > 0.5


def _joined(text: str, line: str, *, broken: bool) -> str:
    if broken:
        is_word = text[-1:].isalpha() and line[:1].islower()
        return text + line if is_word else f"{text}-{line}"
    return text + ("" if _CJK.match(text[-1:]) and _CJK.match(line) else " ") + line


def _whole_sentences(pages: list[list[str]]) -> list[str]:
    """Each page's text; the rest of a sentence is moved to the page on which it begins."""
    for page, following in pairwise(pages):
        if not page or not following or _SENTENCE_END.search(page[-1]):
            continue
        if following[0][:1].islower():
            rest = _SENTENCE.match(following[0])
            end = rest.end() if rest else len(following[0])
            page[-1] = f"{page[-1]} {following[0][:end]}"
            following[0] = following[0][end:].lstrip()
            if not following[0]:
                del following[0]
    return ["\n\n".join(page) for page in pages]


def _lines(page: Any) -> Iterator[Line]:
    """The lines of a page's text, in PDFium's order, each with its box."""
    from pypdfium2 import raw

    text = [chr(raw.FPDFText_GetUnicode(page.raw, at)) for at in range(page.count_chars())]
    start = 0
    for end, character in enumerate([*text, "\n"]):
        if character not in f"\r\n{_BROKEN_WORD}":
            continue
        shown = [at for at in range(start, end) if not text[at].isspace()]
        if shown:
            first, last = (page.get_charbox(at, loose=True) for at in (shown[0], shown[-1]))
            words = "".join(text[start:end]).encode("utf-16", "surrogatepass")
            yield Line(
                " ".join(words.decode("utf-16", "replace").split()),
                left=first[0],
                bottom=min(first[1], last[1]),
                right=last[2],
                top=max(first[3], last[3]),
                broken=character in _BROKEN_WORD,
            )
        start = end + 1


def _blocks(document: Any) -> Iterator[str]:
    for block in document.iter_inner_content():
        if hasattr(block, "rows"):
            yield "\n".join(
                " | ".join(dict.fromkeys(" ".join(cell.text.split()) for cell in row.cells))
                for row in block.rows
            )
        else:
            named = re.match(r"Heading (\d)", block.style.name if block.style else "")
            text = block.text.strip()
            yield f"{'#' * int(named[1])} {text}" if named and text else text


def _document_title(stated: str) -> str:
    """The title that a document states, unless it is only a file's name."""
    title = stated.strip()
    is_name = re.search(r"^Microsoft Word|^untitled|\.(?:docx?|pdf|indd|qxd|tex|dvi)$", title, re.I)
    return "" if is_name else title
