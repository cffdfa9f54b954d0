with

accounts as (
    select
        id as user_id,
        username,
        cast(date_joined as timestamp) as date_joined,
        row_number() over (
            partition by id
            order by dump_date desc, source_file desc, source_line desc
        ) as place_from_end
    from {{ source('lake', 'auth_user') }}
    where id is not null
)

select
    accounts.user_id,
    profiles.year_of_birth as user_year_of_birth,
    profiles.level_of_education as user_level_of_education,
    profiles.gender as user_gender,
    accounts.username as user_username,
    accounts.date_joined as user_account_creation_time,
    coalesce(countries.country_code, 'UNKNOWN') as user_last_location_country_code
from accounts
inner join {{ ref('int_account_profiles') }} as profiles
    on accounts.user_id = profiles.user_id
left join {{ ref('int_last_countries') }} as countries
    on accounts.user_id = countries.user_id
where accounts.place_from_end = 1
