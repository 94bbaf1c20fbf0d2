"""The parts of an Office file: a ZIP archive of XML whose `[Content_Types].xml` says what each of them is."""

import zipfile
import zlib
from io import BytesIO
from typing import Any

from lxml import etree

from ingest.limits import MAX_PART_BYTES, MAX_PARTS

_WORD_MAIN = (
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
    "application/vnd.ms-word.document.macroEnabled.main+xml",  # macros stay what they are: bytes that nobody reads
)
_OTHERS = (
    ("spreadsheetml", "an Excel workbook"),
    ("ms-excel", "an Excel workbook"),
    ("presentationml", "a PowerPoint presentation"),
    ("ms-powerpoint", "a PowerPoint presentation"),
)
_ENTRY = b"PK\x01\x02"  # opens each entry of a ZIP archive's table of contents
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the only ones that OPC (ECMA-376 part 2) allows
_DAMAGED = "it is a damaged DOCX: open it in Word and save it anew"


class Refused(Exception):
    """The file is no document that can be read; the message says why. `ingest.sources.docx` shows it."""


class Package:
    """A Word document's parts as XML, each read when it is asked for, and none larger than `MAX_PART_BYTES`."""

    def __init__(self, data: bytes) -> None:
        """Opens the archive.

        Raises:
            Refused: it is damaged, a bomb, or another kind of archive.
        """
        if data.count(_ENTRY) > MAX_PARTS:
            raise Refused(f"it has more than {MAX_PARTS} parts; no Word document has")
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError):
            raise Refused(_DAMAGED) from None
        types = self._xml("[Content_Types].xml")
        if types is None:
            raise Refused("it is a ZIP archive, not a DOCX")
        self._names = {
            str(each.get("ContentType")): str(each.get("PartName")).lstrip("/") for each in types.iter("{*}Override")
        }
        if not any(main in self._names for main in _WORD_MAIN):
            listed = " ".join(self._names)
            raise Refused(next((f"it is {what}, not a DOCX" for word, what in _OTHERS if word in listed), _DAMAGED))

    def document(self) -> Any:
        """The main part.

        Raises:
            Refused: as all parts, when it is damaged or too large.
        """
        root = self._xml(next(self._names[main] for main in _WORD_MAIN if main in self._names))
        if root is None:
            raise Refused(_DAMAGED)
        return root

    def part(self, ending: str) -> Any | None:
        """The part whose content type ends in that, such as "footnotes+xml"; None if the document has none."""
        name = next((name for content, name in self._names.items() if content.endswith(ending)), None)
        return self._xml(name) if name else None

    def _xml(self, name: str) -> Any | None:
        try:
            info = self._zip.getinfo(name)
        except KeyError:
            return None
        too_large = f"{name} in it unpacks to more than {MAX_PART_BYTES // 1_000_000} MB; it is no article"
        if info.file_size > MAX_PART_BYTES:
            raise Refused(too_large)
        if info.compress_type not in _METHODS or info.flag_bits & 0x1:
            raise Refused(_DAMAGED)
        try:
            with self._zip.open(info) as part:
                data = part.read(MAX_PART_BYTES + 1)  # what the table of contents says may be a lie
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, RuntimeError):
            raise Refused(_DAMAGED) from None
        if len(data) > MAX_PART_BYTES:
            raise Refused(too_large)
        return _parse(data)


def _parse(data: bytes) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Refused(_DAMAGED) from None
    if root.getroottree().docinfo.doctype:
        raise Refused("its XML declares a DTD, which no Word document has")  # entities: bombs, and other files' text
    return root
