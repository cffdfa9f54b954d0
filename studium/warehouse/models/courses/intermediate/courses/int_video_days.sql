{{ config(materialized='by_date', date_column='date') }}

select
    course_id,
    username,
    date,
    count(distinct video_id) as nvideos_viewed,
    cast(sum({{ whole_microseconds('position') }}) as double) / 1e6 as nvideos_watched_sec
from {{ ref('video_stats_day') }}
where
    username <> ''
    and {{ is_recomputed('date') }}
group by course_id, username, date
