with

learners as (
    select
        course_id,
        username
    from {{ ref('stg_edx__users') }}
    where username is not null
    group by course_id, username
),

in_course as (
    select
        course_id,
        username,
        ip,
        ip_count
    from {{ ref('int_course_ips') }}
    where place = 1
),

anywhere as (
    select
        username,
        ip,
        ip_count
    from {{ ref('int_global_ips') }}
    where place = 1
)

select
    learners.course_id,
    learners.username,
    in_course.ip as course_modal_ip,
    in_course.ip_count as course_ip_count,
    anywhere.ip as global_modal_ip,
    anywhere.ip_count as global_ip_count,
    coalesce(in_course.ip, anywhere.ip) as modal_ip,
    case
        when in_course.ip is not null then 'course'
        when anywhere.ip is not null then 'global'
        else 'missing'
    end as source
from learners
left join in_course
    on learners.course_id = in_course.course_id and learners.username = in_course.username
left join anywhere on learners.username = anywhere.username
