with

in_high_range as (
    select
        metrics.course_id,
        metrics.username,
        metrics.start_date,
        metrics.end_date,
        metrics.metric
    from {{ ref('int_engagement_metrics') }} as metrics
    inner join {{ ref('module_engagement_metric_ranges') }} as ranges
        on metrics.course_id = ranges.course_id and metrics.metric = ranges.metric
    where
        metrics.is_counted
        and ranges.range_type = 'high'
        and {{ is_in_range('metrics.value', 'ranges.low_value', 'ranges.high_value') }}
),

by_metric as (
    select
        course_id,
        username,
        start_date,
        end_date,
        max(case when metric = 'problems_attempted' then metric end) as problems_attempted,
        max(case when metric = 'problems_completed' then metric end) as problems_completed,
        max(case when metric = 'videos_viewed' then metric end) as videos_viewed,
        max(case when metric = 'discussion_contributions' then metric end) as contributions,
        max(case when metric = 'problem_attempts_per_completed' then metric end) as ratio
    from in_high_range
    group by course_id, username, start_date, end_date
),

previous_week as (
    select
        before.course_id,
        before.username
    from {{ ref('int_engagement_weeks') }} as before
    left join {{ ref('module_engagement_summary') }} as summaries
        on before.course_id = summaries.course_id and before.username = summaries.username
    where before.end_date < date '{{ var("as_of") }}' and summaries.username is null
),

segments as (
    select
        course_id, username, start_date, end_date, 'highly_engaged' as segment,
        concat_ws(
            ',', problems_attempted, problems_completed, videos_viewed, contributions
        ) as reason
    from by_metric
    where coalesce(problems_attempted, problems_completed, videos_viewed, contributions) is not null
    union all
    select
        course_id, username, start_date, end_date, 'struggling' as segment, ratio as reason
    from by_metric
    where ratio is not null
    union all
    select
        course_id,
        username,
        {{ shifted("date '" ~ var("as_of") ~ "'", -7) }} as start_date,
        date '{{ var("as_of") }}' as end_date,
        'disengaging' as segment,
        cast(null as string) as reason
    from previous_week
)

select * from segments
