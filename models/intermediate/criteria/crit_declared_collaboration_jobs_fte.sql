-- What each partner declares, double counts included; int_collaboration_jobs__reconciled leads from here to the ledger.
with

contributions as (
    {{ summed_over(ref('int_collaboration_jobs__declared'), 'working_time') }}
)

{{ additive_figures('declared_collaboration_jobs_fte') }}
