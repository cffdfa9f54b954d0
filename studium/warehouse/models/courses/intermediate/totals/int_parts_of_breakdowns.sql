-- cells of a course's breakdowns on the last day, with the column of a report that tells them
with

breakdowns as (
    select
        course_id,
        'mode' as breakdown,
        mode as part,
        cumulative_count as people,
        case when mode = 'verified' then 'n_verified_id' end as column_name
    from {{ ref('course_enrollment_mode_daily') }}
    where date = {{ last_date() }}
    union all
    select
        course_id,
        'gender' as breakdown,
        gender as part,
        cumulative_count as people,
        case gender when 'm' then 'n_male' when 'f' then 'n_female' end as column_name
    from {{ ref('course_enrollment_gender_daily') }}
    where date = {{ last_date() }}
    union all
    select
        course_id,
        'education' as breakdown,
        education_level as part,
        cumulative_count as people,
        case
            when education_level in ('bachelors', 'masters', 'doctorate') then 'n_bachplus_in_reg'
            when education_level <> 'other' then 'n_not_bachplus_in_reg'
        end as column_name
    from {{ ref('course_enrollment_education_level_daily') }}
    where date = {{ last_date() }}
    union all
    select
        course_id,
        'location' as breakdown,
        country_code as part,
        cumulative_count as people,
        case when coalesce(country_code, 'UNKNOWN') = 'UNKNOWN' then 'n_missing_cc' end
            as column_name
    from {{ ref('course_enrollment_location_current') }}
),

in_order as (
    select
        *,
        row_number() over (
            partition by course_id, breakdown
            order by people, part is null, part
        ) as place,
        min(people) over (partition by course_id, breakdown) as fewest,
        sum(people) over (
            partition by course_id, breakdown
            order by people, part is null, part
            rows between unbounded preceding and 1 preceding
        ) as before
    from breakdowns
)

-- the two smallest cells hide where the smallest is small, others where they or all before them are
select
    course_id,
    breakdown,
    part,
    column_name,
    cast(case when place <= 2 then fewest else least(people, before) end as bigint) as people
from in_order
