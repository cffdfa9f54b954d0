with

runs as (
    select
        course_id,
        start_time,
        end_time,
        pacing_type,
        weeks_to_complete,
        min_effort,
        max_effort,
        case
            when end_time > start_time
                then {{ microseconds('end_time') }} - {{ microseconds('start_time') }}
        end as duration
    from {{ ref('stg_catalogue__course_runs') }}
)

select
    course_id,
    weeks_to_complete,
    cast(ceil(duration / 86400000000.0) as bigint) as scheduled_days,
    case
        when pacing_type = 'self_paced' and weeks_to_complete is not null then weeks_to_complete
        else coalesce(cast(ceil(duration / 604800000000.0) as bigint), weeks_to_complete)
    end as duration_weeks,
    min_effort * weeks_to_complete as min_hours,
    max_effort * weeks_to_complete as max_hours
from runs
