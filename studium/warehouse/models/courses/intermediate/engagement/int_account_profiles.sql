with

numbered as (
    select
        profiles.user_id,
        profiles.language,
        profiles.gender,
        profiles.level_of_education,
        profiles.country,
        details.year_of_birth,
        row_number() over (
            partition by profiles.user_id
            order by profiles.dump_date desc, profiles.source_file desc, profiles.source_line desc
        ) as place_from_end
    from {{ source('lake', 'auth_userprofile') }} as profiles
    left join {{ source('personal', 'auth_userprofile') }} as details
        on
            profiles.user_id = details.user_id
            and profiles.source_file = details.source_file
            and profiles.source_line = details.source_line
    where profiles.user_id is not null
)

select
    user_id,
    nullif(language, '') as language,
    nullif(gender, '') as gender,
    nullif(level_of_education, '') as level_of_education,
    nullif(country, '') as country,
    year_of_birth
from numbered
where place_from_end = 1
