select
    event_id,
    event_date,
    count(*) as copies
from {{ source('lake', 'events') }}
where
    {{ is_compat() }}
    and event_date >= date '{{ var("events_from") }}'
    and event_date < date '{{ var("as_of") }}'
group by event_id, event_date
having count(*) > 1
