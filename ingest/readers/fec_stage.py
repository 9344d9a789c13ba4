"""The lines of one FEC as typed columns, in vectorised SQL: nothing is read row by row in Python.

`stage` fills the temporary table `fec_staged`, one row per line that is not blank, with a `problem` (0 when the line is
accepted). Names, labels and references are hashed on the way (third parties' with the workspace's key), never stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from ingest.readers import fec_lines
from ingest.readers.fec_layout import Layout
from periscope.warehouse import Connection

BAD_WIDTH, BAD_DATE, BAD_ACCOUNT, BAD_DEBIT, BAD_CREDIT, BAD_DIRECTION = range(1, 7)
#: amounts have at most 11 digits before the decimal mark: beyond, totals would overflow
AMOUNT = "decimal(13, 2)"
_GROUPED = r"(?:\d*|\d{1,3}(?: \d{3})+)"
#: a point before three digits may be a thousands mark: refused, not guessed
_DECIMALS = r"(?:,\d{0,2}0*|\.\d{1,2}|\.\d{2}00+)?"
AMOUNT_PATTERN = rf"[+-]? ?{_GROUPED}{_DECIMALS}|{_GROUPED}{_DECIMALS} ?[+-]"
LINE_FEED = ", ' ' || chr(10)"
_TIME = r"(?:[T ].*)?"
_ISO_DATE = rf"((?:19|20)\d\d)([-/. ]?)(\d\d)[-/. ]?(\d\d){_TIME}"
_FRENCH_DATE = rf"(\d{{1,2}})[-/. ](\d{{1,2}})[-/. ](\d{{4}}){_TIME}"
_FRENCH_DATE_BARE = r"(\d\d)(\d\d)((?:19|20)\d\d)"

STAGED = """
    row_number integer, journal_key ubigint, entry_on date, account_code varchar, debit_eur decimal(13, 2),
    credit_eur decimal(13, 2), entry_key ubigint, number_key ubigint, bare_key ubigint, piece_key ubigint,
    party_key ubigint, has_point boolean, problem utinyint
