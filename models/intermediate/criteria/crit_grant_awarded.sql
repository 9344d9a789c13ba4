-- Amounts notified, contracted, paid or closed, cumulated to the end of the period.
{{ grant_figures('grant_awarded', 'awarded') }}
