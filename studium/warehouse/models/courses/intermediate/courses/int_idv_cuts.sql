with

learners as (
    select
        course_id,
        user_id,
        viewed,
        verified_enroll_time
    from {{ ref('person_course') }}
),

last_entries as (
    select
        course_id,
        max(verified_enroll_time) as last_entry
    from learners
    group by course_id
)

select
    learners.course_id,
    learners.user_id,
    learners.verified_enroll_time is not null as is_idv,
    coalesce(learners.verified_enroll_time, last_entries.last_entry) as cut
from learners
inner join last_entries on learners.course_id = last_entries.course_id
where
    learners.verified_enroll_time is not null
    or (learners.viewed and last_entries.last_entry is not null)