"""


@dataclass(frozen=True)
class Staging:
    """One file being staged. `batches` gives its lines, as often as needed; `salt` keys the hashes of names."""

    connection: Connection
    layout: Layout
    batches: Callable[[], Iterator[pa.RecordBatch]]
    salt: str

    @property
    def separator(self) -> str:
        return fec_lines.separator_of_lines(self.layout)

    def lines(self, rows: list[int]) -> dict[int, str]:
        """Text of these physical lines."""
        return fec_lines.pick(self.batches(), rows)


def amount_sql(text: str) -> str:
    """SQL for an amount: empty is zero, unreadable is null."""
    sign = f"case when {text}[1] = '-' or {text}[-1] = '-' then '-' else '' end"
    digits = f"replace(regexp_replace({text}, '[ +-]', '', 'g'), ',', '.')"
    return f"""case
        when {text} = '' then cast(0 as {AMOUNT})
        when regexp_full_match({text}, '\\d{{1,11}}(,\\d{{1,2}})?')
            then try_cast(replace({text}, ',', '.') as {AMOUNT})
        when regexp_full_match({text}, '{AMOUNT_PATTERN}') then try_cast({sign} || {digits} as {AMOUNT})
    end"""


def date_sql(text: str) -> str:
    """SQL for a date of the years 1900 to 2099; unreadable or outside is null."""

    def parts(pattern: str, order: str) -> str:
        return (
            f"when regexp_full_match({text}, '{pattern}') "
            f"then try_cast(regexp_replace({text}, '^{pattern}$', '{order}') as date)"
        )

    compact = f"cast(try_strptime({text}, '%Y%m%d') as date)"
    iso = parts(_ISO_DATE, r"\1-\3-\4")
    french = parts(_FRENCH_DATE, r"\3-\2-\1")
    bare = parts(_FRENCH_DATE_BARE, r"\3-\2-\1")
    whole = f"case when length({text}) = 8 then {compact} end"
    found = f"coalesce({whole}, case {iso} end, case {french} end, case {bare} end)"
    return f"case when year({found}) between 1900 and 2099 then {found} end"


def _cell(layout: Layout, name: str, *, is_trimmed: bool = True) -> str:
    place = layout.columns.get(name)
    if not place:
        return "''"
    if place in (layout.width, layout.usual_width):
        # the last cell carries the line feed
        return f"coalesce(trim(f[{place}]{LINE_FEED}), '')"
    return f"coalesce(trim(f[{place}]), '')" if is_trimmed else f"coalesce(f[{place}], '')"


def create_tables(connection: Connection) -> None:
    """Temporary tables of one file, empty: its lines, and the names that `fec_names` finds."""
    drop_tables(connection)
    connection.execute(f"create temp table fec_staged ({STAGED})")
    connection.execute(
        "create temp table fec_journals (journal_key ubigint, journal_code varchar, journal_label varchar)"
    )
    connection.execute("create temp table fec_parties (party_key ubigint, member_id varchar)")


def one(connection: Connection, sql: str) -> tuple[Any, ...]:
    """The only row of a query."""
    (row,) = connection.execute(sql).fetchall()
    return tuple(row)


def drop_tables(connection: Connection) -> None:
    """Forget the file: nothing of it stays in memory or in the temporary folder."""
    connection.unregister("fec_source")
    for table in (
        "fec_journals",
        "fec_parties",
        "fec_staged",
        "fec_candidates",
        "fec_journal_roles",
        "fec_closings",
        "fec_sales",
        "fec_purchases",
    ):
        connection.execute(f"drop table if exists temp.{table}")


def needed_columns(layout: Layout) -> list[str]:
    """The columns without which a line says nothing."""
    amounts = [name for name in ("debit", "credit", "amount", "direction") if name in layout.columns]
    return ["entry_on", "account", *amounts]


def _widths(layout: Layout) -> str:
    """Widths of acceptable lines: the header's; the file's own habit, a separator at the end of every line or the
    empty fields at the end of every line left out.
    """
    reach = max(layout.columns[name] for name in needed_columns(layout))
    beyond = layout.width + 1
    if layout.usual_width == beyond:
        return f"(len(f) = {layout.width} or (len(f) = {beyond} and trim(f[{beyond}]{LINE_FEED}) = ''))"
    habit = layout.usual_width if reach <= layout.usual_width < layout.width else layout.width
    return f"len(f) in ({layout.width}, {habit})"


def _amounts(layout: Layout) -> tuple[str, str, str]:
    """SQL for debit, credit and `is a direction understood` (DOMAIN 5.1: Debit and Credit, or Montant and Sens)."""
    debit, credit = amount_sql("debit_text"), amount_sql("credit_text")
    if "amount" not in layout.columns:
        return debit, credit, "true"
    amount = amount_sql("amount_text")
    if "direction" not in layout.columns:
        return f"greatest({amount}, 0)", f"greatest(-({amount}), 0)", "true"
    is_debit = "upper(direction_text) in ('D', 'DEBIT', 'DÉBIT', '+1', '1')"
    is_credit = "upper(direction_text) in ('C', 'CREDIT', 'CRÉDIT', '-1')"
    signed_debit = f"case when {is_credit} then 0 else {amount} end"
    signed_credit = f"case when {is_credit} then {amount} else 0 end"
    understood = f"({is_debit} or {is_credit})"
    if "debit" in layout.columns:
        signed_debit = f"case when amount_text = '' then {debit} else {signed_debit} end"
        signed_credit = f"case when amount_text = '' then {credit} else {signed_credit} end"
        understood = f"(amount_text = '' or {understood})"
    return signed_debit, signed_credit, understood


def stage(
    staging: Staging, batches: Iterator[pa.RecordBatch], *, table: str = "fec_staged", header_row: int = 0
) -> None:
    """Type every line after `header_row` into `table`. Blank lines are not rows."""
    layout = staging.layout
    staging.connection.register("fec_source", pa.RecordBatchReader.from_batches(fec_lines.SCHEMA, batches))
    debit, credit, direction = _amounts(layout)
    # names and references are only compared with themselves: whether they are padded does not matter
    as_written = (
        "journal_code",
        "journal_label",
        "entry_number",
        "piece",
        "customer_number",
        "customer_name",
    )
    trimmed = {
        "entry_on": "date_text",
        "account": "account_text",
        "debit": "debit_text",
        "credit": "credit_text",
        "amount": "amount_text",
        "direction": "direction_text",
    }
    cells = [f"{_cell(layout, name, is_trimmed=False)} as {name}" for name in as_written]
    cells += [f"{_cell(layout, name)} as {alias}" for name, alias in trimmed.items()]
    points = [f"contains({trimmed[n]}, '.')" for n in ("debit", "credit", "amount") if n in layout.columns]
    # the cash layouts of BNC and BA leave the account blank (DOMAIN 5.1)
    may_lack_account = "account_text = ''" if {"paid_on", "payment_mode"} <= set(layout.columns) else "false"
    staging.connection.execute(
        f"""
        insert into {table}
        with split as (
            select row_number, string_split(line, chr({ord(staging.separator)})) as f
            from fec_source
            where row_number > {header_row}
        ),
        cells as (
            select
                row_number,
                {_widths(layout)} as has_width,
                -- a spreadsheet writes its empty lines as separators
                case
                    when {_cell(layout, "entry_on")} = '' and {_cell(layout, "account")} = ''
                        then trim(array_to_string(f, ' '){LINE_FEED}) = ''
                    else false
                end as is_blank,
                {", ".join(cells)}
            from split
        ),
        typed as (
            select
                *,
                {date_sql("date_text")} as entry_on,
                -- a third party's name may be glued to an account: only its leading digits are kept
                regexp_extract(account_text, '^\\d+') as account_code,
                {debit} as debit_eur,
                {credit} as credit_eur,
                {direction} as has_direction
            from cells
        )
        select
            row_number,
            hash(journal_code, journal_label),
            entry_on,
            account_code,
            debit_eur,
            credit_eur,
            hash(journal_code, entry_number, entry_on, piece),
            hash(journal_code, entry_number, entry_on),
            hash(entry_number),
            hash(journal_code, piece, entry_on),
            case
                when substring(account_text, 1, 3) in ('411', '401') and (customer_number <> '' or customer_name <> '')
                    then hash(customer_number, customer_name, $salt)
            end,
            {" or ".join(points)},
            case
                when not has_width then {BAD_WIDTH}
                when entry_on is null then {BAD_DATE}
                when account_code = '' and not ({may_lack_account}) then {BAD_ACCOUNT}
                when not has_direction then {BAD_DIRECTION}
                when debit_eur is null then {BAD_DEBIT}
                when credit_eur is null then {BAD_CREDIT}
                else 0
            end
        from typed
        where not is_blank
        """,
        {"salt": staging.salt},
    )
