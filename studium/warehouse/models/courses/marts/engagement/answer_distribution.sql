{{ config(materialized='by_scope', scope='course') }}

with

answers as (
    select *
    from {{ ref('int_answers_counted') }}
    where {{ is_touched_course('course_id') }}
),

latest as (
    select
        course_id,
        part_id,
        module_id,
        response_type,
        problem_display_name,
        row_number() over (
            partition by course_id, part_id order by event_time desc, event_id desc
        ) as place_from_end
    from answers
),

ranked as (
    select
        *,
        row_number() over (
            partition by course_id, part_id, group_value, group_variant
            order by event_time desc, event_id desc
        ) as place_from_end
    from answers
),

grouped as (
    select
        course_id,
        part_id,
        max(case when place_from_end = 1 then is_correct end) as correct,
        count(*) filter (where is_first) as first_response_count,
        count(*) filter (where is_last) as last_response_count,
        max(case when place_from_end = 1 then {{ without_margins('value_id') }} end) as value_id,
        max(
            case
                when place_from_end <> 1 then null
                when value_id is null then {{ without_margins('answer_value') }}
                else {{ items_listed(without_markup('answer')) }}
            end
        ) as answer_value_text,
        max({{ as_integer('variant') }}) as variant,
        max(case when place_from_end = 1 then question end) as question_text
    from ranked
    group by course_id, part_id, group_value, group_variant
)

select
    grouped.course_id,
    latest.module_id,
    grouped.part_id,
    grouped.correct,
    grouped.first_response_count,
    grouped.last_response_count,
    grouped.value_id,
    grouped.answer_value_text,
    {{ as_number('grouped.answer_value_text') }} as answer_value_numeric,
    grouped.variant,
    latest.problem_display_name,
    grouped.question_text
from grouped
inner join latest
    on
        grouped.course_id = latest.course_id
        and grouped.part_id = latest.part_id
        and latest.place_from_end = 1
where {{ is_counted_response('latest.response_type') }}
