{{ config(materialized='by_scope', scope='course') }}

with

persons as (
    select
        course_id,
        username,
        certified
    from {{ ref('person_course') }}
    where nproblem_check > 0 and {{ is_touched_course('course_id') }}
),

times as (
    select
        course_id,
        username,
        module_id,
        cast(sum({{ whole_microseconds('time_umid5') }}) as bigint) as time_umid5,
        cast(sum({{ whole_microseconds('time_umid30') }}) as bigint) as time_umid30
    from {{ ref('time_on_asset_daily') }}
    where time_umid5 is not null and {{ is_touched_course('course_id') }}
    group by course_id, username, module_id
),

times_of_persons as (
    select
        times.course_id,
        times.module_id,
        times.time_umid5,
        times.time_umid30,
        case when persons.certified then times.time_umid5 end as cert_time_umid5,
        case when persons.certified then times.time_umid30 end as cert_time_umid30
    from times
    inner join persons
        on
            times.course_id = persons.course_id
            and times.username = persons.username
)

select
    course_id,
    module_id,
    count(*) as n_unique_users,
    count(cert_time_umid5) as n_unique_certified,
    {{ mean_seconds('time_umid5') }} as mean_tmid5,
    {{ mean_seconds('cert_time_umid5') }} as cert_mean_tmid5,
    {{ mean_seconds('time_umid30') }} as mean_tmid30,
    {{ mean_seconds('cert_time_umid30') }} as cert_mean_tmid30,
    {{ exact_median('time_umid5') }} / 1e6 as median_tmid5,
    {{ exact_median('cert_time_umid5') }} / 1e6 as cert_median_tmid5,
    {{ exact_median('time_umid30') }} / 1e6 as median_tmid30,
    {{ exact_median('cert_time_umid30') }} / 1e6 as cert_median_tmid30,
    cast(sum(time_umid5) as bigint) / 1e6 as total_tmid5,
    cast(sum(cert_time_umid5) as bigint) / 1e6 as cert_total_tmid5,
    cast(sum(time_umid30) as bigint) / 1e6 as total_tmid30,
    cast(sum(cert_time_umid30) as bigint) / 1e6 as cert_total_tmid30
from times_of_persons
group by course_id, module_id
