{{ active_rows('declarations', 'collaborative_projects') }}
