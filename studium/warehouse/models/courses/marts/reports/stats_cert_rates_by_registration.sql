with

persons as (
    select
        reported.course_id,
        dates.wrap_time as wrap_date,
        reported.viewed,
        reported.certified,
        reported.start_time <= dates.wrap_time as is_by_wrap,
        reported.start_time <= dates.empirical_wrap_time as is_by_ewrap,
        reported.certified and reported.viewed
        and reported.cert_created_at <= dates.empirical_wrap_time as is_certified_by_ewrap,
        dates.empirical_wrap_time is not null as has_ewrap,
        reported.start_time < dates.launch_date as is_before_launch,
        reported.start_time >= dates.launch_date
        and reported.start_time <= dates.wrap_time as is_during_course
    from {{ ref('int_person_courses_reported') }} as reported
    inner join {{ ref('int_course_dates') }} as dates
        on reported.course_id = dates.course_id
    where dates.wrap_time is not null
),

counted as (
    select
        course_id,
        wrap_date,
        count(*) as nregistered,
        {{ number_of('certified') }} as ncertified,
        case when has_ewrap then {{ number_of('is_certified_by_ewrap') }} end
            as ncertified_by_ewrap,
        {{ number_of('viewed') }} as nviewed,
        {{ number_of('is_by_wrap') }} as nregistered_by_wrap,
        {{ number_of('is_by_wrap and viewed') }} as nviewed_by_wrap,
        case when has_ewrap then {{ number_of('is_by_ewrap and viewed') }} end
            as nviewed_by_ewrap,
        {{ number_of('is_by_wrap and certified') }} as ncertified_and_registered_by_wrap,
        {{ number_of('is_by_wrap and viewed and certified') }} as ncertified_and_viewed_by_wrap,
        {{ number_of('is_before_launch') }} as nregistered_before_launch,
        {{ number_of('is_before_launch and certified') }}
            as ncertified_and_registered_before_launch,
        {{ number_of('is_during_course') }} as nregistered_during_course,
        {{ number_of('is_during_course and certified') }}
            as ncertified_and_registered_during_course
    from persons
    group by course_id, wrap_date, has_ewrap
)

select
    *,
    {{ percentage('nregistered_by_wrap', 'nregistered') }} as nregistered_by_wrap_pct,
    {{ percentage('ncertified', 'nregistered') }} as pct_certified_of_reg,
    {{ percentage('ncertified_and_registered_before_launch', 'nregistered_before_launch') }}
        as pct_certified_reg_before_launch,
    {{ percentage('ncertified_and_registered_during_course', 'nregistered_during_course') }}
        as pct_certified_reg_during_course,
    {{ percentage(
        'ncertified' if var('compat') else 'ncertified_and_registered_by_wrap',
        'nregistered_by_wrap') }} as pct_certified_of_reg_by_wrap,
    {{ percentage('ncertified', 'nviewed') }} as pct_certified_of_viewed,
    {{ percentage(
        'ncertified' if var('compat') else 'ncertified_and_viewed_by_wrap',
        'nviewed_by_wrap') }} as pct_certified_of_viewed_by_wrap,
    {{ percentage('ncertified_by_ewrap', 'nviewed_by_ewrap') }} as pct_certified_of_viewed_by_ewrap
from counted
