"""Evaluators' sentences: figures are written as bindings, and words may not say more than the figures.

A binding is `[[figure_id]]` (the value with its unit and status) or `[[figure_id|évolution]]` (its change on one
year). Square brackets, so that no template engine of the house ever evaluates a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from periscope import claims
from periscope.reader_context import Text
from reports import figures as figure_module
from reports import french, lexicon
from reports.document import FIRST_MARK, MARK, Cell, Prose
from reports.figures import Figure, Figures

BINDING = re.compile(r"\[\[\s*([^\[\]|]+?)\s*(?:\|\s*([^\[\]]*?)\s*)?\]\]")
CHANGE = ("évolution", "evolution")
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
    bound: tuple[Figure, ...]


def render(markdown: str, figures: Figures) -> Prose:
    """The text with each binding as its figure; an unknown binding stays as written (`check` refuses it)."""
    cells: list[Cell] = []

    def mark(match: re.Match[str]) -> str:
        cell = _printed(match, figures)
        if cell is None:
            return match[0]
        cells.append(cell)
        return chr(FIRST_MARK + len(cells) - 1)

    return Prose(BINDING.sub(mark, MARK.sub("", lexicon.INVISIBLE.sub("", markdown))), cells)


def _printed(match: re.Match[str], figures: Figures) -> Cell | None:
    figure = figures.by_id.get(match[1])
    if figure is None or (match[2] is not None and match[2].lower() not in CHANGE):
        return None
    if match[2] is None:
        return Cell.of(figure)
    moved = figure_module.change(figures, figure)
    return Cell(moved[1] if moved else french.MISSING, figure.figure_id)


def check(text: Text, figures: Figures) -> list[Remark]:
    """Every refusal of one text, in the order of its lines."""
    remarks = []
    for sentence in _sentences(lexicon.INVISIBLE.sub("", text.markdown), figures):
        for line, message, proposal in (
            *_unknown_bindings(sentence, figures),
            *_typed_numbers(sentence, figures),
            *_directions(sentence, figures),
            *_claims(sentence, figures),
        ):
            remarks.append(Remark(text.file_name, line, message, proposal))
    return sorted(remarks, key=lambda remark: remark.line)


def _sentences(markdown: str, figures: Figures) -> Iterator[_Sentence]:
    """Each sentence with its figures; one that only speaks of the sentence before has those of that sentence."""
    start, before = 0, ()  # type: int, tuple[Figure, ...]
    for end in [match.start() for match in _SENTENCE_END.finditer(markdown)] + [len(markdown)]:
        text = markdown[start:end]
        lead = len(text) - len(text.lstrip())
        bound = _bound(text, figures)
        told_again = before if not bound and lexicon.ANAPHORA.match(text.strip()) else ()
        if text.strip():
            line = markdown.count("\n", 0, start + lead) + 1
            yield _Sentence(text.strip(), line, bound or told_again)
            before = bound
        start = end


def _bound(text: str, figures: Figures) -> tuple[Figure, ...]:
    return tuple(figures.by_id[m[1]] for m in BINDING.finditer(text) if m[1] in figures.by_id)


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
    rest = _blank(lexicon.EXEMPT, _blank(BINDING, sentence.text))
    words = [
        match
        for match in lexicon.NUMBER_WORDS.finditer(rest)
        # a capital inside a sentence is a name: « rue des Trente-Six-Ponts »
        if match.start() == 0 or not match[0][0].isupper() or rest[: match.start()].strip("#*_- \n") == ""
    ]
    for match in (*lexicon.NUMBER.finditer(rest), *words):
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
    """Each clause against its own figures; a clause without figures is held against those told again."""
    start = 0
    for end in [match.start() for match in lexicon.CLAUSE_END.finditer(sentence.text)] + [len(sentence.text)]:
        clause = sentence.text[start:end]
        bound = _bound(clause, figures) or (() if BINDING.search(sentence.text) else sentence.bound)
        for at, message, proposal in _clause_directions(clause, bound, figures):
            yield _line(sentence, start + at), message, proposal
        start = end


def _clause_directions(
    clause: str, bound: tuple[Figure, ...], figures: Figures
) -> Iterator[tuple[int, str, str]]:
    said = [
        (p.search(clause), sign) for p, sign in ((lexicon.RISE, 1), (lexicon.FALL, -1), (lexicon.STABLE, 0))
    ]
    words = [(match, sign) for match, sign in said if match]
    if len(words) != 1 or lexicon.NEGATION.search(clause[: words[0][0].start()]):
        return  # nothing said, two movements opposed, or a negation: a person reads it
    match, sign = words[0]
    for figure in bound:
        real = _movement(figure, figures)
        if real is not None and real != sign:
            told = {1: "en hausse", -1: "en baisse", 0: "stable"}[real]
            yield (
                match.start(),
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


def _claims(sentence: _Sentence, figures: Figures) -> Iterator[tuple[int, str, str]]:
    """No word that claims more than the evidence of the figures it speaks of."""
    for family, (affirms, words) in lexicon.CLAIMS.items():
        found = words.search(_blank(BINDING, sentence.text))
        weak = [figure for figure in sentence.bound if not _allows(figure, family, figures)]
        if found and weak and not lexicon.NEGATION.search(sentence.text[: found.start()]):
            rung = claims.ladder()[weak[0].rung]
            yield (
                _line(sentence, found.start()),
                f"« {found[0].strip()} » {affirms}, or {figure_module.name(weak[0])} est une valeur "
                f"« {rung.label_fr.lower()} ».",
                f"{rung.proposal_fr}, sans plus.",
            )


def _allows(figure: Figure, family: str, figures: Figures) -> bool:
    if family not in claims.ladder()[figure.rung].allows:
        return False
    if family != "cause":
        return True
    # an effect is a cause only when its interval is published and leaves zero out
    low, high = (figures.get(figure.indicator_id + end, *figure.key[1:]) for end in ("_low", "_high"))
    if figure.value is None or low is None or high is None or low.value is None or high.value is None:
        return False
    return not low.value <= 0 <= high.value
