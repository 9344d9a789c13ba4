"""Every text that a published file holds, whatever its wrapping: what a search of a release must have read."""

from __future__ import annotations

import base64
import binascii
import html
import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium_c  # type: ignore[import-untyped]

from periscope.errors import GateError

_DIGITS_OUT = bytes.maketrans(b"0123456789", b" " * 10)
#: how JSON and scripts write a character that has a meaning in their page, and a new line before a number
_ESCAPED = re.compile(r"\\(?:u([0-9a-fA-F]{4})|([\"'/\\])|[bfnrt])")
_TYPED_ARRAY = re.compile(
    r'"dtype"\s*:\s*"([a-z]\d)"\s*,\s*"bdata"\s*:\s*"([^"]+)"|"bdata"\s*:\s*"([^"]+)"\s*,\s*"dtype"\s*:\s*"([a-z]\d)"'
)
_DATA_ADDRESS = re.compile(r"base64,([A-Za-z0-9+/=\s]{16,})")
_FORMATS = {
    "f8": "d",
    "f4": "f",
    "i4": "i",
    "i2": "h",
    "i1": "b",
    "u4": "I",
    "u2": "H",
    "u1": "B",
    "i8": "q",
    "u8": "Q",
}


def texts(path: Path) -> Iterator[str]:
    """Every text that a file holds, whatever its wrapping. Raises GateError for a kind that cannot be opened."""
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        yield from _parquet(path)
    elif suffix == ".pdf":
        yield from _pdf(path.read_bytes())
    elif suffix in (".xlsx", ".zip", ".ods", ".docx"):
        yield from _zip(path.read_bytes())
    elif suffix in (".html", ".htm", ".json", ".csv", ".ipynb", ".svg", ".txt", ".md", ".js", ".css", ".xml"):
        yield from _text(path.read_bytes())
    else:
        raise GateError(f"{path.name} : ce genre de fichier ne sait pas être vérifié, il n'est pas publié.")


def _text(content: bytes) -> Iterator[str]:
    text = told = content.decode("utf-8", errors="replace")
    yield text
    with suppress(ValueError, RecursionError):  # not JSON, or none that it is sane to read as such
        # a key may be there twice; neighbours make no name together
        told = "\n;\n".join(_strings(json.loads(text, object_pairs_hook=list)))
    as_read = _ESCAPED.sub(_unescaped, html.unescape(told))
    if as_read != text:
        yield as_read
    for first, packed, packed_too, last in _TYPED_ARRAY.findall(text):
        yield _typed_array(first or last, packed or packed_too)
    for packed in _DATA_ADDRESS.findall(told):
        try:
            yield from _unknown(base64.b64decode(packed))
        except binascii.Error:
            continue


def _strings(data: object) -> Iterator[str]:
    """Every key and text of a JSON document read as lists."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, (list, tuple)):
        for item in data:
            yield from _strings(item)


def _unescaped(match: re.Match[str]) -> str:
    # a new line parts two numbers, as a space does not
    return chr(int(match[1], 16)) if match[1] else match[2] or "\n"


def _unknown(content: bytes) -> Iterator[str]:
    if content[:2] == b"PK":
        yield from _zip(content)
    elif content[:4] == b"%PDF":
        yield from _pdf(content)
    elif content[:2] == b"\x1f\x8b":
        yield from _text(zlib.decompress(content, 31))
    else:
        yield content.decode("utf-8", errors="replace")


def _typed_array(dtype: str, packed: str) -> str:
    """Numbers of an array of Plotly, which embeds them as base64."""
    content = base64.b64decode(packed.replace("\\u002f", "/").replace("\\/", "/"))
    code = _FORMATS[dtype]
    count = len(content) // struct.calcsize(code)
    # a short float keeps seven digits: what follows them is noise that would hide the amount
    written = ".7g" if code == "f" else ".6f"
    return " ; ".join(
        f"{Decimal(format(value, written)):f}"
        for value in struct.unpack(f"<{count}{code}", content[: count * struct.calcsize(code)])
        if value == value
    )


def _zip(content: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        yield archive.comment.decode("utf-8", errors="replace")
        for entry in archive.infolist():
            yield entry.filename
            data = archive.read(entry)
            yield from _unknown(data) if data[:2] == b"PK" or data[:4] == b"%PDF" else _text(data)


def _parquet(path: Path) -> Iterator[str]:
    labels = [
        field.name
        for field in pq.read_schema(path)
        if pa.types.is_string(field.type) or pa.types.is_dictionary(field.type)
    ]
    # `read_table` would load pandas
    with pq.ParquetFile(path, read_dictionary=labels) as file:
        table = file.read()
    for name in table.column_names:
        for chunk in table.column(name).chunks:
            # a dictionary keeps labels that no row uses any more
            told = (
                [*chunk.dictionary.to_pylist(), *chunk.to_pylist()] if name in labels else chunk.to_pylist()
            )
            yield " ; ".join("" if value is None else str(value) for value in told)
    yield path.read_bytes().decode("utf-8", errors="replace")
    metadata = pq.read_metadata(path)
    for group in range(metadata.num_row_groups):
        for column in range(metadata.num_columns):
            statistics = metadata.row_group(group).column(column).statistics
            if statistics is not None and statistics.has_min_max:
                yield f"{statistics.min} ; {statistics.max}"


def _pdf(content: bytes) -> Iterator[str]:
    """Text of the pages and fields; every stream too, its digits (positions of letters) left out."""
    yield content.translate(_DIGITS_OUT).decode("latin-1")
    for match in re.finditer(rb"stream\r?\n(.*?)endstream", content, re.DOTALL):
        try:
            yield zlib.decompressobj().decompress(match[1]).translate(_DIGITS_OUT).decode("latin-1")
        except zlib.error:
            continue
    document = pdfium.PdfDocument(content)
    for page in document:
        yield page.get_textpage().get_text_range().replace("\u200b", "")
    if document.get_formtype() != pdfium_c.FORMTYPE_NONE:
        from pypdf import PdfReader  # slow, and few funders have a form

        for filled in (PdfReader(io.BytesIO(content)).get_fields() or {}).values():
            yield str(filled.value or "")
