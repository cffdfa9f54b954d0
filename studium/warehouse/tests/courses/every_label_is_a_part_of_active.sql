-- Whoever attempted, played or posted in a week was active in it.
select
    labelled.course_id,
    labelled.interval_start,
    labelled.label,
    labelled.count,
    active.count as active_count
from {{ ref('course_activity') }} as labelled
left join {{ ref('course_activity') }} as active
    on
        labelled.course_id = active.course_id
        and labelled.interval_start = active.interval_start
        and active.label = 'ACTIVE'
where labelled.count > coalesce(active.count, 0)
