with

durations as (
    select
        course_id,
        video_id,
        {% if var('compat') -%}
            case when count(duration) = count(*) then max(duration) end as known_duration
        {%- else -%}
            max(duration) as known_duration
        {%- endif %}
    from {{ ref('int_video_viewings') }}
    group by course_id, video_id
),

with_users_later as (
    select
        course_id,
        video_id,
        segment,
        num_users,
        lag(num_users) over (partition by course_id, video_id order by segment desc) as users_later
    from {{ ref('int_video_segments') }}
),

watched_ends as (
    select
        course_id,
        video_id,
        coalesce(
            max(case when users_later * 20 <= num_users then segment end),
            max(segment)
        ) as last_plausible_segment,
        max(segment) as last_segment
    from with_users_later
    group by course_id, video_id
),

joined as (
    select
        durations.course_id,
        durations.video_id,
        durations.known_duration,
        watched_ends.last_plausible_segment,
        watched_ends.last_segment
    from durations
    inner join watched_ends
        on
            durations.course_id = watched_ends.course_id
            and durations.video_id = watched_ends.video_id
),

lengths as (
    select
        course_id,
        video_id,
        coalesce(known_duration, (last_plausible_segment + 1) * 5 - 1) as duration,
        coalesce({{ segment_of('known_duration') }}, last_plausible_segment) as final_segment,
        last_segment
    from joined
),

with_final_segment as (
    select
        lengths.*,
        segments.segment is not null as is_final_segment_watched
    from lengths
    left join {{ ref('int_video_segments') }} as segments
        on
            lengths.course_id = segments.course_id
            and lengths.video_id = segments.video_id
            and lengths.final_segment = segments.segment
)

select
    course_id,
    video_id,
    cast(floor(duration) as bigint) as duration,
    final_segment,
    {% if var('compat') -%}
        case
            when is_final_segment_watched then final_segment
            else last_segment
        end as shown_until_segment,
    {%- else -%}
        final_segment as shown_until_segment,
    {%- endif %}
    {{ segment_of('greatest(duration - 30, cast(0.95 as double) * duration)') }} as end_segment
from with_final_segment
