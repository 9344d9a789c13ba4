"""The breakdown by function that a pole has chosen, because alone most functions would be hidden: [layouts].

`function` lists the functions told together (`a+b`): everywhere, the class replaces them, in every quarter, so that
quarters stay comparable. An empty list says that the proposals were seen and that functions stay as they are.
`function_period = "year"` tells amounts by function for years only, so that more of the years can be told.
`bands = true` tells between which two rungs of a public ladder a hidden amount by function lies.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from periscope.errors import UsageError
from periscope.nomenclatures import FUNCTIONS

#: A member whose register row has no function.
UNKNOWN = "unknown"
_LABELS = {key: names[0] for key, names in FUNCTIONS.items()} | {UNKNOWN: "Fonction non renseignée"}
_KEYS = ("function", "function_period", "bands")
YEAR_ONLY = '[layouts] function_period = "year"'
BANDS = "[layouts] bands = true"


def class_id(functions: Iterable[str]) -> str:
    return "+".join(sorted(functions))


def function_classes(layouts: dict[str, Any]) -> dict[str, str]:
    """Function -> the class that replaces it. Raises UsageError with what is wrong in [layouts]."""
    unknown = sorted(set(layouts) - set(_KEYS))
    if unknown:
        raise _wrong(f"réglage inconnu « {unknown[0]} ». Clés possibles : {', '.join(_KEYS)}")
    if layouts.get("function_period", "quarter") not in ("quarter", "year"):
        raise _wrong('« function_period » est "quarter" ou "year"')
    if not isinstance(layouts.get("bands", False), bool):
        raise _wrong("« bands » est true ou false")
    classes = layouts.get("function", [])
    if not isinstance(classes, list):
        raise _wrong('« function » est une liste : ["creation_support+promotion_training"]')
    found: dict[str, str] = {}
    for written in classes:
        functions = [part.strip() for part in str(written).split("+")]
        for function in functions:
            if function not in _LABELS:
                raise _wrong(f"fonction inconnue « {function} ». Fonctions possibles : {', '.join(_LABELS)}")
            if function in found:
                raise _wrong(f"« {function} » est dans deux classes")
            found[function] = class_id(functions)
    return found


def is_by_year(layouts: dict[str, Any]) -> bool:
    """Whether amounts by function are told for years only."""
    return layouts.get("function_period") == "year"


def is_by_band(layouts: dict[str, Any]) -> bool:
    """Whether hidden amounts by function are told as bands."""
    return layouts.get("bands") is True


def _wrong(what: str) -> UsageError:
    return UsageError(f"periscope.toml, [layouts] : {what}.")


def label(item: str) -> str:
    """French words of a function or of a class."""
    return " + ".join(_LABELS.get(function, function) for function in item.split("+"))


def labels(layouts: dict[str, Any]) -> dict[str, str]:
    """French words of every function and of every class chosen."""
    return _LABELS | {item: label(item) for item in function_classes(layouts).values()}


def words(layout: str) -> str:
    """French words of a layout, given as its line of periscope.toml; empty for the present one."""
    if not layout:
        return "Aujourd'hui"
    if layout == YEAR_ONLY:
        return "Fonctions à l'année seulement"
    if layout == BANDS:
        return "Tranches à la place des cases masquées"
    classes = json.loads(layout.partition(" = ")[2])
    return " · ".join(label(item) for item in classes) + ", ensemble"


def setting(classes: Iterable[str]) -> str:
    """The line of periscope.toml that chooses the classes of several functions among these."""
    return f"[layouts] function = {json.dumps(sorted(item for item in classes if '+' in item))}"


def is_same_in(edition: Path, layouts: dict[str, Any]) -> bool:
    """Whether an internal edition has the same classes: other ones cannot be compared with, function by function."""
    manifest = json.loads((edition / "manifest.json").read_text(encoding="utf-8"))
    return function_classes(manifest["settings"].get("layouts", {})) == function_classes(layouts)
