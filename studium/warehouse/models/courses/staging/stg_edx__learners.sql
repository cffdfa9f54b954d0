with

numbered as (
    select
        user_id,
        gender,
        level_of_education,
        row_number() over (
            partition by user_id
            order by dump_date desc, source_file desc, source_line desc
        ) as place_from_end
    from {{ source('lake', 'auth_userprofile') }}
    where user_id is not null
)

select
    user_id,
    nullif(gender, '') as gender,
    nullif(level_of_education, '') as level_of_education
from numbered
where place_from_end = 1
