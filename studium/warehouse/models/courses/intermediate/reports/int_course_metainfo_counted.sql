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

elements_excluded as (
    select
        course_id,
        lower(category) as tag
    from {{ ref('int_elements_walked') }}
    where is_excluded
),

numbers as (
    select course_id, 'count_' || tag as key, cast(elements as double) as value
    from {{ ref('int_tags_counted') }}
    union all
    select course_id, 'nexcluded_sub_20_' || tag as key, count(*) as value
    from elements_excluded
    group by course_id, tag
    union all
    select course_id, 'problem_stat_' || statistic as key, problems as value
    from {{ ref('int_problem_statistics') }}
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
