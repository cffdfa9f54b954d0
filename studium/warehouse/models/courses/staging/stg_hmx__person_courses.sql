with

numbered as (
    select
        *,
        row_number() over (
            partition by course_id, userid_DI
            order by dump_date desc, source_file desc, source_line desc
        ) as place_from_end
    from {{ source('lake', 'person_course_published') }}
)

select
    course_id,
    userid_DI as username, -- noqa: CP02
    registered = 1 as registered,
    viewed = 1 as viewed,
    explored = 1 as explored,
    certified = 1 as certified,
    {{ country_code('final_cc_cname_DI') }} as cc_by_ip,
    nullif(final_cc_cname_DI, 'Unknown/Other') as countryLabel, -- noqa: CP02
    case LoE_DI
        when 'Doctorate' then 'p'
        when 'Master''s' then 'm'
        when 'Bachelor''s' then 'b'
        when 'Secondary' then 'hs'
        when 'Less than Secondary' then 'jhs'
    end as LoE, -- noqa: CP02
    YoB, -- noqa: CP02
    nullif(gender, '') as gender,
    grade,
    cast(start_time_DI as timestamp) as start_time,
    cast(last_event_DI as timestamp) as last_event,
    nevents,
    ndays_act,
    nplay_video,
    nchapters,
    nforum_posts,
    coalesce(incomplete_flag = 1, false) as is_inconsistent,
    dump_date
from numbered
where place_from_end = 1 and course_id is not null and userid_DI is not null
