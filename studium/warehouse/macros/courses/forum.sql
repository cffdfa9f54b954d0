{# Whether an event has to do with the forum: what is done there, and who may do what. #}
{% macro is_forum_event(event_type) -%}
    ({{ event_type }} like 'edx.forum.%'
    or {{ event_type }} like '%/discussion/forum%'
    or {{ event_type }} like '%/discussion/threads%'
    or {{ event_type }} like '%/discussion/comments%'
    or {{ matches(event_type, '(list|add|remove|update)[-_]forum[-_]') }})
{%- endmacro %}


{# What somebody did in the forum, told by the event's name or URL: the first rule that fits. #}
{% macro forum_action(event_type) -%}
    case
        when {{ matches(event_type, '/threads/[^/]+/(un)?follow') }}
            then {{ text_found(event_type, '/threads/[^/]+/((un)?follow)') }} || '_thread'
        when {{ matches(event_type, '/threads/[^/]+/' ~ thread_actions()) }}
            then {{ text_found(event_type, '/threads/[^/]+/' ~ thread_actions()) }}
        when {{ matches(event_type, '/comments/[^/]+/' ~ comment_actions()) }}
            then 'comment_' || {{ text_found(event_type, '/comments/[^/]+/' ~ comment_actions()) }}
        when {{ matches(event_type, '/forum/users/[^/]+/followed') }} then 'follow_user'
        when {{ matches(event_type, '/forum/users/[^/]+') }} then 'target_user'
        when {{ matches(event_type, '/forum/[^/]+/threads/[^/]+') }} then 'read'
        when {{ matches(event_type, '/forum/[^/]+/inline') }} then 'read_inline'
        when {{ matches(event_type, '/forum/search') }} then 'search'
        when {{ matches(event_type, '/forum/?$') }} then 'enter_forum'
        when {{ matches(event_type, '/instructor/api/[^/]+') }}
            then {{ text_found(event_type, '/instructor/api/([^/]+)') }}
        when {{ event_type }} = 'edx.forum.thread.created' then 'created_thread'
        when {{ event_type }} = 'edx.forum.response.created' then 'created_response'
        when {{ event_type }} = 'edx.forum.comment.created' then 'created_comment'
        when {{ event_type }} = 'edx.forum.searched' then 'searched'
        else {{ event_type }}
    end
{%- endmacro %}


{% macro thread_actions() -%}
    (reply|upvote|unvote|update|delete|close|pin|unpin|downvote)
{%- endmacro %}


{% macro comment_actions() -%}
    (reply|upvote|update|unvote|delete)
{%- endmacro %}


{# The id of a post of the MySQL forum, of its table's name and its number in it; NULL for any other table. #}
{% macro post_of(model, number) -%}
    case {{ model }}
        when 'commentthread' then cast({{ number }} as string)
        when 'comment' then 'comment-' || cast({{ number }} as string)
    end
{%- endmacro %}
