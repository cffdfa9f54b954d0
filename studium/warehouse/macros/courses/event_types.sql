{# Mobile apps name video events otherwise than browsers do: the browser's name for both. #}
{% macro browser_event_type(event_type) -%}
    case
        when {{ event_type }} like 'edx.video.%' then
            case {{ event_type }}
                when 'edx.video.loaded' then 'load_video'
                when 'edx.video.played' then 'play_video'
                when 'edx.video.paused' then 'pause_video'
                when 'edx.video.stopped' then 'stop_video'
                when 'edx.video.position.changed' then 'seek_video'
                when 'edx.video.speed.changed' then 'speed_change_video'
                when 'edx.video.transcript.shown' then 'show_transcript'
                when 'edx.video.transcript.hidden' then 'hide_transcript'
                when 'edx.video.language_menu.shown' then 'video_show_cc_menu'
                when 'edx.video.language_menu.hidden' then 'video_hide_cc_menu'
                else {{ event_type }}
            end
        else {{ event_type }}
    end
{%- endmacro %}


{# The group of events that a documented type belongs to; NULL for types that nobody documented. #}
{% macro event_category(event_type) -%}
    case
        when {{ event_type }} like 'edx.course.enrollment.%' then 'enrollment'
        when {{ event_type }} like 'edx.forum.%' then 'forum'
        when {{ event_type }} like 'edx.video.%' then 'video'
        when {{ event_type }} like 'edx.certificate.%' then 'certificate'
        when {{ event_type }} like 'edx.bookmark.%' then 'bookmark'
        when {{ event_type }} like 'edx.team.%' then 'team'
        when {{ event_type }} like 'edx.drag_and_drop_v2.%' then 'problem'
        when {{ event_type }} like 'edx.problem.hint.%' then 'problem'
        when {{ event_type }} like 'edx.grades.%' then 'grade'
        when {{ event_type }} like 'edx.user.settings.%' then 'account'
        when {{ event_type }} like 'edx.cohort.%' then 'cohort'
        when {{ event_type }} like 'edx.librarycontentblock.%' then 'content'
        when {{ event_type }} like 'edx.special_exam.%' then 'exam'
        when {{ event_type }} like 'edx.ui.lms.%' then 'navigation'
        when {{ event_type }} like 'openassessmentblock.%' then 'open_response'
        when {{ event_type }} like 'xblock.poll.%' then 'poll'
        when {{ event_type }} like 'xblock.survey.%' then 'poll'
        when {{ event_type }} like 'textbook.pdf.%' then 'textbook'
        when {{ event_type }} in (
            'load_video', 'play_video', 'pause_video', 'stop_video', 'seek_video',
            'speed_change_video', 'show_transcript', 'hide_transcript', 'video_show_cc_menu',
            'video_hide_cc_menu'
        ) then 'video'
        when {{ event_type }} in (
            'problem_check', 'problem_check_fail', 'problem_graded', 'problem_rescore',
            'problem_rescore_fail', 'problem_reset', 'problem_save', 'problem_show', 'reset_problem',
            'reset_problem_fail', 'save_problem_fail', 'save_problem_success', 'show_answer',
            'showanswer'
        ) then 'problem'
        when {{ event_type }} in ('seq_goto', 'seq_next', 'seq_prev', 'page_close')
            then 'navigation'
        when {{ event_type }} = 'book' then 'textbook'
    end
{%- endmacro %}
