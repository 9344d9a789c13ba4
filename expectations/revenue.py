"""May we accept this accounting export or turnover file? Control totals are the reader's; here, plausibility."""

from expectations.rules import FINDING, REFUSE, Rule, Suite, between

SUITE = Suite(
    name="revenue",
    profile_sql="""
        with turnover as (
            select
                slice_id,
                sum(case when account_code like '70%' and role = 'normal' then credit_eur - debit_eur end) as turnover_eur
            from revenue.fec_lines
            where slice_id in (select slice_id from record.slices where verdict = '')
            group by 1
        )
        select
            slices.slice_id,
            cast(slices.rows_unreadable as double) / nullif(slices.rows_read, 0) as unreadable_share,
            cast(files.last_entry_on - cast($as_of as date) as double) as days_after_as_of,
            cast(date_diff('month', files.first_entry_on, files.last_entry_on) + 1 as double) as month_count,
            cast(turnover.turnover_eur as double) as turnover_eur
        from record.slices as slices
        left join revenue.fec_files as files using (slice_id)
        left join turnover using (slice_id)
        where slices.kind in ('fec', 'turnover') and slices.verdict = ''
    """,
    rules=(
        Rule(
            "gate_all_unreadable",
            "ExpectColumnValuesToBeBetween",
            between("unreadable_share", high=0.999999),
            REFUSE,
            "Aucune ligne de ce fichier n'a pu être acceptée.",
            "Corrigez les lignes signalées, ou demandez un nouvel export à votre comptable.",
        ),
        Rule(
            "gate_future_entries",
            "ExpectColumnValuesToBeBetween",
            between("days_after_as_of", high=0),
            FINDING,
            "Des écritures sont datées après la date du traitement.",
            "",
        ),
        Rule(
            "gate_long_year",
            "ExpectColumnValuesToBeBetween",
            between("month_count", high=24),
            FINDING,
            "Les écritures couvrent plus de 24 mois : un exercice n'est jamais aussi long.",
            "",
        ),
        Rule(
            "gate_negative_turnover",
            "ExpectColumnValuesToBeBetween",
            between("turnover_eur", low=0),
            FINDING,
            "Le chiffre d'affaires du fichier est négatif : vérifier que débit et crédit ne sont pas inversés.",
            "",
        ),
    ),
)
