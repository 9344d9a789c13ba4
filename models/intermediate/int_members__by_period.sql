{{ members_of(ref('int_periods')) }}
