{{ active_rows('declarations', 'supported_projects') }}
