"""The text of a Word document.

Read from its XML: python-docx leaves out what was inserted with changes tracked, footnotes and text boxes.
"""
