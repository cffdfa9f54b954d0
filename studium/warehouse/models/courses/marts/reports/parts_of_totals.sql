with

parts as (
    select
        'overall_stats' as dataset,
        column_name,
        '*' as group_key,
        course_id,
        people
    from {{ ref('int_parts_of_overall') }}
    union all
    -- registrations less persons are those who are in several courses
    select
        'overall_stats' as dataset,
        'n_unique_registrants' as column_name,
        '*' as group_key,
        '' as course_id,
        count(*) - count(distinct person_id) as people
    from {{ ref('int_person_courses_reported') }}
    union all
    select
        'geographic_distributions' as dataset,
        column_name,
        group_key,
        course_id,
        people
    from {{ ref('int_parts_of_countries') }}
    union all
    select
        'subject_take_rates' as dataset,
        column_name,
        subject_id as group_key,
        course_id,
        people
    from {{ ref('int_parts_of_subjects') }}
    {%- for dataset in (
        'broad_stats_by_course', 'course_summary_stats', 'populations_stats_by_course'
    ) %}
        union all
        select
            '{{ dataset }}' as dataset,
            column_name,
            course_id as group_key,
            course_id,
            min(people) as people
        from {{ ref('int_parts_of_breakdowns') }}
        where column_name is not null
        group by course_id, column_name
    {%- endfor %}
),

ranked as (
    select
        *,
        row_number() over (
            partition by dataset, column_name, group_key
            order by people, course_id
        ) as place
    from parts
    where people > 0
)

select
    dataset,
    column_name,
    group_key,
    min(people) as smallest,
    min(people) filter (where place = 2 and dataset <> 'subject_take_rates') as next_smallest
from ranked
group by dataset, column_name, group_key
