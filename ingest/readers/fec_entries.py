"""Entries of one staged FEC: which lines belong together, whether they balance, and what they are (DOMAIN 5.4).

EcritureNum is no key in real files. An entry is first (journal, number, piece, date); lines that do not balance so are
put together again under (journal, number, date), then number alone, (journal, piece, date), (journal, date).
"""

from __future__ import annotations

from ingest.readers import fec_journals, fec_stage
from ingest.readers.fec_journals import CENTRALISATION, CLOSING, OPENING, Journal
from periscope.receipts import Finding
from periscope.warehouse import Connection

_SHOWN = 20
_FALLBACKS = ("number_key", "bare_key", "piece_key", "hash(journal_key, entry_on)")
#: without a label that says so, a journal that repeats the others must do it on that many (account, month)
_REPEATED_PAIRS = 3


def settle(connection: Connection) -> list[Finding]:
    """Give every line its entry; findings on the entries that balance under no key."""
    findings: list[Finding] = []
    for key in _FALLBACKS:
        open_count = _count_open(connection)
        if not open_count:
            return findings
        if key == "bare_key":
            findings.append(
                Finding(
                    f"{open_count} écritures (journal, numéro, date) ne sont pas équilibrées prises une à une.",
                    value=str(open_count),
                    code="unbalanced_number",
                )
            )
        connection.execute(f"""
            update fec_staged set entry_key = {key}
            where problem = 0 and entry_key in ({_OPEN})
            """)
    rows = connection.execute(f"""
        select min(row_number), sum(debit_eur) - sum(credit_eur)
        from fec_staged where problem = 0 and entry_key in ({_OPEN})
        group by entry_key order by 1
        """).fetchall()
    for row_number, difference in rows[:_SHOWN]:
        findings.append(
            Finding(
                f"Écriture non équilibrée : débit moins crédit = {difference} €.",
                row=row_number,
                value=str(difference),
                code="unbalanced_entry",
            )
        )
    if rows:
        findings.append(
            Finding(
                f"{len(rows)} écritures ne s'équilibrent d'aucune façon (numéro, pièce ou date). Elles sont gardées.",
                value=str(len(rows)),
                code="unbalanced_entries",
            )
        )
    return findings


_OPEN = """
    select entry_key from fec_staged where problem = 0 group by entry_key having sum(debit_eur) <> sum(credit_eur)
"""


def _count_open(connection: Connection) -> int:
    (count,) = fec_stage.one(connection, f"select count(*) from ({_OPEN})")
    return int(count)


def journals_of(connection: Connection) -> list[Journal]:
    """Every journal with what its accepted lines hold, in one pass."""
    rows = connection.execute("""
        with held as (
            select
                journal_key,
                count(*) as line_count,
                count(*) filter (account_code[1] between '1' and '5') as balance_sheet_count,
                count(*) filter (starts_with(account_code, '12')) as result_count,
                min(entry_on) as first_on,
                max(entry_on) as last_on,
                sum(debit_eur) - sum(credit_eur) as difference_eur,
                coalesce(sum(credit_eur - debit_eur) filter (starts_with(account_code, '70')), 0) as turnover_eur
            from fec_staged where problem = 0 group by 1
        )
        select journal_key, journal_code, journal_label, held.* exclude (journal_key)
        from held inner join fec_journals using (journal_key)
        order by journal_code, journal_label, journal_key
        """).fetchall()
    return [Journal(*row) for row in rows]


