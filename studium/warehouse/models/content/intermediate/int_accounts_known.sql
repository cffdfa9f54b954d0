with

sightings as (
    select
        username,
        user_id,
        registered_at
    from {{ ref('int_account_days') }}
    union all
    select
        username,
        id as user_id,
        cast(date_joined as timestamp) as registered_at
    from {{ source('lake', 'auth_user') }}
    where username is not null
),

by_name as (
    select
        username,
        max(user_id) as user_id,
        min(registered_at) as registered_at
    from sightings
    group by username
)

select
    username,
    user_id,
    -- An account that was renamed is one.
    case
        when user_id is null then registered_at
        else min(registered_at) over (partition by user_id)
    end as registered_at
from by_name
