{{ config(materialized='by_scope', scope='course') }}

select
    username,
    course_id,
    count(*) as ndays_act,
    cast(sum(nevents) as bigint) as nevents,
    cast(sum(nprogcheck) as bigint) as nprogcheck,
    cast(sum(nshow_answer) as bigint) as nshow_answer,
    cast(sum(nvideo) as bigint) as nvideo,
    cast(sum(nproblem_check) as bigint) as nproblem_check,
    cast(sum(nforum) as bigint) as nforum,
    cast(sum(ntranscript) as bigint) as ntranscript,
    cast(sum(nseq_goto) as bigint) as nseq_goto,
    cast(sum(nseek_video) as bigint) as nseek_video,
    cast(sum(npause_video) as bigint) as npause_video,
    min(first_event) as first_event,
    max(last_event) as last_event,
    {% if var('compat') -%}
        cast(sum(cast(avg_dt as decimal(18, 9))) as double) / count(avg_dt) as avg_dt,
    {%- else -%}
        cast(sum({{ whole_microseconds('sum_dt') }}) as double) / 1e6 / nullif(sum(n_dt), 0)
            as avg_dt,
    {%- endif %}
    sqrt(
        cast(sum(cast(sdv_dt * sdv_dt * n_dt as decimal(38, 12))) as double)
        / nullif(sum(n_dt), 0)
    ) as sdv_dt,
    max(max_dt) as max_dt,
    cast(sum(n_dt) as bigint) as n_dt,
    cast(sum({{ whole_microseconds('sum_dt') }}) as double) / 1e6 as sum_dt
from {{ ref('person_course_day') }}
where {{ is_touched_course('course_id') }}
group by username, course_id
