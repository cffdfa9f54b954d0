with

numbered as (
    select
        user_id,
        year_of_birth,
        row_number() over (
            partition by user_id
            order by dump_date desc, source_file desc, source_line desc
        ) as place_from_end
    from {{ source('personal', 'auth_userprofile') }}
    where user_id is not null
)

select
    user_id,
    year_of_birth
from numbered
where place_from_end = 1
