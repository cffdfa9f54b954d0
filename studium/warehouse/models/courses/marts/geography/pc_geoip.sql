select
    learners.course_id,
    learners.username,
    locations.country,
    locations.city,
    locations.country_label as countryLabel, -- noqa: CP02
    locations.latitude,
    locations.longitude,
    locations.region_code,
    locations.subdivision,
    locations.postal_code as postalCode, -- noqa: CP02
    locations.continent,
    locations.un_region,
    locations.econ_group,
    locations.developing_nation,
    locations.special_region as special_region1
from {{ ref('pc_modal_ip') }} as learners
inner join {{ source('lake', 'ip_locations') }} as locations on learners.modal_ip = locations.ip
where locations.country is not null
