with

events as (
    select
        event_id,
        course_id,
        coalesce(
            {{ all_replaced(
                all_replaced(all_replaced('address', '^[a-z]+://[^/]+', ''), '[?#].*$', ''),
                '/+$', ''
            ) }},
            block_id,
            sequence_name || ' ' || cast(tab as string)
        ) as address
    from {{ ref('int_page_events') }}
    where course_id is not null
),

views as (
    select distinct event_id from {{ ref('page_views') }}
),

courses as (
    select distinct course_id from {{ ref('content_nodes') }}
),

told as (
    select
        events.course_id,
        events.address,
        case when views.event_id is null then 1 else 0 end as is_unplaced
    from events
    inner join courses on events.course_id = courses.course_id
    left join views on events.event_id = views.event_id
),

counted as (
    select
        course_id,
        address,
        sum(is_unplaced) as events,
        sum(count(*)) over (partition by course_id) as page_events,
        sum(sum(is_unplaced)) over (partition by course_id) as unplaced_events
    from told
    group by course_id, address
),

numbered as (
    select
        *,
        row_number() over (partition by course_id order by events desc, address asc) as place
    from counted
    where events > 0
)

select
    course_id,
    cast(place as bigint) as place,
    address,
    cast(events as bigint) as events,
    cast(page_events as bigint) as page_events,
    cast(unplaced_events as bigint) as unplaced_events,
    cast(unplaced_events as double) / page_events as unplaced_share
from numbered
where place <= 20
