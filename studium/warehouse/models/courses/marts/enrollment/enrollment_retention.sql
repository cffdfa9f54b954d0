with

learners as (
    select
        course_id,
        user_id,
        cast(first_enrollment_time as date) as first_date,
        cast(date_trunc('month', first_enrollment_time) as date) as cohort_month
    from {{ ref('course_enrollment_summary') }}
),

starts as (
    select
        course_id,
        cohort_month,
        {{ whole_weeks('first_date', "date '" ~ var('as_of') ~ "'") }} as weeks_over,
        count(*) as learners
    from learners
    where {{ shifted('first_date', 7) }} <= date '{{ var("as_of") }}'
    group by course_id, cohort_month, {{ whole_weeks('first_date', "date '" ~ var('as_of') ~ "'") }}
),

weeks as (
    select
        course_id,
        cohort_month,
        learners,
        {{ each_number('0', 'weeks_over - 1') }} as week_number
    from starts
),

sizes as (
    select
        course_id,
        cohort_month,
        week_number,
        cast(sum(learners) as bigint) as learners
    from weeks
    group by course_id, cohort_month, week_number
),

visits as (
    select
        learners.course_id,
        learners.cohort_month,
        learners.user_id,
        learners.first_date,
        {{ whole_weeks('learners.first_date', 'activity.event_date') }} as week_number
    from learners
    inner join {{ ref('int_activity_daily') }} as activity
        on
            learners.course_id = activity.course_id
            and learners.user_id = activity.user_id
            and learners.first_date <= activity.event_date
),

active as (
    select
        course_id,
        cohort_month,
        week_number,
        count(distinct user_id) as active_learners
    from visits
    where week_number < {{ whole_weeks('first_date', "date '" ~ var('as_of') ~ "'") }}
    group by course_id, cohort_month, week_number
)

select
    sizes.course_id,
    sizes.cohort_month,
    sizes.week_number,
    sizes.learners,
    coalesce(active.active_learners, 0) as active_learners
from sizes
left join active
    on
        sizes.course_id = active.course_id
        and sizes.cohort_month = active.cohort_month
        and sizes.week_number = active.week_number
