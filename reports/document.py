"""What a page is made of, before it is HTML, PDF or a sheet: sections of text, tables, charts and notes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar

from reports.figures import Figure


@dataclass(frozen=True)
class Cell:
    """One printed value. `figure_id` leads to its proof; `value` is what a sheet holds instead of the text.

    `formula` is how a sheet computes it: `[2,1]` stands for the second column of the third row of the same table.
    """

    text: str
    figure_id: str = ""
    value: Decimal | None = None
    unit: str = ""
    formula: str = ""

    @classmethod
    def of(cls, figure: Figure | None) -> Cell:
        """A figure as printed; a figure that is not published at all is `n.d.` without proof."""
        if figure is None:
            return cls("n.d.")
        return cls(figure.text, figure.figure_id, figure.value, figure.unit)


@dataclass(frozen=True)
class Text:
    """One paragraph; a Cell among its parts is a number with its proof."""

    parts: Sequence[str | Cell]
    kind: ClassVar[str] = "text"


@dataclass(frozen=True)
class Note:
    """A remark set apart; `level` is info or warning, told by a word and not by colour alone."""

    text: str
    level: str = "info"
    kind: ClassVar[str] = "note"

    @property
    def word(self) -> str:
        return "Attention" if self.level == "warning" else "À noter"


#: A figure in Markdown is one character of a plane that no keyboard and no font has.
FIRST_MARK = 0xF0000
MARK = re.compile("[\U000f0000-\U000ffffd]")


@dataclass(frozen=True)
class Prose:
    """The evaluator's Markdown: its HTML is never let through. Each of its marks stands for one of `cells`."""

    markdown: str
    cells: Sequence[Cell] = ()
    kind: ClassVar[str] = "prose"

    @property
    def text(self) -> str:
        """The Markdown with its figures as they are printed."""
        return MARK.sub(lambda mark: self.cells[ord(mark[0]) - FIRST_MARK].text, self.markdown)


@dataclass(frozen=True)
class Table:
    """A data table. The first column heads its row; `numeric` columns are aligned on their digits.

    A folded one is long reference matter: a page shows its title until it is opened. That of a form is set close, to
    hold on one sheet as the form does.
    """

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str | Cell]]
    numeric: frozenset[int] = frozenset()
    strong: frozenset[int] = frozenset()
    is_folded: bool = False
    is_form: bool = False
    kind: ClassVar[str] = "table"


@dataclass(frozen=True)
class Chart:
    """A drawing as SVG with its text alternative, and the table of what it shows."""

    title: str
    description: str
    svg: str
    table: Table
    kind: ClassVar[str] = "chart"


@dataclass(frozen=True)
class Signature:
    """The block to sign, under a certification sentence."""

    certification: str
    kind: ClassVar[str] = "signature"


Block = Text | Note | Prose | Table | Chart | Signature


@dataclass(frozen=True)
class Section:
    """A titled part of a report; `slug` is its anchor, `level` that of its heading; `starts_page` on paper."""

    slug: str
    title: str
    blocks: Sequence[Block] = field(default_factory=tuple)
    level: int = 2
    starts_page: bool = False


def printed(sections: Sequence[Section]) -> list[str]:
    """The id of every figure printed in texts, tables and data of charts, each once, in reading order."""
    found: dict[str, None] = {}
    for block in (block for section in sections for block in section.blocks):
        table = block.table if isinstance(block, Chart) else block
        if isinstance(table, Table):
            shown = [cell for row in table.rows for cell in cells(row)]
        elif isinstance(table, Text):
            shown = [part for part in table.parts if isinstance(part, Cell)]
        else:
            shown = list(table.cells) if isinstance(table, Prose) else []
        found |= dict.fromkeys(cell.figure_id for cell in shown if cell.figure_id)
    return list(found)


def cells(row: Sequence[str | Cell]) -> list[Cell]:
    """A row of a table with every plain text as a Cell."""
    return [one if isinstance(one, Cell) else Cell(one) for one in row]
