with

last_addresses as (
    select
        user_id,
        {{ value_at_greatest('ip', ['date']) }} as ip
    from {{ ref('int_last_ips_daily') }}
    group by user_id
)

select
    last_addresses.user_id,
    coalesce(nullif(locations.country, ''), 'UNKNOWN') as country_code,
    coalesce(nullif(locations.country_label, ''), 'UNKNOWN') as country_name
from last_addresses
left join {{ source('lake', 'ip_locations') }} as locations on last_addresses.ip = locations.ip
