with

problems as (
    select
        course_id,
        is_graded,
        has_random_script,
        {% if var('compat') -%}
            case when showanswer is null then 'shownanswer_' else 'showanswer_' end
        {%- else -%}
            'showanswer_'
        {%- endif %} || coalesce(showanswer, 'finished') as policy
    from {{ ref('int_elements_walked') }}
    where category = 'problem' and is_counted
),

numbers as (
    select
        course_id,
        'n_capa_problems' as statistic,
        count(*) as problems
    from problems
    group by course_id
    union all
    select
        course_id,
        'n_capa_problems_graded' as statistic,
        {{ number_of('is_graded') }} as problems
    from problems
    group by course_id
    union all
    select
        course_id,
        'n_random_script' as statistic,
        {{ number_of('has_random_script') }} as problems
    from problems
    group by course_id
    union all
    select
        course_id,
        'n_graded_random_script' as statistic,
        {{ number_of('has_random_script and is_graded') }} as problems
    from problems
    group by course_id
    union all
    select
        course_id,
        'n_' || policy as statistic,
        count(*) as problems
    from problems
    group by course_id, policy
    union all
    select
        course_id,
        'n_graded_' || policy as statistic,
        count(*) as problems
    from problems
    where is_graded
    group by course_id, policy
)

select * from numbers
