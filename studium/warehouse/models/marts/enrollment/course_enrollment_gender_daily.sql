with

states as (
    select
        states.course_id,
        learners.gender,
        states.valid_from,
        states.valid_to,
        cast(states.is_enrolled as int) as enrolled
    from {{ ref('int_enrollment_states') }} as states
    left join {{ ref('stg_edx__learners') }} as learners on states.user_id = learners.user_id
),

changes as (
    select course_id, gender, valid_from as date, enrolled, 1 as known
    from states
    union all
    select course_id, gender, valid_to as date, -enrolled as enrolled, -1 as known
    from states
),

changes_by_day as (
    select
        course_id,
        gender,
        date,
        sum(enrolled) as enrolled,
        sum(known) as known
    from changes
    where date < date '{{ var("as_of") }}'
    group by course_id, gender, date
),

running_totals as (
    select
        course_id,
        gender,
        date as first_date,
        coalesce(
            {{ shifted('lead(date) over in_order', -1) }},
            {{ last_date() }}
        ) as last_date,
        cast(sum(enrolled) over in_order as bigint) as count,
        cast(sum(known) over in_order as bigint) as cumulative_count
    from changes_by_day
    window in_order as (partition by course_id, gender order by date)
)

select
    {{ each_day('first_date', 'last_date') }} as date,
    course_id,
    gender,
    count,
    cumulative_count
from running_totals
where cumulative_count > 0
