"""Documents made by hand: small PDFs, Word files, web pages and mails."""

from collections.abc import Sequence
from io import BytesIO

import docx

PAGE = """\
<html lang="en-GB"><head><title>Ferry returns | Port Gazette</title>
<meta property="og:site_name" content="Port Gazette">
<meta property="og:title" content="Harbour ferry returns">
<meta name="author" content="Mara Lindqvist">
<meta property="article:published_time" content="2025-03-04T08:00:00+01:00">
</head><body><nav><ul><li><a href="/">Home</a></li><li><a href="/s">Sport</a></li></ul></nav>
<article><h1>Harbour ferry returns</h1>
<p>The harbour ferry <b>Solveig</b> returned to service on <a href="/m">Monday</a> after eleven
weeks in dock. Engineers replaced both of its diesel engines.</p>
<h2>What it costs</h2><p>The crossing now takes 17 minutes. A ticket costs 42 kroner.</p>
</article><footer>© 2020 Port Gazette <a href="/p">Privacy</a></footer>
<script>alert(1)</script></body></html>
"""
PAGE_TEXT = """\
Harbour ferry returns

The harbour ferry Solveig returned to service on Monday after eleven weeks in dock. Engineers \
replaced both of its diesel engines.

What it costs

The crossing now takes 17 minutes. A ticket costs 42 kroner."""


def pdf(*pages: Sequence[str], title: str = "", author: str = "", locked: bool = False) -> bytes:
    """A PDF whose pages hold these lines; an empty line leaves a gap, as between paragraphs."""
    objects: list[bytes] = [b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    tree = 2 * len(pages) + 2
    for lines in pages:
        shown = b"".join(
            b"(%s) Tj T*\n" % line.encode("ascii").replace(b"(", rb"\(").replace(b")", rb"\)")
            for line in lines
        )
        content = b"BT /F1 12 Tf 72 720 Td 14 TL\n%sET" % shown
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(content), content))
        objects.append(
            b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 612 792]/Contents %d 0 R"
            b"/Resources<</Font<</F1 1 0 R>>>>>>" % (tree, len(objects))
        )
    kids = b" ".join(b"%d 0 R" % number for number in range(3, tree, 2))
    objects.append(b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, len(pages)))
    objects.append(b"<</Type/Catalog/Pages %d 0 R>>" % tree)
    objects.append(b"<</Title(%s)/Author(%s)>>" % (title.encode("ascii"), author.encode("ascii")))
    objects.append(b"<</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>>" % (b"ab" * 32, b"cd" * 32))
    written, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    lock = b"/Encrypt %d 0 R/ID[<00><00>]" % (tree + 3) if locked else b""
    return written + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root %d 0 R/Info %d 0 R%s>>\n"
        b"startxref\n%d\n%%%%EOF"
        % (len(objects) + 1, table, len(objects) + 1, tree + 1, tree + 2, lock, len(written))
    )


def word(*paragraphs: str, title: str = "", author: str = "", heading: str = "") -> bytes:
    """A Word document with these paragraphs, after a heading."""
    document = docx.Document()
    document.core_properties.title, document.core_properties.author = title, author
    if heading:
        document.add_heading(heading, level=2)
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    file = BytesIO()
    document.save(file)
    return file.getvalue()
