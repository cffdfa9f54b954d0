with

assessments as (
    select
        course_id,
        nqual,
        nquant,
        course_length_days,
        nweeks
    from {{ ref('int_course_assessments') }}
),

problems as (
    select
        course_id,
        coalesce(showanswer, 'finished') as showanswer,
        showanswer is null as is_showanswer_default,
        lower(graded) = 'true' as is_graded
    from {{ ref('stg_edx__course_elements') }}
    where category = 'problem'
),

policies as (
    select
        course_id,
        {% if var('compat') -%}
            case when is_showanswer_default then 'shownanswer_' else 'showanswer_' end
        {%- else -%}
            'showanswer_'
        {%- endif %} || showanswer as policy,
        is_graded
    from problems
),

numbers as (
    select course_id, 'count_' || tag as key, cast(elements as double) as value
    from {{ ref('stg_edx__tag_counts') }}
    union all
    select course_id, 'problem_stat_n_capa_problems' as key, count(*) as value
    from problems
    group by course_id
    union all
    select
        course_id,
        'problem_stat_n_capa_problems_graded' as key,
        {{ number_of('is_graded') }} as value
    from problems
    group by course_id
    union all
    select course_id, 'problem_stat_n_' || policy as key, count(*) as value
    from policies
    group by course_id, policy
    union all
    select course_id, 'problem_stat_n_graded_' || policy as key, count(*) as value
    from policies
    where is_graded
    group by course_id, policy
    union all
    select course_id, 'course_length_days' as key, course_length_days as value
    from assessments
    union all
    select course_id, 'nweeks' as key, nweeks as value
    from assessments
    union all
    select course_id, 'nqual_per_week' as key, nqual / nweeks as value
    from assessments
    union all
    select course_id, 'nquant_per_week' as key, nquant / nweeks as value
    from assessments
    union all
    select course_id, 'total_assessments_per_week' as key, (nqual + nquant) / nweeks as value
    from assessments
)

select
    course_id,
    key,
    case
        when value = floor(value) then cast(cast(value as bigint) as string)
        else cast(cast(value as decimal(18, 6)) as string)
    end as value
from numbers
where value is not null
