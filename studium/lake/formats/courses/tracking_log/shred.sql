-- Lines of JSON text to typed columns. Each line is parsed for its fields, those of its context too, and for the names of its
-- keys; its payload once more.
-- Template: Named parts are filled in from fields.py. Enters: lines (line_no, event_id, line). Leaves: one row per line.
with

extracted as (
    select
        line_no,
        event_id,
        $guard(json_extract_string(line, $paths)) as top,
        $guard(hash(json_keys(line))) as shape
    from lines
    where line is not null
),

named as (
    select
        line_no,
        event_id,
        shape,
        top is null as is_broken,
        $columns
    from extracted
),

grouped as (
    select
        *,
        case
            when starts_with(event_type, '/') then 0
            when event_type in (
                'play_video', 'pause_video', 'seek_video', 'stop_video', 'load_video', 'speed_change_video',
                'hide_transcript', 'show_transcript', 'video_hide_cc_menu', 'video_show_cc_menu'
            ) or starts_with(event_type, 'edx.video.') then 1
            when event_type in (
                'problem_check', 'problem_check_fail', 'problem_save', 'problem_reset', 'problem_show',
                'problem_rescore', 'problem_graded', 'save_problem_success', 'save_problem_fail',
                'reset_problem', 'reset_problem_fail', 'showanswer', 'show_answer'
            ) or starts_with(event_type, 'edx.problem.') or starts_with(event_type, 'edx.grades.problem.')
                then 2
            when starts_with(event_type, 'edx.course.enrollment.') then 3
            when starts_with(event_type, 'edx.forum.') then 4
            when event_type = 'edx.ui.lms.link_clicked' then 5
            else 0
        end as event_group
    from named
),

typed as (
    select
        *,
        starts_with(event, '{') as has_object,
        has_object and json_valid(event) as is_object,
        coalesce(time, timestamp) as time_text,
        utc_time(time_text) as event_time,
        event_type is null or event_type = '' or trimmed(event_type) is null as has_no_type,
        -- Nothing but who and when, as in logs made for the count of active users: seen, doing what nobody says.
        username is not null and shape in (
            hash(['username', 'time']), hash(['time', 'username']),
            hash(['username', 'timestamp']), hash(['timestamp', 'username'])
        ) as is_sighting,
        trimmed(context_course_id) as context_course,
        trimmed(course_id) as field_course,
        case when context_course is null and field_course is null
            then course_in_url(case
                when event_source = 'browser' then page
                when not starts_with(event_type, '/course/') then event_type -- Studio's: an author at work
            end)
        end as url_course
    from grouped
)

select
    line_no,
    event_id,
    shape,
    case
        when is_broken then 'not_json'
        when time_text is null then 'no_time'
        when event_time is null then 'bad_time'
        when event_time < timestamp '1990-01-01' or event_time >= timestamp '2200-01-01' then 'implausible_time'
        when has_no_type and not is_sighting then 'no_type'
    end as problem,
    -- What the other forms of events have in common: a second look, in envelopes.py, is for these lines alone.
    is_broken or has_no_type or event_time is null or event is null
        or (
            length(context) > 2 and context_course_id is null and context_user_id is null
            and context_org_id is null and context_path is null and context_received_at is null
        ) as is_odd,
    event_time,
    event_type,
    event_source,
    name as event_name,
    username,
    exact_integer(context_user_id) as user_id,
    coalesce(anonymous_id, context_anonymous_id) as anonymous_id,
    session as session_id,
    ip,
    agent as user_agent,
    host,
    page,
    referer,
    accept_language,
    coalesce(context_course, field_course, url_course) as course_text,
    case
        when context_course is not null then 'context'
        when field_course is not null then 'field'
        when url_course is not null then 'url'
    end as course_id_source,
    nullif(context_org_id, '') as org_id,
    nullif(context_usage_key, '') as usage_text,
    coalesce(
        case when contains(event_type, '/xblock/') then event_type end,
        case
            when event_source = 'browser' and (starts_with(event, 'input_') or starts_with(event, '["input_'))
                then split_part(event, '=', 1)
        end,
        case when contains(context_path, '/xblock/') then context_path end
    ) as other_module_text,
    case event_group when 1 then 'video' when 2 then 'problem' end as module_hint,
    context_path as path,
    utc_time(context_received_at) as received_at,
    case when is_object then event_group else -1 end as payload_group,
    case
        when event is null then 'missing'
        when event = '' then 'empty'
        when is_object then 'object'
        when has_object then 'unreadable'
        when starts_with(event, '[') and json_valid(event) then 'list'
        when contains(event, '=') then 'query'
        else 'text'
    end as payload_kind,
    case
        when payload_kind in ('object', 'list') then event
        when event is not null then cast(to_json(event) as varchar)
    end as payload,
    context
from typed
