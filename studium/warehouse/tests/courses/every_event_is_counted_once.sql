-- event_types_daily counts each event of a date once, and nothing else.
with

arrived as (
    select event_date as date, count(*) as event_count
    from {{ ref('stg_edx__events') }}
    group by event_date
),

counted as (
    select date, sum(event_count) as event_count
    from {{ ref('event_types_daily') }}
    group by date
)

select
    coalesce(arrived.date, counted.date) as date,
    arrived.event_count as arrived_count,
    counted.event_count as counted_count
from arrived
full outer join counted on arrived.date = counted.date
where coalesce(arrived.event_count, 0) <> coalesce(counted.event_count, 0)
