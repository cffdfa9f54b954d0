with

learners as (
    select
        course_id,
        user_id,
        username,
        cohort,
        min(case when is_enrolled then valid_from end) as enrollment_date,
        max_by(mode, valid_from) as enrollment_mode,
        max_by(is_enrolled, valid_from) as is_enrolled
    from {{ ref('enrollment_periods') }}
    group by course_id, user_id, username, cohort
),

weeks as (
    select
        course_id,
        username,
        count(*) as weeks_active
    from {{ ref('int_engagement_weeks') }}
    group by course_id, username
),

segments as (
    select
        course_id,
        username,
        max(case when segment = 'disengaging' then segment end) as disengaging,
        max(case when segment = 'highly_engaged' then segment end) as highly_engaged,
        max(case when segment = 'struggling' then segment end) as struggling
    from {{ ref('learner_segments') }}
    group by course_id, username
)

select
    learners.course_id,
    learners.username,
    {{ shifted("date '" ~ var("as_of") ~ "'", -7) }} as start_date,
    date '{{ var("as_of") }}' as end_date,
    learners.enrollment_mode,
    learners.enrollment_date,
    learners.cohort,
    coalesce(summaries.problem_attempts, 0) as problem_attempts,
    coalesce(summaries.problems_attempted, 0) as problems_attempted,
    coalesce(summaries.problems_completed, 0) as problems_completed,
    summaries.problem_attempts_per_completed,
    coalesce(summaries.videos_viewed, 0) as videos_viewed,
    coalesce(summaries.discussion_contributions, 0) as discussion_contributions,
    nullif(
        concat_ws(
            ',',
            segments.disengaging,
            segments.highly_engaged,
            case when weeks.weeks_active is null then 'inactive' end,
            segments.struggling,
            case when not learners.is_enrolled then 'unenrolled' end
        ),
        ''
    ) as segments,
    case
        when summaries.problem_attempts_per_completed is null
            then -coalesce(summaries.problem_attempts, 0)
        else summaries.problem_attempts
    end as attempt_ratio_order,
    learners.user_id,
    profiles.language,
    profiles.level_of_education,
    profiles.gender,
    profiles.country,
    profiles.year_of_birth
from learners
left join {{ ref('module_engagement_summary') }} as summaries
    on learners.course_id = summaries.course_id and learners.username = summaries.username
left join weeks
    on learners.course_id = weeks.course_id and learners.username = weeks.username
left join segments
    on learners.course_id = segments.course_id and learners.username = segments.username
left join {{ ref('int_account_profiles') }} as profiles
    on learners.user_id = profiles.user_id