def assign_roles(connection: Connection, journals: list[Journal]) -> list[Finding]:
    """Fill `fec_journal_roles` (journal_key, role) and `fec_closings` (entry_key)."""
    opening, doubtful = fec_journals.opening_journals(journals)
    connection.execute("create temp table fec_journal_roles (journal_key ubigint, role varchar)")
    _give(connection, opening, OPENING)
    findings = [
        Finding(
            f"Le journal « {journal.code} » ressemble à des à-nouveaux mais tient surtout des charges et des produits : "
            "il est compté comme un journal ordinaire. À vérifier.",
            code="opening_doubtful",
        )
        for journal in doubtful
    ]
    ordinary = [journal for journal in journals if journal.journal_key not in opening]
    connection.execute("create temp table fec_closings (entry_key ubigint)")
    if any(journal.has_income for journal in journals if journal.journal_key in opening):
        findings += _opening_income(connection)
    has_closings = False
    if any(journal.result_count for journal in ordinary):
        found = _closings(connection, {j.journal_key for j in ordinary if fec_journals.names_closing(j)})
        findings, has_closings = findings + found, bool(found)
    findings += _centralisations(connection, [journal for journal in ordinary if journal.has_income])
    if has_closings or not sum(journal.turnover_eur for journal in ordinary):
        findings += _vanished_turnover(connection)
    return findings


def _give(connection: Connection, journal_keys: set[int], role: str) -> None:
    for journal_key in sorted(journal_keys):
        connection.execute("insert into fec_journal_roles values (?, ?)", [journal_key, role])


def _opening_income(connection: Connection) -> list[Finding]:
    count, first_row, turnover = fec_stage.one(
        connection,
        """
        select
            count(*), min(row_number),
            coalesce(sum(credit_eur - debit_eur) filter (starts_with(account_code, '70')), 0)
        from fec_staged
        where
            problem = 0 and account_code[1] in ('6', '7')
            and journal_key in (select journal_key from fec_journal_roles where role = 'opening')
        """,
    )
    if not count:
        return []
    message = (
        f"{count} lignes de charges ou de produits dans un journal d'à-nouveaux (dont {turnover} € en comptes 70) : "
        "elles ne sont pas comptées. S'il s'agit d'extournes, passez-les dans un journal d'opérations diverses."
    )
    return [Finding(message, row=first_row, value=str(turnover), code="opening_income")]


def _closings(connection: Connection, closing_journals: set[int]) -> list[Finding]:
    """Entries that only move classes 6 and 7 (and 8) to account 12: forbidden in a FEC, still met."""
    connection.execute(
        """
        insert into fec_closings
        select entry_key
        from fec_staged
        where
            problem = 0
            and journal_key not in (select journal_key from fec_journal_roles)
            and entry_key in (select entry_key from fec_staged where problem = 0 and starts_with(account_code, '12'))
        group by entry_key
        having
            bool_or(account_code[1] in ('6', '7'))
            and (
                bool_and(account_code[1] in ('6', '7', '8') or starts_with(account_code, '12'))
                or bool_and(journal_key in (select unnest(?)))
            )
        """,
        [sorted(closing_journals)],
    )
    entries, lines, first_row = fec_stage.one(
        connection,
        """
        select count(distinct entry_key), count(*), min(row_number)
        from fec_staged where problem = 0 and entry_key in (select entry_key from fec_closings)
        """,
    )
    if not entries:
        return []
    message = (
        f"{entries} écritures de clôture ({lines} lignes) soldent les comptes de charges et de produits : elles ne sont "
        "pas comptées. Un FEC ne devrait pas les contenir."
    )
    return [Finding(message, row=first_row, value=str(entries), code="closing_entries")]


def _centralisations(connection: Connection, journals: list[Journal]) -> list[Finding]:
    """Journals whose income and charges, by account and month, all equal those of the other journals together."""
    # alone, a journal repeats nothing
    rows = _repetitions(connection) if len(journals) > 1 else []
    named = {j.journal_key: j for j in journals}
    repeated = [
        journal_key
        for journal_key, pair_count, _ in rows
        if fec_journals.names_centralisation(named[journal_key]) or pair_count >= _REPEATED_PAIRS
    ]
    # two journals that mirror each other: the one that says so, else the shorter, is the repetition
    repeated.sort(key=lambda journal_key: not fec_journals.names_centralisation(named[journal_key]))
    central = repeated[:1]
    _give(connection, set(central), CENTRALISATION)
    findings = [
        Finding(
            f"Le journal « {named[journal_key].code} » répète les autres en totaux (centralisation) : il n'est pas compté.",
            code="centralisation",
        )
        for journal_key in central
    ]
    for journal in journals:
        if fec_journals.names_centralisation(journal) and journal.journal_key not in central:
            findings.append(
                Finding(
                    f"Le journal « {journal.code} » se dit de centralisation, mais ne répète pas les autres : il est compté. "
                    "À vérifier.",
                    code="centralisation_doubtful",
                )
            )
    return findings


