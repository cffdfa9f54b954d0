with

enrollments as (
    select
        course_id,
        user_id,
        start_time,
        viewed,
        certified,
        verified_enroll_time is not null as is_idv
    from {{ ref('person_course') }}
),

pairs as (
    select
        mine.course_id,
        mine.user_id,
        other.viewed,
        other.certified,
        other.is_idv,
        {% if var('compat') -%}
            other.start_time > mine.start_time as is_previous
        {%- else -%}
            other.start_time < mine.start_time as is_previous
        {%- endif %}
    from enrollments as mine
    inner join {{ ref('int_idv_cuts') }} as cuts
        on mine.course_id = cuts.course_id and mine.user_id = cuts.user_id
    inner join enrollments as other
        on
            mine.user_id = other.user_id
            {%- if not var('compat') %}
                and mine.course_id <> other.course_id
            {%- endif %}
)

select
    course_id,
    user_id,
    count(*) filter (where is_idv) as n_other_idv,
    count(*) filter (where is_previous and is_idv) as n_previous_idv,
    count(*) filter (where is_previous and certified) as n_previous_certified,
    count(*) filter (where is_previous and viewed) as n_previous_participated,
    count(*) filter (where is_previous and is_idv and certified) as n_previous_idv_certified
from pairs
group by course_id, user_id
