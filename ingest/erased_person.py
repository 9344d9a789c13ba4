"""One person to erase: how its name is found in any text, and what stands in its place.

The mark is plain ASCII so that it fits every encoding. It is the same in every file, so that one erased person stays
one holder, and figures do not move; nothing leads from the mark back to the name.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property

from ingest import persons
from ingest.moments import date_of
from ingest.unreadable import Unreadable
from ingest.values import text_of

#: what may stand between the words of one name: a few marks, not a line end
_BETWEEN = r"(?:[^\w\r\n]|_){0,4}"
_NO_LETTER_BEFORE, _NO_LETTER_AFTER = r"(?<![^\W\d_])", r"(?![^\W\d_])"
#: a shorter surname alone is too common a run of letters to be replaced without its first name
_SHORTEST_SURNAME = 3


@cache
def _spellings() -> dict[str, str]:
    """Bare letter -> every accented form of it in French and neighbouring alphabets."""
    found: dict[str, str] = {}
    for code in range(0x41, 0x250):
        character = chr(code)
        bare = unicodedata.normalize("NFKD", character)[0].casefold()
        if character.isalpha() and len(bare) == 1 and bare.isascii():
            found[bare] = found.get(bare, "") + character
    return found


def _pattern(words: list[str]) -> str:
    def letter(character: str) -> str:
        return f"[{_spellings().get(character, re.escape(character))}][\u0300-\u036f]*"

    texts = ["".join(map(letter, word)) for word in words]
    return _BETWEEN.join(
        text.replace(f"{letter('o')}{letter('e')}", f"(?:{letter('o')}{letter('e')}|[œŒ])") for text in texts
    )


@dataclass(frozen=True)
class ErasedPerson:
    """A person asked for by name; `born_on` tells it from a namesake, None erases every bearer of the name."""

    surname: str
    first_name: str
    born_on: date | None
    number: int
    key: bytes

    @property
    def mark(self) -> str:
        return f"PERSONNE EFFACEE {self.number}"

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset(persons.normalised_name(self.surname, self.first_name).split())

    @cached_property
    def codes(self) -> dict[str, str]:
        """Codes of this person in pre-filled forms -> the code of its mark."""
        mark = persons.holder_pid(self.mark, "", None, self.key)
        assert mark is not None
        dates = {self.born_on, None}
        return {
            str(persons.holder_pid(self.surname, self.first_name, born, self.key)): mark for born in dates
        }

    @cached_property
    def whole(self) -> re.Pattern[str]:
        """Surname and first name together, in any order, case and accents."""
        surname, first_name = (
            _pattern(persons.normalised_words(text)) for text in (self.surname, self.first_name)
        )
        either = f"(?:{surname}(?P<after>{_BETWEEN}){first_name}|{first_name}(?P<before>{_BETWEEN}){surname})"
        return re.compile(_NO_LETTER_BEFORE + either + _NO_LETTER_AFTER)

    @cached_property
    def alone(self) -> re.Pattern[str]:
        """The surname by itself."""
        return re.compile(
            _NO_LETTER_BEFORE + _pattern(persons.normalised_words(self.surname)) + _NO_LETTER_AFTER
        )

    def in_text(self, text: str) -> str:
        """`text` with the mark wherever the whole name stands; separators between its words are kept."""

        def replaced(match: re.Match[str]) -> str:
            after, before = match["after"], match["before"]
            return (self.mark + after if after is not None else before + self.mark).strip(" ")

        text = self.whole.sub(replaced, text)
        for code, new_code in self.codes.items():
            text = text.replace(code, new_code)
        return text

    def is_namesake(self, born: object) -> bool:
        """True when this cell of a column of birth dates tells another person."""
        told = _date(born)
        return told is not None and self.born_on is not None and told != self.born_on

    def in_row(
        self, cells: list[object], corrected: dict[str, str] | None = None, birth: int | None = None
    ) -> list[object] | None:
        """The cells of one row without the person, None when the row does not speak of it.

        The name may be in one cell or spread over several. `corrected` maps old to new values of the ledger of
        corrections on this row: a name misspelt and then corrected is the name. `birth` is the column of birth dates.
        """
        corrected = corrected or {}
        texts = [cell if isinstance(cell, str) else "" for cell in cells]
        bags = [frozenset(persons.normalised_words(corrected.get(text.strip(), text))) for text in texts]
        parts = [position for position, bag in enumerate(bags) if bag and bag <= self.words]
        is_spread = self.words == frozenset().union(*(bags[position] for position in parts))
        cleaned = [self.in_text(text) if text else cell for text, cell in zip(texts, cells, strict=True)]
        if not is_spread and cleaned == cells:
            return None
        for position, text in enumerate(texts):
            if position in parts:
                is_mark = position == parts[0] or bags[position] == self.words
                cleaned[position] = self._in_cell(text, self.mark if is_mark else "")
            elif isinstance(cleaned[position], str) and len(self.surname) >= _SHORTEST_SURNAME:
                cleaned[position] = self.alone.sub(self.mark, str(cleaned[position]))
            told = _date(cells[position] if not text else text.strip("\"' "))
            if told is not None and (position == birth or told == self.born_on):
                cleaned[position] = self._in_cell(text, "")
        return cleaned

    @staticmethod
    def _in_cell(text: str, new: str) -> str:
        """Quotation marks and blanks around a cell of a text file stay."""
        return re.sub(r"\w(?:.*\w)?", new, text, count=1, flags=re.DOTALL)


def _date(cell: object) -> date | None:
    try:
        return date_of(cell) if text_of(cell) else None
    except Unreadable:
        return None
