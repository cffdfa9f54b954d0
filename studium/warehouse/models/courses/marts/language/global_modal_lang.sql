with

languages as (
    select
        username,
        resource_event_data as language,
        cast(sum(langcount) as bigint) as langcount,
        max(last_time) as last_time
    from {{ ref('pcday_trlang_counts') }}
    group by username, resource_event_data
),

ordered as (
    select
        username,
        language,
        langcount,
        count(*) over (partition by username) as n_different_lang,
        row_number() over (
            partition by username
            order by langcount desc, last_time desc, language asc
        ) as place
    from languages
)

select
    username,
    language as modal_language,
    langcount,
    n_different_lang
from ordered
where place = 1
