"""May we accept this booking log? Judged on one line per room and quarter."""

from expectations.rules import FINDING, REFUSE, Rule, Suite, between

SUITE = Suite(
    name="bookings",
    profile_sql="""
        with measured as (
            select
                slice_id,
                max(date_diff('minute', starts_at, ends_at)) / 60.0 as longest_hours
            from bookings.bookings
            where slice_id in (select slice_id from record.slices where verdict = '')
            group by 1
        )
        select
            slices.slice_id,
            cast(slices.rows_unreadable as double) / nullif(slices.rows_read, 0) as unreadable_share,
            cast(measured.longest_hours as double) as longest_hours
        from record.slices as slices
        left join measured using (slice_id)
        where slices.kind = 'bookings' and slices.verdict = ''
    """,
    rules=(
        Rule(
            "gate_all_unreadable",
            "ExpectColumnValuesToBeBetween",
            between("unreadable_share", high=0.999999),
            REFUSE,
            "Aucune réservation de cette partie n'a pu être acceptée.",
            "Corrigez les lignes signalées, ou refaites l'export.",
        ),
        Rule(
            "gate_long_booking",
            "ExpectColumnValuesToBeBetween",
            between("longest_hours", high=24 * 7),
            FINDING,
            "Une réservation dure plus d'une semaine : vérifier sa date de fin.",
            "",
        ),
    ),
)
