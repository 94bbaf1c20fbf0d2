"""The text of a PDF, as a reader of its pages would read it.

A PDF says which glyph stands where, and no more. Arabic comes in the order of the page, often as
presentation forms, with brackets mirrored or not as the producer liked. pypdfium2, pypdf and pdfminer.six each turned
words, numbers or brackets round in the files of most producers (Chromium, LibreOffice, cairo, WeasyPrint, fpdf2,
ReportLab). So pdfminer.six is asked for glyphs alone, which it gives as they are, and the rest is done here:

    glyphs → segments of lines → columns in reading order → letters in logical order → paragraphs

It runs in a process of its own (`child`), because a hostile file can take any time and memory it likes.
"""
