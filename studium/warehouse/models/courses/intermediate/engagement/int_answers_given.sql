{{ config(materialized='by_date', date_column='event_date') }}

with

checks as (
    select
        event_id,
        event_date,
        event_time,
        course_id,
        username,
        case when is_module_id_valid then module_id else problem_id end as module_id,
        {{ json_text('context', '$.module.display_name') }} as problem_display_name,
        problem_grade,
        problem_max_grade,
        {{ json_text('payload', '$.answers') }} as answers,
        {{ json_text('payload', '$.submission') }} as submission,
        {{ json_text('payload', '$.correct_map') }} as correct_map,
        {{ json_text('payload', '$.state.seed') }} as seed
    from {{ ref('stg_edx__events') }}
    where
        event_type = 'problem_check'
        and event_source = 'server'
        and username is not null
        and course_id_source = 'context'
        and is_course_id_valid
        and problem_id is not null
        and payload_kind = 'object'
        and {{ is_recomputed('event_date') }}
),

by_key as (
    select
        *,
        {{ each_key('answers') }} as part_id
    from checks
    where {{ begins_with('answers', "'{'") }}
),

parts as (
    select
        *,
        {{ member_text('submission', 'part_id') }} as submitted,
        {{ member_text('correct_map', 'part_id') }} as marked,
        {{ marked_answer('answers', 'part_id') }} as given,
        max(case when {{ matches('part_id', '[^!-~]') }} then 1 else 0 end)
            over (partition by event_id) as has_odd_part
    from by_key
),

answers as (
    select
        *,
        coalesce({{ marked_answer('submitted', "'answer'") }}, given, '') as answer
    from parts
    where
        has_odd_part = 0
        and part_id not like '%~_dynamath' escape '~'
        and part_id not like '%~_comment' escape '~'
),

listed as (
    select
        *,
        {{ items_listed('given') }} as answer_given,
        {{ items_listed('answer') }} as answer_value
    from answers
)

select
    event_id,
    event_date,
    event_time,
    course_id,
    username,
    module_id,
    problem_display_name,
    problem_grade,
    problem_max_grade,
    part_id,
    case
        when submission is null then marked is not null
        else submitted is not null
    end as is_counted,
    case when submitted is not null and answer_given <> answer_value then answer_given end
        as value_id,
    answer_value,
    answer,
    case
        when submission is null then {{ json_text('marked', '$.correctness') }} = 'correct'
        else {{ json_text('submitted', '$.correct') }} = 'true'
    end as is_correct,
    {{ json_text('marked', '$.correctness') }} as correctness,
    case
        when submission is null then seed else nullif({{ json_text('submitted', '$.variant') }}, '')
    end as variant,
    {{ json_text('submitted', '$.response_type') }} as response_type,
    {{ json_text('submitted', '$.question') }} as question
from listed
