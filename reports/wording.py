"""Evaluators' sentences: figures are written as bindings, and words may not say more than the figures.

A binding is `[[figure_id]]` (the value with its unit and status) or `[[figure_id|évolution]]` (its change on one
year). Square brackets, so that no template engine of the house ever evaluates a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from periscope import catalogue
from periscope.reader_context import Text
from reports import figures as figure_module
from reports import french
from reports.figures import Figure, Figures

BINDING = re.compile(r"\[\[\s*([^\[\]|]+?)\s*(?:\|\s*([^\[\]]*?)\s*)?\]\]")
CHANGE = ("évolution", "evolution")
_MONTHS = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
_SPACE = "[ \u00a0\u202f]"
#: What may stand as a typed number: dates, years, quarters, articles and forms, addresses, phones, web addresses, lists.
_EXEMPT = re.compile(
    rf"""
    https?://\S+ | \S+@\S+
    | \b\d{{1,2}}[/.]\d{{1,2}}[/.]\d{{2,4}}\b | \b\d{{4}}-\d{{2}}-\d{{2}}\b
    | \b(?:1er|\d{{1,2}}){_SPACE}(?:{_MONTHS})(?:{_SPACE}\d{{4}})?\b | \b(?:{_MONTHS}){_SPACE}\d{{4}}\b
    | \b(?:1er|[234]e){_SPACE}trimestre\b(?:{_SPACE}\d{{4}})? | \b[TQ][1-4]{_SPACE}?\d{{4}}\b | \b\d{{4}}-[QT][1-4]\b
    | \b(?:en|de|depuis|fin|début|année|années|exercice|l['’]exercice|courant|et|à|entre|jusqu['’]en|avant|après){_SPACE}
      (?:19|20)\d{{2}}(?:[-–](?:19|20)\d{{2}})?\b(?!{_SPACE}*(?:€|%|euros?|ETP|heures?|emplois?|projets?|membres?))
    | \b(?:articles?|art\.|loi|décret|arrêté|n°|no|Cerfa|annexe|page|chapitre|phase|axe|volet|lot|salle|bâtiment|règlement)
      {_SPACE}*(?:n°{_SPACE}*)?[A-Z]?\d[\d\-/*.]*
    | \b\d{{1,4}}(?:{_SPACE}(?:bis|ter))?,?{_SPACE}(?:rue|avenue|av\.|boulevard|bd|place|chemin|allée|allées|route|impasse|quai)\b
    | \b\d{{5}}{_SPACE}(?=[A-ZÉÈ]) | \b0\d(?:[ .\u00a0\u202f]\d{{2}}){{4}}\b
    | ^\s*\d+[.)]\s | ^\#+\s*\d+[.)]?\s
    """,
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
_NUMBER = re.compile(
    r"(?<![\w\[])[+\-−]?\d[\d\u00a0\u202f ]*(?:[.,]\d+)?(?:[ \u00a0\u202f]?(?:%|€|k€|M€|ETP))?"
)
_NUMBER_WORDS = re.compile(
    r"\b(?:deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|quinze|vingt|trente|quarante|cinquante|soixante|cent"
    r"|mille|une? (?:dizaine|douzaine|quinzaine|vingtaine|trentaine|centaine)|la moitié|un tiers|un quart"
    r"|le double|le triple)\b(?=[ \u00a0\u202f](?:\w+[ \u00a0\u202f])?(?:emplois?|postes?|etp|projets?|membres?|créations?|entreprises?"
    r"|euros|millions?|pour cent|heures|structures|d['’]emplois|de projets|de membres))",
    re.IGNORECASE,
)
_RISE = re.compile(
    r"\b(?:en hausse|hausses?|augment\w+|progress\w+|croissance|croît|s['’]accroît|gagn(?:e|ent|é))\b", re.I
)
_FALL = re.compile(
    r"\b(?:en baisse|baiss\w+|diminu\w+|recul\w*|chut\w+|régress\w+|perd(?:u|ent|s)?|se contracte)\b", re.I
)
_STABLE = re.compile(r"\b(?:stables?|stabilité|inchangée?s?|se maintien\w+)\b", re.I)
_CAUSE = re.compile(
    r"\b(?:grâce (?:à|aux?)|à permis|a(?:vait)? permis|ont permis|permet(?:tent)? (?:de|d['’])|impacts?\b|en raison d|"
    r"à cause d|l['’]effet (?:du|de la|des) pôle|a (?:généré|entraîné|provoqué)|ont (?:généré|entraîné|provoqué)|"
    r"du fait d|dû à|due à|contribu\w+ à|sous l['’]effet)",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(
    r"(?<!\b\d\.)(?<!\b\d\d\.)(?<=[.!?…])\s+(?=[A-ZÉÈÀÂÊÎÔÛÇ\[«\-*])|\n\s*\n|\n(?=\s*[-*#\d])"
)


@dataclass(frozen=True)
class Remark:
    """One refusal: where, what, and what to write instead."""

    file_name: str
    line: int
    message: str
    proposal: str

    def __str__(self) -> str:
        return f"{self.file_name}, ligne {self.line} : {self.message} {self.proposal}"


@dataclass(frozen=True)
class _Sentence:
    text: str
    line: int
    bound: tuple[tuple[Figure, str], ...]


def render(markdown: str, figures: Figures) -> str:
    """The text with each binding replaced by its figure; an unknown binding stays as written (`check` refuses it)."""
    return BINDING.sub(lambda match: _printed(match, figures) or match[0], markdown)


def _printed(match: re.Match[str], figures: Figures) -> str | None:
    figure = figures.by_id.get(match[1])
    if figure is None or (match[2] is not None and match[2].lower() not in CHANGE):
        return None
    if match[2] is None:
        return figure.text
    moved = figure_module.change(figures, figure)
    return moved[1] if moved else french.MISSING


def check(text: Text, figures: Figures) -> list[Remark]:
    """Every refusal of one text, in the order of its lines."""
    remarks = []
    for sentence in _sentences(text.markdown, figures):
        for line, message, proposal in (
            *_unknown_bindings(sentence, figures),
            *_typed_numbers(sentence, figures),
            *_directions(sentence, figures),
            *_causes(sentence),
        ):
            remarks.append(Remark(text.file_name, line, message, proposal))
    return sorted(remarks, key=lambda remark: remark.line)


def _sentences(markdown: str, figures: Figures) -> Iterator[_Sentence]:
    start = 0
    for end in [match.start() for match in _SENTENCE_END.finditer(markdown)] + [len(markdown)]:
        text = markdown[start:end]
        lead = len(text) - len(text.lstrip())
        bound = tuple((figures.by_id[m[1]], m[0]) for m in BINDING.finditer(text) if m[1] in figures.by_id)
        if text.strip():
            yield _Sentence(text.strip(), markdown.count("\n", 0, start + lead) + 1, bound)
        start = end


def _line(sentence: _Sentence, position: int) -> int:
    return sentence.line + sentence.text.count("\n", 0, position)


def _blank(pattern: re.Pattern[str], text: str) -> str:
    """Blank what matches, keeping positions, so that a refusal still knows its line."""
    return pattern.sub(lambda m: re.sub(r"[^\n]", "·", m[0]), text)


def _unknown_bindings(sentence: _Sentence, figures: Figures) -> Iterator[tuple[int, str, str]]:
    for match in BINDING.finditer(sentence.text):
        if _printed(match, figures) is None:
            yield (
                _line(sentence, match.start()),
                f"le chiffre « {match[0]} » n'est pas publié pour ce lecteur.",
                "Prenez un identifiant de figures.csv, suivi au besoin de « |évolution ».",
            )


def _typed_numbers(sentence: _Sentence, figures: Figures) -> Iterator[tuple[int, str, str]]:
    rest = _blank(_EXEMPT, _blank(BINDING, sentence.text))
    for match in (*_NUMBER.finditer(rest), *_NUMBER_WORDS.finditer(rest)):
        typed = match[0].strip()
        same = [figure for figure in figures if figure.value is not None and _same(typed, figure)]
        proposal = (
            f"Écrivez [[{same[0].figure_id}]] ({figure_module.name(same[0])})."
            if same
            else "Écrivez l'identifiant d'un chiffre publié entre doubles crochets, ou retirez le nombre."
        )
        yield _line(sentence, match.start()), f"le nombre « {typed} » n'est lié à aucun chiffre.", proposal


def _same(typed: str, figure: Figure) -> bool:
    def bare(text: str) -> str:
        return re.sub(r"[^\d,.%]", "", text).replace(".", ",").rstrip("%")

    return figure.dimension == "all" and bare(typed) == bare(figure.text)


def _directions(sentence: _Sentence, figures: Figures) -> Iterator[tuple[int, str, str]]:
    said = [(p.search(sentence.text), sign) for p, sign in ((_RISE, 1), (_FALL, -1), (_STABLE, 0))]
    words = [(match, sign) for match, sign in said if match]
    if len({sign for _, sign in words}) != 1:
        return  # nothing said, or both: a sentence that opposes two movements is read by a person
    match, sign = words[0]
    for figure, _ in sentence.bound:
        real = _movement(figure, figures)
        if real is not None and real != sign:
            told = {1: "en hausse", -1: "en baisse", 0: "stable"}[real]
            yield (
                _line(sentence, match.start()),
                f"« {match[0]} » contredit {figure_module.name(figure)}, {told} sur un an.",
                f"Écrivez « {told} ([[{figure.figure_id}|évolution]]) ».",
            )


def _movement(figure: Figure, figures: Figures) -> int | None:
    """-1, 0 or 1: the sign of a growth or a change itself, else of the change on one year as printed."""
    if figure.value is not None and figure.is_movement:
        value, printed = figure.value, figure.text
    else:
        moved = figure_module.change(figures, figure)
        if moved is None:
            return None
        value, printed = moved
    if not any(c in "123456789" for c in printed.replace(french.RESTATED, "")):
        return 0
    return 1 if value > Decimal(0) else -1


def _causes(sentence: _Sentence) -> Iterator[tuple[int, str, str]]:
    match = _CAUSE.search(sentence.text)
    weak = [figure for figure, _ in sentence.bound if figure.rung != "counterfactual"]
    if match and weak:
        yield (
            _line(sentence, match.start()),
            f"« {match[0]} » affirme une cause, or {figure_module.name(weak[0])} est une valeur "
            f"« {catalogue.RUNGS.get(weak[0].rung, weak[0].rung).lower()} ».",
            "Écrivez ce qui est constaté (« dans le même temps », « on observe »), sans cause.",
        )
