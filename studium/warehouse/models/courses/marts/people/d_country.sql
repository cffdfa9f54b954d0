select
    min(country_name) as country_name,
    country_code as user_last_location_country_code
from {{ ref('int_last_countries') }}
group by country_code
