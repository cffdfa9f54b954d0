{% set counts = {
    'learners': 'true',
    'registrations': 'true',
    'verified_registrations': 'is_verified',
    'certificates': 'is_certified',
    'verified_certificates': 'is_verified and is_certified',
} %}
with

parts as (
    {% for count, condition in counts.items() -%}
        select
            course_id,
            '{{ count }}' as column_name,
            count(*) as people
        from {{ ref('int_registrations') }}
        where {{ condition }}
        group by course_id
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- registrations less learners are those who are in several of the subject's courses
repeats as (
    select
        subjects.subject_id,
        'learners' as column_name,
        count(*) - count(distinct registrations.user_id) as people
    from {{ ref('int_registrations') }} as registrations
    inner join {{ ref('int_course_subjects') }} as subjects
        on registrations.course_id = subjects.course_id
    group by subjects.subject_id
)

select
    subjects.subject_id,
    parts.course_id,
    parts.column_name,
    least(parts.people, cells.people, nullif(repeats.people, 0)) as people
from parts
inner join {{ ref('int_course_subjects') }} as subjects on parts.course_id = subjects.course_id
left join {{ ref('int_parts_of_breakdowns') }} as cells
    on
        parts.course_id = cells.course_id
        and parts.column_name = 'verified_registrations'
        and cells.column_name = 'n_verified_id'
left join repeats
    on
        subjects.subject_id = repeats.subject_id
        and parts.column_name = repeats.column_name