def _repetitions(connection: Connection) -> list[tuple[int, int, int]]:
    """(journal_key, pairs of account and month, lines) of the journals that equal all others, the shortest first."""
    return connection.execute("""
        with monthly as (
            select
                journal_key, account_code, date_trunc('month', entry_on) as month_on,
                sum(credit_eur - debit_eur) as net_eur, count(*) as line_count
            from fec_staged
            where
                problem = 0 and account_code[1] in ('6', '7')
                and entry_key not in (select entry_key from fec_closings)
                and journal_key not in (select journal_key from fec_journal_roles)
            group by all
        ),
        compared as (
            select *, sum(net_eur) over (partition by account_code, month_on) - net_eur as others_eur from monthly
        )
        select journal_key, count(*), sum(line_count)
        from compared
        group by journal_key
        having bool_and(net_eur = others_eur and net_eur <> 0)
        order by sum(line_count), journal_key
        """).fetchall()


def _vanished_turnover(connection: Connection) -> list[Finding]:
    """Sales that net to nothing: a closing entry that was not recognised."""
    net, credits = fec_stage.one(
        connection,
        f"""
        select sum(credit_eur - debit_eur), sum(credit_eur)
        from ({ROLES}) where role = 'normal' and starts_with(account_code, '70')
        """,
    )
    if net != 0 or not credits:
        return []
    message = (
        "Les comptes 70 se soldent exactement à zéro alors que des ventes y sont passées : une écriture de clôture non "
        "reconnue s'y trouve sans doute. À vérifier avant d'utiliser ce chiffre d'affaires."
    )
    return [Finding(message, value=str(credits), code="vanished_turnover")]


#: every accepted line with its role
ROLES = f"""
    select
        s.*,
        case
            when j.role = '{OPENING}' then '{OPENING}'
            when c.entry_key is not null then '{CLOSING}'
            else coalesce(j.role, '{fec_journals.NORMAL}')
        end as role
    from fec_staged as s
    left join fec_journal_roles as j on s.journal_key = j.journal_key
    left join fec_closings as c on s.entry_key = c.entry_key
    where s.problem = 0
"""


#: table filled, account of the other party, lines that tell the trade, finding on an entry of several parties
_TRADES = (
    (
        "fec_sales",
        "411",
        "'70'",
        "mixed_customers",
        "écritures de vente réunissent un membre et d'autres clients",
    ),
    (
        "fec_purchases",
        "401",
        "'60', '61', '62'",
        "mixed_suppliers",
        "écritures d'achat réunissent un membre et d'autres fournisseurs",
    ),
)


def match_parties(connection: Connection) -> list[Finding]:
    """Fill `fec_sales` and `fec_purchases` (entry_key, member_id): entries whose 411 or 401 lines all name one member."""
    findings = []
    for table, party_account, accounts, code, mixture in _TRADES:
        connection.execute(f"""
            create temp table {table} as
            with named as (
                select s.entry_key, p.member_id
                from fec_staged as s
                left join fec_parties as p on s.party_key = p.party_key
                where s.problem = 0 and starts_with(s.account_code, '{party_account}')
            )
            select entry_key, min(member_id) as member_id, count(distinct coalesce(member_id, '')) as party_count
            from named
            where entry_key in (select entry_key from named where member_id is not null)
            group by entry_key
            """)
        (mixed,) = fec_stage.one(
            connection,
            f"""
            select count(*) from {table}
            where
                party_count > 1
                and entry_key in (select entry_key from fec_staged where account_code[1:2] in ({accounts}))
            """,
        )
        connection.execute(f"delete from {table} where party_count > 1")
        if mixed:
            message = f"{mixed} {mixture} : elles ne sont pas comptées entre membres."
            findings.append(Finding(message, value=str(mixed), code=code))
    return findings
