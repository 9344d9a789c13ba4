{{ active_rows('revenue', 'turnover') }}
