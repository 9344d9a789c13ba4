{{ active_rows('revenue', 'fec_files') }}
