"""How the PDFs in this folder were made; the README has the commands for the rest.

pip install arabic-reshaper fpdf2 python-bidi reportlab uharfbuzz weasyprint
python -m tests.ingest.files.make FOLDER
"""

import subprocess
import sys
from pathlib import Path

from tests.ingest.stories import STORIES

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
HEAD = "@page {@top-center {content: 'Qawl News Agency'} @bottom-center {content: counter(page)}}"


def reportlab_visual(out, title, paragraphs):
    """Presentation forms in visual order, as programs write Arabic that know nothing of it."""
    import arabic_reshaper
    from bidi.algorithm import get_display
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen import canvas

    pdfmetrics.registerFont(TTFont("DejaVu", FONT))
    page = canvas.Canvas(str(out), pagesize=(595, 842))
    y = 760
    for text, size in [(title, 18), *((paragraph, 11) for paragraph in paragraphs)]:
        lines = [""]
        for word in text.split():
            longer = f"{lines[-1]} {word}".strip()
            if pdfmetrics.stringWidth(arabic_reshaper.reshape(longer), "DejaVu", size) > 455:
                lines.append(word)
            else:
                lines[-1] = longer
        page.setFont("DejaVu", size)
        for line in lines:
            page.drawRightString(525, y, get_display(arabic_reshaper.reshape(line)))
            y -= size * 1.4
        y -= 9
    page.save()


def fpdf2(out, title, paragraphs, align, shaped=True):
    """Shaped, or with its letters from left to right as fpdf2 leaves them without shaping."""
    from fpdf import FPDF

    pdf = FPDF()
    pdf.add_page()
    pdf.add_font("DejaVu", "", FONT)
    pdf.set_text_shaping(shaped)
    for text, size, height in [(title, 18, 9), *((paragraph, 11, 6) for paragraph in paragraphs)]:
        pdf.set_font("DejaVu", size=size)
        pdf.multi_cell(0, height, text, align=align, new_x="LMARGIN", new_y="NEXT")
        pdf.ln(3)
    pdf.output(str(out))


def html(lang, title, paragraphs, style=""):
    return (
        f"<!doctype html><html lang={lang} dir={'rtl' if lang == 'ar' else 'ltr'}><meta charset=utf-8>"
        f"<title>{title}</title><style>body{{font-family:'DejaVu Sans';font-size:11pt}} {style}</style><h1>{title}</h1>"
        + "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    )


def main(folder):
    from weasyprint import HTML

    justified = "p {text-align: justify; hyphens: auto}" + HEAD
    columns = "h1 {column-span: all} body {column-count: 2; column-gap: 2em}" + justified
    for lang, (title, paragraphs) in STORIES.items():
        (folder / f"{lang}.html").write_text(html(lang, title, paragraphs))
        (folder / f"{lang}.txt").write_text("\n\n".join([title, *paragraphs]))
        HTML(string=html(lang, title, paragraphs, columns)).write_pdf(folder / f"weasyprint-columns.{lang}.pdf")
        pages = HTML(string=html(lang, title, paragraphs * 10, justified + "@page {size: A5}"))
        pages.write_pdf(folder / f"weasyprint-pages.{lang}.pdf")
        fpdf2(folder / f"fpdf2.{lang}.pdf", title, paragraphs, "R" if lang == "ar" else "L")
        cairo = ["pango-view", "-q", "--width=470", "--font=DejaVu Sans 11", "--no-display"]
        subprocess.run([*cairo, "-o", folder / f"cairo.{lang}.pdf", folder / f"{lang}.txt"], check=True)
    reportlab_visual(folder / "reportlab-visual.ar.pdf", *STORIES["ar"])
    fpdf2(folder / "fpdf2-unshaped.ar.pdf", *STORIES["ar"], "R", shaped=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
