with

enrolled as (
    select course_id, user_id
    from {{ ref('stg_edx__enrollments') }}
    where user_id is not null
    union
    select course_id, user_id
    from {{ ref('course_enrollment_summary') }}
),

sizes as (
    select
        course_id,
        count(*) as learners
    from enrolled
    group by course_id
),

shared as (
    select
        enrolled.course_id,
        others.course_id as other_course_id,
        count(*) as shared_learners
    from enrolled
    inner join enrolled as others
        on enrolled.user_id = others.user_id and enrolled.course_id < others.course_id
    group by enrolled.course_id, others.course_id
)

select
    shared.course_id,
    shared.other_course_id,
    shared.shared_learners,
    sizes.learners,
    other_sizes.learners as other_learners,
    cast(shared.shared_learners as double)
    / (sizes.learners + other_sizes.learners - shared.shared_learners) as jaccard
from shared
inner join sizes on shared.course_id = sizes.course_id
inner join sizes as other_sizes on shared.other_course_id = other_sizes.course_id
