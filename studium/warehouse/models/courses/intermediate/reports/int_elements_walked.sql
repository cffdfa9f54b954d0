with

rare_modules as (
    select
        course_id,
        module_type,
        module_id
    from {{ ref('stats_module_usage') }}
    where ncount < 20 and module_type != 'course'
),

elements as (
    select
        course_id,
        index,
        last_index,
        category,
        module_id,
        graded,
        showanswer,
        has_random_script
    from {{ ref('stg_edx__course_elements') }}
),

marked as (
    select
        elements.course_id,
        elements.index,
        elements.last_index,
        elements.category,
        elements.graded,
        elements.showanswer,
        elements.has_random_script,
        rare_modules.module_id is not null as is_rare
    from elements
    left join rare_modules
        on
            elements.course_id = rare_modules.course_id
            and elements.category = rare_modules.module_type
            and elements.module_id = rare_modules.module_id
),

reached as (
    select
        *,
        coalesce(
            max(case when is_rare then last_index end) over (
                partition by course_id
                order by index
                rows between unbounded preceding and 1 preceding
            ) >= index,
            false
        ) as is_below_rare
    from marked
)

select
    course_id,
    index,
    category,
    coalesce(lower(graded) = 'true', false) as is_graded,
    showanswer,
    coalesce(has_random_script, false) as has_random_script,
    not is_rare and not is_below_rare as is_counted,
    is_rare and not is_below_rare as is_excluded
from reached
