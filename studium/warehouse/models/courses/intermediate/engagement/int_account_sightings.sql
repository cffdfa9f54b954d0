{{ config(materialized='by_date', date_column='event_date') }}

select distinct
    event_date,
    user_id,
    username
from {{ ref('stg_edx__events') }}
where
    username is not null
    and user_id <> 0
    and {{ is_recomputed('event_date') }}
