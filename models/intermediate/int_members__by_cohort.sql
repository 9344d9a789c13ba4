{{ members_of(ref('int_cohorts')) }}
