"""A fillable form made here, filled from the Cerfa table, and what is said when it cannot be."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, NameObject, TextStringObject

from periscope.errors import GateError
from reports import families, form, render
from reports.report import Report
from tests.fixtures import reader_folder

FIELDS = ("Exercice", "P60", "R60", "PctT1", "RTotalProduits", "Subvention", "Part", "Observations")
MAPPING = """
[form]
fiscal_year = "Exercice"
"forecast.60" = "P60"
"realised.60" = "R60"
"percent.T1.charge" = "PctT1"
"realised.T1.income" = "RTotalProduits"
grant_eur = "Subvention"
grant_percent = "Part"
observations = "Observations"
"""


def blank(names: tuple[str, ...] = FIELDS) -> bytes:
    """A one-page PDF with text fields, and an action that would run when it is opened."""
    writer = PdfWriter()
    page = writer.add_blank_page(595, 842)
    fields = ArrayObject()
    for n, name in enumerate(names):
        box = ArrayObject(FloatObject(v) for v in (50, 780 - 30 * n, 300, 800 - 30 * n))
        field = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Annot"), NameObject("/Subtype"): NameObject("/Widget"),
                NameObject("/FT"): NameObject("/Tx"), NameObject("/T"): TextStringObject(name),
                NameObject("/Rect"): box, NameObject("/DA"): TextStringObject("/Helv 10 Tf 0 g"),
            }
        )  # fmt: skip
        script = {
            NameObject("/S"): NameObject("/JavaScript"),
            NameObject("/JS"): TextStringObject("app.launchURL('y')"),
        }
        field[NameObject("/AA")] = DictionaryObject({NameObject("/K"): DictionaryObject(script)})
        fields.append(writer._add_object(field))
    page[NameObject("/Annots")] = fields
    font = DictionaryObject(
        {NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1"),
         NameObject("/BaseFont"): NameObject("/Helvetica"), NameObject("/Encoding"): NameObject("/WinAnsiEncoding")}
    )  # fmt: skip
    resources = DictionaryObject({NameObject("/Font"): DictionaryObject({NameObject("/Helv"): font})})
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject(
        {NameObject("/Fields"): fields, NameObject("/DR"): resources}
    )
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(
        {
            NameObject("/S"): NameObject("/JavaScript"),
            NameObject("/JS"): TextStringObject("app.launchURL('x')"),
        }
    )
    buffer = BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def own_family(mapping: str = MAPPING) -> dict[str, str]:
    text = (families.FOLDER / "cerfa.toml").read_text("utf-8")
    return {"cerfa": text.partition("[form]")[0] + mapping}


def folder_with(tmp_path: Path, content: bytes, mapping: str = MAPPING) -> Path:
    folder = reader_folder.write(tmp_path / "f", families=own_family(mapping))
    (folder / "cerfa.pdf").write_bytes(content)
    return folder


def test_the_form_is_filled_from_the_table(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, blank())
    (path,) = form.fill_all(Report.open(folder))
    assert path.name == "formulaire-1-2026.pdf" and not (folder / "cerfa.pdf").exists()
    reader = PdfReader(path)
    found = {name: str(field.value or "") for name, field in (reader.get_fields() or {}).items()}
    assert found["Exercice"] == "2026"
    assert (found["P60"], found["R60"]) == ("1 200", "1 380")
    assert (found["PctT1"], found["RTotalProduits"]) == ("98,7", "48 700")
    assert (found["Subvention"], found["Part"]) == ("30 000", "61,6")
    assert "excédent de 1 347 €" in found["Observations"]
    assert b"launchURL" in blank() and b"launchURL" not in path.read_bytes()
    assert "/OpenAction" not in reader.trailer["/Root"]


def test_filling_repeats_to_the_byte(tmp_path: Path) -> None:
    first, second = (form.fill_all(Report.open(folder_with(tmp_path / n, blank())))[0] for n in "ab")
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize(
    ("content", "mapping", "said"),
    [
        (b"%PDF-1.7 casse", MAPPING, "n'est pas un PDF lisible"),
        (blank(("A",)), MAPPING, "« Exercice » n'est pas un champ"),
        (blank(), '[form]\n"forecast.99" = "P60"\n', "« forecast.99 » n'est pas un de nos noms"),
        (blank(), "[form]\n", "Exercice, Observations, P60"),
    ],
)
def test_a_form_that_cannot_be_filled_is_refused(
    tmp_path: Path, content: bytes, mapping: str, said: str
) -> None:
    with pytest.raises(GateError, match=said):
        form.fill_all(Report.open(folder_with(tmp_path, content, mapping)))


def test_a_refused_form_stops_the_publication(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, blank(("A",)))
    with pytest.raises(GateError, match=r"texts/cerfa\.toml"):
        render.render_reader(folder)
