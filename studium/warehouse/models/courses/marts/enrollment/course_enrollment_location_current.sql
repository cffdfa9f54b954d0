with

by_database as (
    select
        course_id,
        user_id,
        coalesce(is_active, 1) = 1 as is_enrolled,
        dump_date as date
    from {{ ref('stg_edx__enrollments') }}
),

by_events as (
    select
        course_id,
        user_id,
        is_enrolled,
        {{ last_date() }} as date
    from {{ ref('int_enrollments_last_day') }}
    where course_id not in (select by_database.course_id from by_database)
),

enrollments as (
    select * from by_database
    union all
    select * from by_events
)

select
    enrollments.date,
    enrollments.course_id,
    countries.country_code,
    {{ number_of('enrollments.is_enrolled') }} as count,
    count(*) as cumulative_count
from enrollments
left join {{ ref('int_last_countries') }} as countries on enrollments.user_id = countries.user_id
group by enrollments.date, enrollments.course_id, countries.country_code
