with

learners as (
    select * from {{ ref('int_learner_months') }}
),

subjects as (
    select * from {{ ref('int_course_subjects') }}
),

counted as (
    select
        cast(date_trunc('month', date) as date) as month,
        course_id,
        sum(event_count) filter (
            where event_type = 'problem_check' and event_source = 'server'
        ) as problem_attempts,
        sum(event_count) filter (
            where
            {{ browser_event_type('event_type') }} = 'play_video'
            and event_source in ('browser', 'mobile')
        ) as video_plays,
        sum(event_count) filter (
            where event_type like 'edx.forum.%.created' and event_source = 'server'
        ) as forum_posts
    from {{ ref('event_types_daily') }}
    group by cast(date_trunc('month', date) as date), course_id
),

activity_by_subject as (
    select
        counted.month,
        subjects.subject_id,
        cast(coalesce(sum(counted.problem_attempts), 0) as bigint) as problem_attempts,
        cast(coalesce(sum(counted.video_plays), 0) as bigint) as video_plays,
        cast(coalesce(sum(counted.forum_posts), 0) as bigint) as forum_posts
    from counted
    inner join subjects on counted.course_id = subjects.course_id
    group by counted.month, subjects.subject_id
),

learners_by_subject as (
    select
        learners.month,
        subjects.subject_id,
        subjects.subject_title,
        count(distinct learners.user_id) as active_learners
    from learners
    inner join subjects on learners.course_id = subjects.course_id
    group by learners.month, subjects.subject_id, subjects.subject_title
)

select
    learners_by_subject.month,
    learners_by_subject.subject_id,
    learners_by_subject.subject_title,
    learners_by_subject.active_learners,
    coalesce(activity.problem_attempts, 0) as problem_attempts,
    coalesce(activity.video_plays, 0) as video_plays,
    coalesce(activity.forum_posts, 0) as forum_posts,
    {{ ratio('coalesce(activity.problem_attempts, 0)', 'learners_by_subject.active_learners') }}
        as problem_attempts_per_learner,
    {{ ratio('coalesce(activity.video_plays, 0)', 'learners_by_subject.active_learners') }}
        as video_plays_per_learner,
    {{ ratio('coalesce(activity.forum_posts, 0)', 'learners_by_subject.active_learners') }}
        as forum_posts_per_learner,
    {{ is_complete_month('learners_by_subject.month') }} as is_complete
from learners_by_subject
left join activity_by_subject as activity
    on
        learners_by_subject.month = activity.month
        and learners_by_subject.subject_id = activity.subject_id
