{{ active_rows('revenue', 'fec_lines') }}
