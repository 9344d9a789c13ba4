{# Every indicator that has a model of its own, crit_<indicator>: add the new one here. #}
{% macro criteria() -%}
    {{ return([
        'after_hours', 'bids_submitted', 'bids_won', 'booked_hours', 'booking_gap', 'claimed_projects',
        'collaboration_jobs_created_fte', 'collaboration_jobs_headcount', 'collaboration_jobs_maintained_fte',
        'conversion_rate_12m', 'conversion_rate_24m', 'conversion_rate_24m_km', 'conversion_rate_36m',
        'declared_collaboration_jobs_fte', 'declared_supported_projects', 'effective_creations',
        'effectively_run_projects', 'grant_awarded', 'grant_paid', 'grant_requested', 'intra_pole_sales', 'jobs_fte',
        'jobs_headcount', 'jobs_net_change_fte', 'joint_purchase_amount', 'joint_purchase_savings', 'largest_share',
        'lot_vacancy', 'market_share_of_income', 'mean_partners', 'member_advantage', 'members_count',
        'network_density', 'new_supported_projects', 'no_show_rate', 'occupancy_rate', 'public_share_of_income',
        'room_revenue', 'self_financing_ratio', 'share_over_12_months', 'started_projects', 'support_overlap',
        'supported_projects', 'survival_rate_3y', 'survival_rate_5y', 'takeovers', 'turnover_bridge',
        'turnover_chained_growth', 'turnover_external', 'turnover_growth_vs_sector', 'turnover_median_growth',
        'turnover_panel_growth', 'turnover_total', 'turnover_total_growth',
    ]) }}
{%- endmacro %}
