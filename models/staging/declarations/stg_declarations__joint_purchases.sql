{{ active_rows('declarations', 'joint_purchases') }}
