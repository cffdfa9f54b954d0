select
    {{ last_date() }} as date,
    enrollments.course_id,
    birth_years.year_of_birth as birth_year,
    {{ number_of('enrollments.is_enrolled') }} as count,
    count(*) as cumulative_count
from {{ ref('int_enrollments_last_day') }} as enrollments
left join {{ ref('stg_edx__birth_years') }} as birth_years
    on enrollments.user_id = birth_years.user_id
group by enrollments.course_id, birth_years.year_of_birth
