"""Vérifie un dossier de preuve de Périscope. Il ne faut que Python 3.11 :  python3 verifier.py DOSSIER.zip

Statut de sortie : 0 intact, 3 altéré, 2 non vérifiable.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sys
import zipfile
import zlib
from decimal import Decimal
from pathlib import Path

_EPOCH = (1980, 1, 1, 0, 0, 0)
_TOLERANCE = {"eur": "0", "count": "0", "fte": "0.0005", "hours": "0.00005"}
#: the rounding of a rate, by unit; estimates have two counts too, but are no rate of them
_RATES = {"share": "0.000001", "number": "0.0001"}
_ESTIMATES = ("_km", "_effect", "_effect_low", "_effect_high", "_effect_mde")

#: what a damaged archive, or a content that is not what it should be, makes of its reading
_UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, ArithmeticError, AttributeError, EOFError, KeyError),
    *(NotImplementedError, OSError, RuntimeError, TypeError, ValueError),
)


def problems(path: Path) -> list[str]:
    """Every reason to say that the bundle is not as it was closed; raises ValueError when it is no bundle."""
    content = path.read_bytes()
    try:
        return _problems(path.name, content)
    except _UNREADABLE as error:
        if b"PK\x03\x04" in content:
            return [f"{path.name} : le dossier est abîmé ou incomplet ({type(error).__name__})"]
        raise ValueError(f"{path.name} n'est pas un dossier de preuve") from error


def _problems(name: str, content: bytes) -> list[str]:
    entries = _entries(content)
    contents, closing = json.loads(entries["contents.json"]), json.loads(entries["closing.json"])
    found = []
    for entry in sorted(contents.keys() | entries.keys() - {"contents.json"}):
        if entry not in entries:
            found.append(f"{entry} : fichier absent")
        elif contents.get(entry) != hashlib.sha256(entries[entry]).hexdigest():
            found.append(f"{entry} : contenu modifié")
    told = {key: value for key, value in closing.items() if key != "hash"}
    text = json.dumps(told, ensure_ascii=False, sort_keys=True)
    if closing.get("hash") != hashlib.sha256(text.encode()).hexdigest():
        found.append("closing.json : l'empreinte de la clôture ne correspond pas")
    if not found:  # hashes name the file at fault; those that agree may have been written again
        found = _folder_problems(entries, closing)
    if not found and _rewritten(entries) != content:
        found.append(f"{name} : l'archive n'est pas celle qui a été écrite")
    return found


def _entries(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _rewritten(entries: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, data in sorted(entries.items()):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data)
    return target.getvalue()


def _folder_problems(entries: dict[str, bytes], closing: dict[str, dict[str, str]]) -> list[str]:
    found = []
    reader = _reader(entries)
    manifest = f"{reader}/manifest.json"
    if closing["readers"].get(reader) != hashlib.sha256(entries[manifest]).hexdigest():
        found.append(f"{manifest} : n'est pas celui de la clôture")
    for name, expected in json.loads(entries[manifest])["files"].items():
        data = entries.get(f"{reader}/{name}")
        if data is None or hashlib.sha256(data).hexdigest() != expected:
            found.append(f"{reader}/{name} : n'est pas le fichier de la clôture")
    return found + _rates(_rows(entries[f"{reader}/figures.csv"])) + _sums(entries, reader)


def _reader(entries: dict[str, bytes]) -> str:
    """Whose bundle it is: the one folder with a manifest."""
    (manifest,) = (name for name in entries if name.count("/") == 1 and name.endswith("/manifest.json"))
    return manifest.split("/")[0]


def _rates(figures: list[dict[str, str]]) -> list[str]:
    """Rates and growths recomputed from their two counts, the bridge from its items: whatever a reader was given."""
    found = []
    bridges: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in figures:
        if row["indicator_id"] == "turnover_bridge":
            bridges.setdefault((row["period"], row["perimeter"]), []).append(row)
        if _is_rate(row):
            over, under = row["numerator"], row["denominator"]
            rate = Decimal(over) / Decimal(under)
            gap = min(abs(Decimal(row["value"]) - rate + shift) for shift in (0, 1))
            if gap > Decimal(_RATES[row["unit"]]):
                found.append(
                    f"{row['figure_id']} : vaut {row['value']}, ses deux nombres sont {over} et {under}"
                )
    for items in bridges.values():
        total = [row for row in items if row["item"] == "total"]
        parts = sum(Decimal(row["value"] or 0) for row in items if row["item"] != "total")
        if total and all(row["value"] for row in items) and Decimal(total[0]["value"]) != parts:
            found.append(f"{total[0]['figure_id']} : vaut {total[0]['value']}, ses postes font {parts}")
    return found


def _is_rate(row: dict[str, str]) -> bool:
    """True for a rate told with its two counts."""
    is_rate = row["unit"] in _RATES and not row["indicator_id"].endswith(_ESTIMATES)
    return is_rate and bool(row["value"] and row["numerator"] and Decimal(row["denominator"] or 0))


def _sums(entries: dict[str, bytes], reader: str) -> list[str]:
    """Additive figures recomputed from the rows they come from, and for the house the first count of its rates."""
    found = [
        f"{row['figure_id']} : vaut {row['value']}, ses sources font {total}"
        for row, total in _summed(entries, reader)
        if abs(Decimal(row["value"]) - total) > Decimal(_TOLERANCE[row["unit"]])
    ]
    if f"{reader}/sources.csv" not in entries:
        return found
    totals = _totals(entries, reader)
    return found + [
        f"{row['figure_id']} : rapporte {row['numerator']}, ses sources font {totals.get(row['figure_id'], 0)}"
        for row in _rows(entries[f"{reader}/figures.csv"])
        if _is_rate(row) and Decimal(row["numerator"]) != totals.get(row["figure_id"], Decimal(0))
    ]


def _totals(entries: dict[str, bytes], reader: str) -> dict[str, Decimal]:
    """Sum by figure of sources.csv (the house) or of rows.csv (the other readers)."""
    totals: dict[str, Decimal] = {}
    for name in ("sources.csv", "rows.csv"):
        for row in _rows(entries.get(f"{reader}/{name}", b"")):
            amount = Decimal(row["contribution"] or 0)
            totals[row["figure_id"]] = totals.get(row["figure_id"], Decimal(0)) + amount
    return totals


def _summed(entries: dict[str, bytes], reader: str) -> list[tuple[dict[str, str], Decimal]]:
    """Each sum whose rows must be here, with their total.

    The house has the rows of every sum (sources.csv). Another reader (rows.csv) has those of what no secrecy covers,
    and of other sums where they tell nothing more.
    """
    totals = _totals(entries, reader)
    additive = {
        row["indicator_id"]: row["secrecy"]
        for row in _rows(entries["definitions.csv"])
        if row["is_additive"] == "true"
    }
    is_house, has_rows = f"{reader}/sources.csv" in entries, f"{reader}/rows.csv" in entries
    return [
        (row, totals.get(row["figure_id"], Decimal(0)))
        for row in _rows(entries[f"{reader}/figures.csv"])
        if row["value"] and row["unit"] in _TOLERANCE and row["indicator_id"] in additive
        if is_house or row["figure_id"] in totals or (has_rows and additive[row["indicator_id"]] == "exempt")
    ]


def _rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8"))))


def recomputed(path: Path) -> str:
    """French words: how many figures of an intact bundle were worked out again, and from what."""
    entries = _entries(path.read_bytes())
    reader = _reader(entries)
    told = [row for row in _rows(entries[f"{reader}/figures.csv"]) if row["value"]]
    sums, rates = len(_summed(entries, reader)), sum(map(_is_rate, told))
    return (
        f"{len(told)} chiffres ont une valeur : {sums} refaits à partir de leurs lignes, {rates} de leurs deux nombres. "
        "Les lignes des autres ne sont pas dans ce dossier, ou ne s'additionnent pas."
    )


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    try:
        found = problems(Path(sys.argv[1]))
    except (OSError, ValueError) as error:
        print(f"Non vérifiable : {error}")
        return 2
    print(
        "\n".join(
            ["ALTÉRÉ", *found]
            if found
            else ["Intact : tout est comme à la clôture.", recomputed(Path(sys.argv[1]))]
        )
    )
    return 3 if found else 0


if __name__ == "__main__":
    sys.exit(main())
