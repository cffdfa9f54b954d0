with

records as (
    select
        id as user_id,
        username,
        1 as is_listed,
        dump_date as seen_on,
        source_line as place
    from {{ source('lake', 'auth_user') }}
    where username is not null
    union all
    select
        user_id,
        username,
        0 as is_listed,
        event_date as seen_on,
        0 as place
    from {{ ref('int_account_sightings') }}
),

numbered as (
    select
        user_id,
        username,
        row_number() over (
            partition by user_id
            order by is_listed desc, seen_on desc, place desc, username asc
        ) as place_from_end
    from records
    where user_id is not null
)

select
    user_id,
    username
from numbered
where place_from_end = 1
