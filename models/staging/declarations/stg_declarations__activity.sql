{{ active_rows('declarations', 'activity') }}
