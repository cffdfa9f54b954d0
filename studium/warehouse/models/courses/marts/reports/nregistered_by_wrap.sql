select
    persons.course_id,
    dates.wrap_time as wrap_date,
    count(*) as nregistered,
    {{ number_of('persons.start_time <= dates.wrap_time') }} as nregistered_by_wrap,
    {{ percentage(number_of('persons.start_time <= dates.wrap_time'), 'count(*)') }}
        as nregistered_by_wrap_pct
from {{ ref('int_person_courses_reported') }} as persons
inner join {{ ref('int_course_dates') }} as dates
    on persons.course_id = dates.course_id
where dates.wrap_time is not null
group by persons.course_id, dates.wrap_time
