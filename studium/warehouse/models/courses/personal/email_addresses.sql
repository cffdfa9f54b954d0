with

persons as (
    select
        combined.username,
        combined.email,
        combined.course_id,
        combined.last_login
    from {{ ref('user_info_combo') }} as combined
    inner join {{ ref('int_person_courses_reported') }} as reported
        on
            combined.course_id = reported.course_id
            and combined.user_id = reported.user_id
    where combined.username is not null
)

select
    username,
    {{ value_at_greatest('email', [
        'email is not null',
        "coalesce(last_login, timestamp '1970-01-01 00:00:00')",
        'course_id',
    ]) }} as email,
    count(distinct course_id) as ncourses
from persons
group by username
