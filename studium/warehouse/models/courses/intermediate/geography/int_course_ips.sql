with

counts as (
    select
        course_id,
        username,
        ip,
        cast(sum(ipcount) as bigint) as ip_count,
        max(last_event_at) as last_event_at
    from {{ ref('int_ip_counts_daily') }}
    {%- if not var('compat') %}
        where ip is not null
    {%- endif %}
    group by course_id, username, ip
)

select
    course_id,
    username,
    ip,
    ip_count,
    last_event_at,
    cast(
        row_number() over (
            partition by course_id, username
            order by ip_count desc, last_event_at desc, coalesce(ip, '')
        ) as bigint
    ) as place,
    cast(
        rank() over (partition by course_id, username order by ip_count) as bigint
    ) as ascending_rank,
    max(ip_count) over (partition by course_id, username) as most_events,
    count(*) over (partition by course_id, username) as address_count
from counts
