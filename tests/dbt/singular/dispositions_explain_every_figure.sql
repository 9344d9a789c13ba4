-- What is counted is the figure, and whatever is left out has its reason, in every family.
with

dispositions as (
    {% for family in ['support', 'creation', 'cooperation', 'bids', 'jobs', 'money', 'rooms'] %}
        select
            indicator_id,
            period,
            is_included,
            exclusion_reason_fr,
            {% if family in ['money', 'rooms'] %}
                amount_eur as contribution
            {% elif family == 'jobs' %}
                contribution
            {% else %}
                case when is_included then 1 end as contribution
            {% endif %}
        from {{ ref('int_dispositions__' ~ family) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

figures as (
    {% for indicator in [
        'supported_projects', 'new_supported_projects', 'effective_creations', 'takeovers', 'effectively_run_projects',
        'claimed_projects', 'bids_submitted', 'bids_won', 'jobs_headcount', 'jobs_fte', 'collaboration_jobs_headcount',
        'collaboration_jobs_created_fte', 'collaboration_jobs_maintained_fte',
        'joint_purchase_amount', 'joint_purchase_savings', 'grant_requested', 'grant_awarded', 'grant_paid', 'room_revenue'
    ] %}
        select
            indicator_id,
            period,
            sum(value) as value
        from {{ ref('crit_' ~ indicator) }}
        where perimeter in ('members', 'pole') and dimension in ('all', 'item')
        group by indicator_id, period
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

counted as (
    select
        indicator_id,
        period,
        sum(contribution) as contribution,
        sum(case when is_included = (exclusion_reason_fr is not null) then 1 else 0 end) as unexplained_count
    from dispositions
    group by indicator_id, period
)

select
    coalesce(figures.indicator_id, counted.indicator_id) as indicator_id,
    coalesce(figures.period, counted.period) as period,
    figures.value,
    counted.contribution,
    counted.unexplained_count
from figures
inner join {{ ref('int_periods') }} as periods on figures.period = periods.period and periods.is_current
full outer join counted
    on
        figures.indicator_id = counted.indicator_id
        and figures.period = counted.period
where
    coalesce(figures.value, 0) <> coalesce(counted.contribution, 0)
    or coalesce(counted.unexplained_count, 0) > 0
