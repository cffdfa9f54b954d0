-- With compat several equally frequent addresses are listed, as published.
select
    course_id,
    username,
    count(*) as address_count
from (
    select
        course_id,
        username
    from {{ ref('course_modal_ip') }}
    union all
    select
        '' as course_id,
        username
    from {{ ref('global_modal_ip') }}
) as listed
where {{ 'false' if var('compat') else 'true' }}
group by course_id, username
having count(*) > 1
