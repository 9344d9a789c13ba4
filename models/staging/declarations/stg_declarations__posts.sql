{{ active_rows('declarations', 'posts') }}
