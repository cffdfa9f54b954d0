with

ranked as (
    select
        course_id,
        start_date,
        end_date,
        metric,
        value,
        is_counted,
        row_number() over (
            partition by course_id, metric, is_counted
            order by value nulls last, username
        ) - 1 as place,
        count(*) over (partition by course_id, metric, is_counted) as learners
    from {{ ref('int_engagement_metrics') }}
),

courses as (
    select distinct course_id, start_date, end_date, metric
    from ranked
),

percentiles as (
    select
        course_id,
        metric,
        {{ interpolated_percentile(15) }} as low,
        {{ interpolated_percentile(85) }} as high
    from ranked
    where is_counted
    group by course_id, metric
),

bounds as (
    select
        courses.course_id,
        courses.start_date,
        courses.end_date,
        courses.metric,
        percentiles.metric is not null as is_known,
        case when percentiles.metric is null then cast(0 as double) else percentiles.low end as low,
        percentiles.high,
        percentiles.low is not null
        and (percentiles.high is null or percentiles.low <> percentiles.high) as has_high
    from courses
    left join percentiles
        on courses.course_id = percentiles.course_id and courses.metric = percentiles.metric
),

ranges as (
    select
        course_id, start_date, end_date, metric,
        'low' as range_type, cast(0 as double) as low_value, low as high_value
    from bounds
    where is_known and (low is null or low > 0)
    union all
    select
        course_id, start_date, end_date, metric,
        'normal' as range_type, low as low_value, case when has_high then high end as high_value
    from bounds
    union all
    select
        course_id, start_date, end_date, metric,
        'high' as range_type, high as low_value, cast(null as double) as high_value
    from bounds
    where has_high
)

select * from ranges
