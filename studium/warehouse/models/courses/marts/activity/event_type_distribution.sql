with

explicit_events as (
    select
        date,
        event_type,
        event_source,
        event_count,
        {{ event_category('event_type') }} as event_category
    from {{ ref('event_types_daily') }}
    where event_type is not null and event_type not like '/%'
)

select
    date as event_date,
    coalesce(event_category, 'unknown') as event_category,
    event_type,
    event_source,
    event_category is not null as exported,
    cast(sum(event_count) as bigint) as event_count
from explicit_events
group by date, event_category, event_type, event_source
