-- A project belongs to a perimeter when at least one of its partners does.
select distinct
    members.period,
    members.perimeter,
    partners.project_id,
    partners.quarter
from {{ ref('int_collaborations__partners') }} as partners
inner join {{ ref('int_members__by_period') }} as members
    on
        partners.siren = members.siren
        and members.basis = 'flow'
