with

viewings as (
    select
        course_id,
        video_id,
        {{ segment_of('start_offset') }} as first_segment,
        {{ segment_of('end_offset') }} as last_segment,
        {{ segment_of('reached_offset') }} as reached_segment
    from {{ ref('int_video_viewings') }}
),

with_new_part as (
    select
        *,
        greatest(first_segment, coalesce(reached_segment + 1, 0)) as first_new_segment
    from viewings
),

changes as (
    select course_id, video_id, first_segment as segment, 1 as views, 0 as users
    from with_new_part
    union all
    select course_id, video_id, first_new_segment as segment, 0 as views, 1 as users
    from with_new_part
    where first_new_segment <= last_segment
    union all
    select
        course_id,
        video_id,
        last_segment + 1 as segment,
        -1 as views,
        case when first_new_segment <= last_segment then -1 else 0 end as users
    from with_new_part
),

changes_by_segment as (
    select
        course_id,
        video_id,
        segment,
        sum(views) as views,
        sum(users) as users
    from changes
    group by course_id, video_id, segment
),

running_totals as (
    select
        course_id,
        video_id,
        segment as first_segment,
        lead(segment) over in_order - 1 as last_segment,
        cast(sum(users) over in_order as bigint) as num_users,
        cast(sum(views) over in_order as bigint) as num_views
    from changes_by_segment
    window in_order as (partition by course_id, video_id order by segment)
)

select
    course_id,
    video_id,
    {{ each_number('first_segment', 'last_segment') }} as segment,
    num_users,
    num_views
from running_totals
where num_views > 0
