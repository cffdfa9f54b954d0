with

learners as (
    select * from {{ ref('int_learner_months') }}
),

subjects as (
    select * from {{ ref('int_course_subjects') }}
),

all_by_month as (
    select
        month,
        count(distinct user_id) as active_learners
    from learners
    group by month
),

by_subject as (
    select
        learners.month,
        subjects.subject_id,
        subjects.subject_title,
        count(distinct learners.course_id) as active_courses,
        count(distinct learners.user_id) as active_learners
    from learners
    inner join subjects on learners.course_id = subjects.course_id
    group by learners.month, subjects.subject_id, subjects.subject_title
)

select
    by_subject.month,
    by_subject.subject_id,
    by_subject.subject_title,
    by_subject.active_courses,
    by_subject.active_learners,
    all_by_month.active_learners as all_active_learners,
    {{ percentage('by_subject.active_learners', 'all_by_month.active_learners') }}
        as active_percent,
    {{ is_complete_month('by_subject.month') }} as is_complete
from by_subject
inner join all_by_month on by_subject.month = all_by_month.month
