with

by_database as (
    select
        course_id,
        user_id,
        coalesce(mode = 'verified', false) as is_verified,
        coalesce(certified, false) as is_certified
    from {{ ref('person_course') }}
),

by_events as (
    select
        course_id,
        user_id,
        first_verified_enrollment_time is not null as is_verified
    from {{ ref('course_enrollment_summary') }}
)

select
    coalesce(by_database.course_id, by_events.course_id) as course_id,
    coalesce(by_database.user_id, by_events.user_id) as user_id,
    coalesce(by_database.is_verified, false)
    or coalesce(by_events.is_verified, false) as is_verified,
    by_database.is_certified
from by_database
full outer join by_events
    on
        by_database.course_id = by_events.course_id
        and by_database.user_id = by_events.user_id
