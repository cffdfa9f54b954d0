with

enrollments as (
    select
        enrollments.course_id,
        enrollments.is_enrolled,
        case learners.level_of_education
            when 'none' then 'none'
            when 'other' then 'other'
            when 'el' then 'primary'
            when 'jhs' then 'junior_secondary'
            when 'hs' then 'secondary'
            when 'a' then 'associates'
            when 'b' then 'bachelors'
            when 'm' then 'masters'
            when 'p' then 'doctorate'
            when 'p_se' then 'doctorate'
            when 'p_oth' then 'doctorate'
        end as education_level
    from {{ ref('int_enrollments_last_day') }} as enrollments
    left join {{ ref('stg_edx__learners') }} as learners
        on enrollments.user_id = learners.user_id
)

select
    {{ last_date() }} as date,
    course_id,
    education_level,
    {{ number_of('is_enrolled') }} as count,
    count(*) as cumulative_count
from enrollments
group by course_id, education_level
