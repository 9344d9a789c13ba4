"""The XML variant of a FEC (formatA47A-I-VII-1.xsd), as the same numbered lines as a flat file.

Any DTD is refused, so nothing is expanded or fetched. The row number is the physical line of `<ligne>`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.sax import SAXException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, Locator

import pyarrow as pa
from defusedxml import DefusedXmlException
from defusedxml.sax import make_parser

from ingest.readers import fec_layout, fec_lines
from ingest.readers.fec_layout import FecError, Layout

_HEADER = (
    "JournalCode",
    "JournalLib",
    "EcritureNum",
    "EcritureDate",
    "CompteNum",
    "CompAuxNum",
    "CompAuxLib",
    "PieceRef",
    "Debit",
    "Credit",
    "Montant",
    "Sens",
)
_NAMES = tuple(fec_layout.column_of(name) for name in _HEADER)
LAYOUT = Layout(
    encoding="",
    newline="\n",
    separator=fec_lines.UNIT_SEPARATOR,
    is_quoted=True,
    header=_HEADER,
    header_row=0,
    columns={name: place for place, name in enumerate(_NAMES, 1)},
    usual_width=len(_HEADER),
)
_LEVELS = ("journal", "ecriture", "ligne")
_MAX_TEXT = 10_000
_CHUNK_BYTES = 1 << 16


class _Lines(ContentHandler):
    """Collects finished lines: a line inherits what its entry and its journal say, whatever comes first."""

    def __init__(self) -> None:
        super().__init__()
        self.ready: list[tuple[int, str]] = []
        self._values: list[dict[str, str]] = [{}]
        self._open: list[str] = []
        self._text: list[str] = []
        self._row = 0
        self._locator: Locator | None = None
        #: lines of the entry being read: EcritureDate may follow them
        self._pending: list[tuple[int, dict[str, str]]] = []

    def setDocumentLocator(self, locator: Locator) -> None:  # noqa: N802 (name given by SAX)
        self._locator = locator

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802
        level = name.rpartition(":")[2].casefold()
        self._open.append(level)
        self._text = []
        if level in _LEVELS:
            self._values.append({})
        if level == "ligne" and self._locator is not None:
            self._row = self._locator.getLineNumber() or 0

    def characters(self, content: str) -> None:
        if len(self._text) < _MAX_TEXT:
            self._text.append(content[:_MAX_TEXT])

    def endElement(self, name: str) -> None:  # noqa: N802
        level = self._open.pop()
        if level == "ligne":
            self._pending.append((self._row, self._values.pop()))
        elif level == "ecriture":
            said = self._values.pop()
            journal = self._values[-1]
            for row, values in self._pending:
                self.ready.append((row, _line({**journal, **said, **values})))
            self._pending = []
        elif level == "journal":
            self._values.pop()
        elif column := fec_layout.column_of(level):
            self._values[-1][column] = "".join(self._text).strip()
        self._text = []


def _line(values: dict[str, str]) -> str:
    return fec_lines.joined([" ".join(values.get(name, "").split()) for name in _NAMES])


class XmlLines:
    """Batches of one file. `failure` says why the reading stopped early, None when it reached the end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.failure: FecError | None = None

    def batches(self) -> Iterator[pa.RecordBatch]:
        handler = _Lines()
        parser = make_parser()
        parser.forbid_dtd = True
        parser.setContentHandler(handler)
        # fed by chunks, the parser does not tell its position by itself
        handler.setDocumentLocator(parser)
        try:
            with self._path.open("rb") as file:
                while chunk := file.read(_CHUNK_BYTES):
                    parser.feed(chunk)
                    if handler.ready:
                        yield from fec_lines.batches_of_lines(handler.ready)
                        handler.ready = []
                parser.close()
        except DefusedXmlException:
            self.failure = FecError(
                "Ce fichier XML contient une définition de type (DTD) : il est refusé par sécurité.",
                "Demandez un export XML sans DTD, ou un FEC en texte.",
                "dtd",
            )
        except (SAXException, ValueError, LookupError):
            self.failure = FecError(
                f"Ce fichier XML est interrompu ou mal formé vers la ligne {parser.getLineNumber()}.",
                "Demandez un nouvel export du FEC, ou un FEC en texte.",
                "bad_xml",
            )
        if handler.ready:
            yield from fec_lines.batches_of_lines(handler.ready)
