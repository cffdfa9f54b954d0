with

flags as (
    select
        scope_id,
        content_type_id,
        content_object_id,
        user_id,
        false as is_historical
    from {{ source('lake', 'forum_abuseflagger') }}
),

historical_flags as (
    select
        scope_id,
        content_type_id,
        content_object_id,
        user_id,
        true as is_historical
    from {{ source('lake', 'forum_historicalabuseflagger') }}
),

all_flags as (
    select * from flags
    union
    select * from historical_flags
)

select
    scope_id as course_id,
    content_type_id,
    content_object_id,
    user_id,
    is_historical
from all_flags
