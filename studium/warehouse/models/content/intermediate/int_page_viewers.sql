with

nameless as (
    select
        event_id,
        event_time,
        session_id
    from {{ ref('int_page_events') }}
    where username is null and coalesce(user_id, 0) = 0 and session_id is not null
),

candidates as (
    select
        nameless.event_id,
        people.username,
        people.last_at >= nameless.event_time as is_next,
        abs(
            {{ microseconds('people.last_at') }} - {{ microseconds('nameless.event_time') }}
        ) as distance
    from nameless
    inner join {{ ref('int_session_people') }} as people
        on nameless.session_id = people.session_id
    where people.first_at <= nameless.event_time + interval '14' day
),

numbered as (
    select
        *,
        row_number() over (
            partition by event_id
            order by case when is_next then 0 else 1 end, distance, username
        ) as place
    from candidates
)

select
    event_id,
    username
from numbered
where place = 1
