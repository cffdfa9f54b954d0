with

problems as (
    select
        course_id,
        problem_id,
        cast(sum(total_submissions) as bigint) as total_submissions,
        cast(sum(correct_submissions) as bigint) as correct_submissions,
        {{ value_at_greatest('last_tags', ['date']) }} as saved_tags
    from {{ ref('int_tagged_checks_daily') }}
    group by course_id, problem_id
),

tagged as (
    select
        *,
        {{ each_key('saved_tags') }} as tag_name
    from problems
    where substr(saved_tags, 1, 1) = '{'
),

with_texts as (
    select
        *,
        {{ member_text('saved_tags', 'tag_name') }} as tag_text
    from tagged
),

valued as (
    select
        course_id,
        problem_id,
        total_submissions,
        correct_submissions,
        tag_name,
        {{ each_text('tag_text') }} as tag_value
    from with_texts
    where tag_text is not null
)

select distinct
    course_id,
    {{ org_of('course_id') }} as org_id,
    problem_id as module_id,
    tag_name,
    tag_value,
    total_submissions,
    correct_submissions
from valued
where tag_value is not null
