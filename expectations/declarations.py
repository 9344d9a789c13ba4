"""May we accept this part of a declaration? Judged on one line per sender, quarter and sheet."""

from expectations.rules import FINDING, REFUSE, Rule, Suite, between

SUITE = Suite(
    name="declarations",
    profile_sql="""
        with
        declared as (
            select
                slice_id, sender_siren, kind, quarter, rows_read, rows_unreadable, verdict,
                try_cast(left(quarter, 4) || '-' || lpad(cast(try_cast(right(quarter, 1) as integer) * 3 - 2 as varchar), 2, '0')
                     || '-01' as date) as quarter_starts_on
            from record.slices
            where kind in ('supported_projects', 'collaborative_projects', 'posts', 'activity', 'joint_purchases')
        ),
        amounts as (
            select slice_id, sum(net_turnover_eur) as turnover_eur from declarations.activity group by 1
        ),
        workforce as (
            select slice_id, sum(working_time) as working_time from declarations.posts group by 1
        ),
        measured as (
            select declared.*, amounts.turnover_eur, workforce.working_time
            from declared
            left join amounts using (slice_id)
            left join workforce using (slice_id)
        ),
        before as (
            select sender_siren, kind, quarter_starts_on, max(turnover_eur) as turnover_eur,
                   max(working_time) as working_time, max(rows_read) as rows_read
            from measured where verdict <> 'refuse' group by all
        )
        select
            measured.slice_id,
            cast(measured.rows_unreadable as double) / nullif(measured.rows_read, 0) as unreadable_share,
            -- a part refused whole needs no remark besides
            nullif(unreadable_share, 1) as partly_unreadable_share,
            cast(measured.quarter_starts_on - cast($as_of as date) as double) as days_after_as_of,
            cast(measured.turnover_eur as double) / nullif(cast(before.turnover_eur as double), 0) as turnover_ratio,
            cast(measured.working_time as double) / nullif(cast(before.working_time as double), 0) as workforce_ratio
        from measured
        left join before
            on measured.sender_siren = before.sender_siren
            and measured.kind = before.kind
            and before.quarter_starts_on = measured.quarter_starts_on - interval 3 month
        where measured.verdict = ''
    """,
    rules=(
        Rule(
            "gate_future_quarter",
            "ExpectColumnValuesToBeBetween",
            between("days_after_as_of", high=0),
            REFUSE,
            "Le trimestre déclaré n'a pas commencé à la date du traitement.",
            "Vérifiez le trimestre écrit dans la feuille « structure » ou la colonne « quarter ».",
        ),
        Rule(
            "gate_all_unreadable",
            "ExpectColumnValuesToBeBetween",
            between("unreadable_share", high=0.999999),
            REFUSE,
            "Aucune ligne de cette partie n'a pu être acceptée.",
            "Corrigez les lignes signalées ci-dessous, puis renvoyez le fichier.",
        ),
        Rule(
            "gate_many_unreadable",
            "ExpectColumnValuesToBeBetween",
            between("partly_unreadable_share", high=0.2),
            FINDING,
            "Plus d'une ligne sur cinq de cette partie est refusée.",
            "",
        ),
        Rule(
            "gate_turnover_jump",
            "ExpectColumnValuesToBeBetween",
            between("turnover_ratio", low=0.1, high=10),
            FINDING,
            "Le chiffre d'affaires est plus de dix fois celui du trimestre précédent, ou moins du dixième : "
            "vérifier l'unité (euros ou milliers d'euros).",
            "",
        ),
        Rule(
            "gate_workforce_jump",
            "ExpectColumnValuesToBeBetween",
            between("workforce_ratio", low=0.25, high=4),
            FINDING,
            "Le temps de travail déclaré est plus de quatre fois celui du trimestre précédent, ou moins du quart : "
            "vérifier les postes et les temps de travail.",
            "",
        ),
    ),
)
