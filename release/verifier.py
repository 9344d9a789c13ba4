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
from decimal import Decimal
from pathlib import Path

_EPOCH = (1980, 1, 1, 0, 0, 0)
_TOLERANCE = {"eur": "0", "count": "0", "fte": "0.0005", "hours": "0.00005"}
#: the rounding of a rate, by unit; estimates have two counts too, but are no rate of them
_RATES = {"share": "0.000001", "number": "0.0001"}
_ESTIMATES = ("_km", "_effect", "_effect_low", "_effect_high", "_effect_mde")


def problems(path: Path) -> list[str]:
    """Every reason to say that the bundle is not as it was closed; raises ValueError when it cannot be read."""
    content = path.read_bytes()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = {name: archive.read(name) for name in archive.namelist()}
            contents = json.loads(entries["contents.json"])
            closing = json.loads(entries["closing.json"])
    except (
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        EOFError,
        OSError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        if content[:4] == b"PK\x03\x04":
            return [f"{path.name} : l'archive est abîmée ({type(error).__name__})"]
        raise ValueError(f"{path.name} n'est pas un dossier de preuve") from error
    found = []
    for name in sorted(contents.keys() | entries.keys() - {"contents.json"}):
        if name not in entries:
            found.append(f"{name} : fichier absent")
        elif contents.get(name) != hashlib.sha256(entries[name]).hexdigest():
            found.append(f"{name} : contenu modifié")
    told = {key: value for key, value in closing.items() if key != "hash"}
    text = json.dumps(told, ensure_ascii=False, sort_keys=True)
    if closing.get("hash") != hashlib.sha256(text.encode()).hexdigest():
        found.append("closing.json : l'empreinte de la clôture ne correspond pas")
    found += _folder_problems(entries, closing)
    if not found and _rewritten(entries) != content:
        found.append(f"{path.name} : l'archive n'est pas celle qui a été écrite")
    return found


def _rewritten(entries: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, data in sorted(entries.items()):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data)
    return target.getvalue()


def _folder_problems(entries: dict[str, bytes], closing: dict[str, dict[str, str]]) -> list[str]:
    found = []
    manifests = [name for name in entries if name.count("/") == 1 and name.endswith("/manifest.json")]
    if len(manifests) != 1:
        return ["manifest.json : fichier absent"]
    reader = manifests[0].split("/")[0]
    if closing["readers"].get(reader) != hashlib.sha256(entries[manifests[0]]).hexdigest():
        found.append(f"{manifests[0]} : n'est pas celui de la clôture")
    for name, expected in json.loads(entries[manifests[0]])["files"].items():
        data = entries.get(f"{reader}/{name}")
        if data is None or hashlib.sha256(data).hexdigest() != expected:
            found.append(f"{reader}/{name} : n'est pas le fichier de la clôture")
    found += _rates(_rows(entries[f"{reader}/figures.csv"]))
    if f"{reader}/sources.csv" in entries:
        found += _sums(entries, reader)
    return found


def _rates(figures: list[dict[str, str]]) -> list[str]:
    """Rates and growths recomputed from their two counts, the bridge from its items: whatever a reader was given."""
    found = []
    bridges: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in figures:
        if row["indicator_id"] == "turnover_bridge":
            bridges.setdefault((row["period"], row["perimeter"]), []).append(row)
        over, under = row["numerator"], row["denominator"]
        is_rate = row["unit"] in _RATES and not row["indicator_id"].endswith(_ESTIMATES)
        if is_rate and row["value"] and over and under and Decimal(under):
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


def _sums(entries: dict[str, bytes], reader: str) -> list[str]:
    """Additive figures recomputed from the rows they come from."""
    definitions = {row["indicator_id"]: row for row in _rows(entries["definitions.csv"])}
    totals: dict[str, Decimal] = {}
    for row in _rows(entries[f"{reader}/sources.csv"]):
        totals[row["figure_id"]] = totals.get(row["figure_id"], Decimal(0)) + Decimal(
            row["contribution"] or 0
        )
    found = []
    for row in _rows(entries[f"{reader}/figures.csv"]):
        is_additive = definitions[row["indicator_id"]]["is_additive"] == "true"
        if is_additive and row["value"] and row["unit"] in _TOLERANCE:
            gap = abs(Decimal(row["value"]) - totals.get(row["figure_id"], Decimal(0)))
            if gap > Decimal(_TOLERANCE[row["unit"]]):
                found.append(
                    f"{row['figure_id']} : vaut {row['value']}, ses sources font {totals.get(row['figure_id'], 0)}"
                )
    return found


def _rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8"))))


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    try:
        found = problems(Path(sys.argv[1]))
    except (OSError, ValueError) as error:
        print(f"Non vérifiable : {error}")
        return 2
    print("\n".join(["ALTÉRÉ", *found]) if found else "Intact : tout est comme à la clôture.")
    return 3 if found else 0


if __name__ == "__main__":
    sys.exit(main())
