with

days as (
    select
        username,
        {{ monday('event_date') }} as week
    from {{ ref('int_activity_daily') }}
    where username is not null
)

select distinct
    week as start_date,
    {{ shifted('week', 7) }} as end_date,
    username
from days
where {{ is_complete_week('week') }}
