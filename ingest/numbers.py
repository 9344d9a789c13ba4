"""Numbers as people write them, read as Decimal. A mark that may mean two things is refused, never guessed."""

from __future__ import annotations

import re
from datetime import time, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from ingest.unreadable import Unreadable

#: every blank met inside numbers: space, no-break, narrow no-break, thin, figure…
SPACES = "            　"
_SPACE = f"[{SPACES}]"
_GROUPED = re.compile(rf"[0-9]{{1,3}}(?:{_SPACE}[0-9]{{3}})+|[0-9]+")
_CURRENCY = re.compile(rf"^(?:€|eur|euros?){_SPACE}*|{_SPACE}*(?:€|eur|euros?)$", re.IGNORECASE)
_WRITE_SO = "Écrivez par exemple 1 234,56 : espaces pour les milliers, une virgule pour les décimales."


def decimal_of(raw: object, places: int, *, grouping: bool = True) -> Decimal:
    """The number in a cell, with at most `places` decimals. Raises Unreadable.

    A number typed in a spreadsheet carries the noise of binary fractions and of formulas: it is rounded to
    `places`. A text with more decimals is refused. `grouping` is False where thousands cannot occur (shares), so
    that `0.125` is no doubt there.
    """
    if isinstance(raw, bool):
        raise Unreadable("Une case vrai/faux se trouve là où un nombre est attendu.", _WRITE_SO)
    if isinstance(raw, int | float | Decimal):
        return _of_number(raw, places)
    text, is_negative = _unsigned(_CURRENCY.sub("", str(raw).strip(SPACES)))
    mark = "," if "," in text else "."
    whole, decimals = _split(text, mark, grouping)
    if len(decimals.rstrip("0")) > places:
        raise Unreadable(
            f"Ce nombre a plus de {places} décimales.",
            f"Arrondissez-le à {places} décimales, selon votre règle.",
        )
    value = Decimal(re.sub(_SPACE, "", whole) + "." + (decimals or "0"))
    return quantized(-value if is_negative else value, places)


def quantized(value: Decimal, places: int) -> Decimal:
    """`value` rounded half up to `places`. Raises Unreadable beyond 15 digits, which no cell of a form holds."""
    if abs(value) >= Decimal(10) ** (15 - places):
        raise Unreadable(
            "Ce nombre est trop grand pour être vrai.", "Vérifiez le nombre de chiffres et l'unité."
        )
    rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return abs(rounded) if rounded == 0 else rounded


def hours_of(raw: object) -> Decimal:
    """Hours: `151,67`, `151:40`, `35h30`, or a duration of a spreadsheet, also above 24 h."""
    if isinstance(raw, timedelta):
        return quantized(Decimal(raw // timedelta(seconds=1)) / 3600, 2)
    if isinstance(raw, time):
        return quantized(Decimal(raw.hour * 3600 + raw.minute * 60 + raw.second) / 3600, 2)
    match = re.fullmatch(r"([0-9]{1,6}) ?(?:[:hH]) ?([0-5][0-9])?(?::([0-5][0-9]))?", str(raw).strip(SPACES))
    if match:
        seconds = int(match[1]) * 3600 + int(match[2] or 0) * 60 + int(match[3] or 0)
        return quantized(Decimal(seconds) / 3600, 2)
    return decimal_of(raw, 2)


def _of_number(raw: int | float | Decimal, places: int) -> Decimal:
    try:
        value = Decimal(repr(raw)) if isinstance(raw, float) else Decimal(raw)
        if not value.is_finite():
            raise InvalidOperation
    except InvalidOperation as error:
        raise Unreadable("Cette case ne contient pas un nombre.", _WRITE_SO) from error
    return quantized(value, places)


def _unsigned(text: str) -> tuple[str, bool]:
    """The number without its sign, which may stand first, last, or be parentheses."""
    text = text.strip(SPACES)
    if text.startswith("(") and text.endswith(")"):
        return text[1:-1].strip(SPACES), True
    text = text.replace("−", "-")
    if text.startswith("-") or text.endswith("-"):
        bare = text[1:] if text.startswith("-") else text[:-1]
        return bare.strip(SPACES), True
    return text.removeprefix("+").strip(SPACES), False


def _split(text: str, mark: str, grouping: bool) -> tuple[str, str]:
    whole, _, decimals = text.partition(mark)
    if ("," in text and "." in text) or text.count(mark) > 1:
        raise Unreadable(
            "On ne sait pas si les points et virgules séparent des milliers ou des décimales.", _WRITE_SO
        )
    if not (_GROUPED.fullmatch(whole) and ((decimals.isascii() and decimals.isdigit()) or not decimals)):
        raise Unreadable("Cette case ne contient pas un nombre.", _WRITE_SO)
    # `1.725` and `1725,000` have been met for 1 725 000; `1 234,567` and `0,567` can only be decimals
    is_plain = whole.isdigit() and whole.strip("0") != ""
    if grouping and len(decimals) == 3 and is_plain:
        raise Unreadable(
            f"« {mark} » suivi de trois chiffres peut vouloir dire des milliers ou des décimales.", _WRITE_SO
        )
    if mark in text and not decimals:
        raise Unreadable("Ce nombre finit par une virgule ou un point.", _WRITE_SO)
    return whole, decimals
