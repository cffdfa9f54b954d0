with

accounts as (
    select
        id as user_id,
        email,
        row_number() over (
            partition by id
            order by dump_date desc, source_file desc, source_line desc
        ) as place_from_end
    from {{ source('personal', 'auth_user') }}
),

profiles as (
    select
        user_id,
        name,
        location,
        mailing_address,
        city,
        goals,
        row_number() over (
            partition by user_id
            order by dump_date desc, source_file desc, source_line desc
        ) as place_from_end
    from {{ source('personal', 'auth_userprofile') }}
),

learners as (
    select
        course_id,
        user_id,
        username
    from {{ ref('learner_roster') }}
)

select
    learners.course_id,
    learners.user_id,
    learners.username,
    accounts.email,
    {{ plain_text('profiles.name') }} as name,
    {{ plain_text('profiles.location') }} as location,
    {{ plain_text('profiles.mailing_address') }} as mailing_address,
    {{ plain_text('profiles.city') }} as city,
    {{ plain_text('profiles.goals') }} as goals
from learners
left join accounts
    on learners.user_id = accounts.user_id and accounts.place_from_end = 1
left join profiles
    on learners.user_id = profiles.user_id and profiles.place_from_end = 1
where accounts.user_id is not null or profiles.user_id is not null
