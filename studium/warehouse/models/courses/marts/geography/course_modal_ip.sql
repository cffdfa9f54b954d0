select
    course_id,
    username,
    ip as modal_ip,
    ip_count,
    {{ 'ascending_rank' if var('compat') else 'address_count' }} as n_different_ip
from {{ ref('int_course_ips') }}
where {{ 'ip_count = most_events' if var('compat') else 'place = 1' }}
