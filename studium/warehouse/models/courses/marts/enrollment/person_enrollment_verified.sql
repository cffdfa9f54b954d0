{{ config(materialized='by_scope', scope='course') }}

with

events as (
    select
        course_id,
        user_id,
        time,
        deactivated and mode = 'verified' as is_verified_exit,
        mode = 'verified' and (mode_changed or activated) as is_inside,
        coalesce(
            lag(mode = 'verified' and (mode_changed or activated)) over (
                partition by course_id, user_id
                order by time, activated, mode_changed, mode
            ),
            false
        ) as was_inside,
        mode = 'verified' and (mode_changed or deactivated) as is_counted_as_published
    from {{ ref('enrollment_events') }}
    where
        (activated or deactivated or mode_changed)
        and user_id is not null
        and mode is not null
        and {{ is_touched_course('course_id') }}
),

moments as (
    select
        course_id,
        user_id,
        min(time) filter (where is_inside) as first_entry,
        max(time) filter (where is_inside) as last_entry,
        max(time) filter (where was_inside and not is_inside) as last_exit,
        max(time) filter (where is_verified_exit) as last_verified_exit,
        min(time) filter (where is_counted_as_published) as first_published,
        max(time) filter (where is_counted_as_published) as last_published
    from events
    group by course_id, user_id
),

times as (
    select
        course_id,
        user_id,
        {% if var('compat') -%}
            first_published as enroll_time,
            case
                when
                    date_trunc('second', last_published) > date_trunc('second', first_published)
                    then last_published
            end as unenroll_time
        {%- else -%}
            first_entry as enroll_time,
            case
                when first_entry is null then last_verified_exit
                when last_exit > last_entry then last_exit
            end as unenroll_time
        {%- endif %}
    from moments
)

select
    course_id,
    user_id,
    enroll_time as verified_enroll_time,
    unenroll_time as verified_unenroll_time
from times
where enroll_time is not null or unenroll_time is not null
