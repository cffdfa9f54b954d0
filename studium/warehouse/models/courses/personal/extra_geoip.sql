{{ config(materialized='view') }}

select
    ip,
    city,
    country_label as countryLabel, -- noqa: CP02
    country,
    postal_code as postalCode, -- noqa: CP02
    continent,
    subdivision,
    region_code as region,
    latitude,
    longitude
from {{ source('lake', 'ip_locations') }}
where country is not null
