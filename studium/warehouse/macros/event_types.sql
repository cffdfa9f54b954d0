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
