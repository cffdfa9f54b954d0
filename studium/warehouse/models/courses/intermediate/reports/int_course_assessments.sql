with

tags as (
    select
        course_id,
        {{ whole_sum('elements', "tag in ('" ~ qualitative_tags() | join("', '") ~ "')") }}
            as nqual,
        {{ whole_sum('elements', "tag in ('" ~ quantitative_tags() | join("', '") ~ "')") }}
            as nquant
    from {{ ref('int_tags_counted') }}
    group by course_id
),

dates as (
    select
        course_id,
        {{ days_between('launch_date', 'wrap_date') }} as course_length_days
    from {{ ref('int_course_dates') }}
)

select
    tags.course_id,
    coalesce(tags.nqual, 0) as nqual,
    coalesce(tags.nquant, 0) as nquant,
    case when dates.course_length_days > 0 then dates.course_length_days end as course_length_days,
    case
        when dates.course_length_days > 0 then dates.course_length_days / cast(7 as double)
    end as nweeks
from tags
left join dates on tags.course_id = dates.course_id
