"""One cell, read by the type of its column (`periscope.tables`). Missing is None; doubt is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from stdnum import luhn
from stdnum.fr import siret as stdnum_siret

from ingest import moments, numbers
from ingest.context import fold
from ingest.unreadable import Unreadable
from periscope.errors import UsageError
from periscope.quarters import Quarter
from periscope.tables import SQL_TYPES, Column

__all__ = ["Unreadable", "parse", "text_of"]

_TRUE = {"true", "vrai", "oui", "1", "yes"}
_FALSE = {"false", "faux", "non", "0", "no"}
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_SPREADSHEET_ERROR = re.compile(r"#(?:REF|NAME|NOM|VALUE|VALEUR|NUM|NOMBRE|NULL|NUL|DIV/0)[!?]|#N/A|#####*")
_SIREN_REMEDY = "Écrivez les 9 chiffres du SIREN, la cellule étant au format texte."


def parse(column: Column, raw: object) -> object | None:
    """The typed value of one cell, None when it is empty.

    Types are those of `periscope.tables.SQL_TYPES`: Decimal for money, shares and quantities, date, naive UTC
    datetime, int, bool, `HH:MM`, text. Raises Unreadable, whose reason never quotes the cell.
    """
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return None
    if isinstance(raw, str) and raw == "#FORMULE!":
        raise Unreadable(
            "La formule de cette cellule a été enregistrée sans sa valeur.",
            "Ouvrez le classeur dans un tableur et enregistrez-le, ou saisissez la valeur.",
        )
    if isinstance(raw, str) and _SPREADSHEET_ERROR.fullmatch(raw.strip()):
        raise Unreadable(
            "La cellule contient une erreur de tableur.", "Corrigez la formule, ou saisissez la valeur."
        )
    return _PARSERS[column.type](column, raw)


def text_of(raw: object) -> str:
    """A cell as text: 12.0 is `12`, dates are ISO, invisible control characters are blanks."""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, float):
        return str(int(raw)) if raw.is_integer() and abs(raw) < 1e15 else repr(raw)
    if isinstance(raw, datetime):
        return raw.date().isoformat() if raw.time() == time(0) else raw.isoformat(" ")
    if isinstance(raw, date | time):
        return raw.isoformat()
    if isinstance(raw, timedelta):
        minutes = raw // timedelta(minutes=1)
        return f"{minutes // 60}:{minutes % 60:02d}"
    return _CONTROLS.sub(" ", "" if raw is None else str(raw)).strip()


def digits_of(raw: object) -> str:
    """A cell as digits, blanks and dots removed; anything else is kept for the reader to refuse."""
    return re.sub(rf"[{numbers.SPACES}.]", "", text_of(raw))


def _siren(column: Column, raw: object) -> str:
    """SIREN kept as text. Zeros lost by a spreadsheet are put back when only one number can result."""
    digits = digits_of(raw)
    if re.fullmatch(r"[0-9],?[0-9]*[eE]\+?[0-9]+", digits):
        raise Unreadable(
            "Le tableur a remplacé ce numéro par une puissance de dix : des chiffres sont perdus.",
            _SIREN_REMEDY,
        )
    if not re.fullmatch("[0-9]+", digits):
        raise Unreadable("Cette case ne contient pas un SIREN.", _SIREN_REMEDY)
    if not digits.strip("0"):
        raise Unreadable("Un SIREN ne peut pas être fait de zéros seulement.", _SIREN_REMEDY)
    if 5 <= len(digits) < 9 and luhn.is_valid(digits.zfill(9)):
        return digits.zfill(9)
    if 12 <= len(digits) < 14 and stdnum_siret.is_valid(digits.zfill(14)):
        return digits.zfill(14)[:9]
    if len(digits) not in (9, 14) or not digits[:9].strip("0"):
        raise Unreadable(f"Un SIREN a 9 chiffres (un SIRET 14) ; il y en a ici {len(digits)}.", _SIREN_REMEDY)
    return digits[:9]


def _sirens(column: Column, raw: object) -> str | None:
    """SIRENs and member_ids separated by `;`. Which is which needs the register, so the texts are only tidied."""
    parts = [part.strip() for part in re.split(r"[;\n\r|]", text_of(raw))]
    return ";".join(part for part in parts if part) or None


def _choice(column: Column, raw: object) -> str:
    wanted = fold(text_of(raw))
    found: set[str] = set()
    for compare in (lambda text: text, _stem):
        for identifier, spellings in column.choices.items():
            if compare(wanted) in {compare(fold(text)) for text in (identifier, *spellings)}:
                found.add(identifier)
        if len(found) == 1:
            return found.pop()
    labels = ", ".join(spellings[0] for spellings in column.choices.values())
    raise Unreadable("Cette réponse n'est pas dans la liste.", f"Choisissez parmi : {labels}.")


def _stem(text: str) -> str:
    """Gender and number folded: `réalisée`, `réalisés` and `réalisé` are one answer."""
    return " ".join(word.rstrip("es") if len(word) > 3 else word for word in text.split())


def _quarter(column: Column, raw: object) -> str:
    text = text_of(raw)
    words = re.fullmatch(r"([1-4]) ?(?:er|e|eme) trimestre (?:de )?([0-9]{4})", fold(text))
    try:
        return str(Quarter(int(words[2]), int(words[1])) if words else Quarter.parse(text))
    except UsageError as error:
        raise Unreadable("Cette case ne dit pas un trimestre.", "Écrivez par exemple 2026-Q3.") from error


def _share(column: Column, raw: object) -> Decimal:
    """A share 0..1; above 1, or followed by %, it is a percentage."""
    percent = isinstance(raw, str) and raw.strip().endswith("%")
    value = numbers.decimal_of(
        raw.strip()[:-1] if isinstance(raw, str) and percent else raw, 6, grouping=False
    )
    if percent or value > 1:
        value = numbers.quantized(value / 100, 6)
    if not 0 <= value <= 1:
        raise Unreadable("Une part va de 0 à 100 %.", "Écrivez par exemple 0,8 ou 80 %.")
    return value


def _count(column: Column, raw: object) -> int:
    value = numbers.decimal_of(raw, 6)
    if value != value.to_integral_value() or not 0 <= value < 2**31:
        raise Unreadable("Un nombre entier, positif ou nul, est attendu.", "Écrivez un nombre sans décimale.")
    return int(value)


def _bool(column: Column, raw: object) -> bool:
    text = fold(text_of(raw))
    if text in _TRUE | _FALSE:
        return text in _TRUE
    raise Unreadable("Cette case ne dit ni oui ni non.", "Écrivez oui ou non.")


def _amount(column: Column, raw: object) -> Decimal:
    return numbers.decimal_of(raw, int(str(SQL_TYPES[column.type]).rstrip(")").split(",")[1]))


def _quantity(column: Column, raw: object) -> Decimal:
    value = numbers.hours_of(raw) if column.type == "hours" else _amount(column, raw)
    if value < 0:
        raise Unreadable("Cette quantité ne peut pas être négative.", "Vérifiez le signe.")
    return value


_PARSERS: dict[str, Callable[[Column, object], object]] = {
    "text": lambda column, raw: text_of(raw) or None,
    "person": lambda column, raw: text_of(raw) or None,
    "siren": _siren,
    "sirens": _sirens,
    "enum": _choice,
    "quarter": _quarter,
    "date": lambda column, raw: moments.date_of(raw),
    "person_date": lambda column, raw: moments.date_of(raw),
    "time": lambda column, raw: moments.time_of(raw),
    "instant": lambda column, raw: moments.instant_of(raw),
    "weekday": lambda column, raw: moments.weekday_of(raw),
    "eur": _amount,
    "index": _amount,
    "fte": _quantity,
    "hours": _quantity,
    "area": _quantity,
    "share": _share,
    "count": _count,
    "bool": _bool,
}
