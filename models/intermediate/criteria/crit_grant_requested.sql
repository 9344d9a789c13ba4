-- Amounts asked for, cumulated to the end of the period.
{{ grant_figures('grant_requested', 'requested') }}
