with

events as (
    select * from {{ ref('int_page_events') }}
),

viewers as (
    select
        events.*,
        coalesce(events.username, found.username) as viewer
    from events
    left join {{ ref('int_page_viewers') }} as found on events.event_id = found.event_id
),

blocks as (
    select
        course_id,
        block_id,
        page_id
    from {{ ref('int_outline_blocks') }}
    where page_id is not null
),

tabs as (
    select
        course_id,
        {{ url_name_of('parent_id') }} as sequence_name,
        position as tab,
        page_id
    from {{ ref('content_nodes') }}
    where kind = 'page'
),

placed as (
    select
        viewers.*,
        coalesce(blocks.page_id, tabs.page_id) as page_id
    from viewers
    left join blocks
        on viewers.course_id = blocks.course_id and viewers.block_id = blocks.block_id
    left join tabs
        on
            viewers.course_id = tabs.course_id
            and viewers.sequence_name = tabs.sequence_name
            and viewers.tab = tabs.tab
)

select
    placed.event_date,
    placed.event_time,
    placed.event_id,
    placed.course_id,
    placed.page_id,
    coalesce(nullif(placed.user_id, 0), accounts.user_id) as user_id,
    coalesce(
        'user '
        || cast(coalesce(nullif(placed.user_id, 0), accounts.user_id) as string),
        'name ' || placed.viewer,
        'session ' || placed.session_id
    ) as actor_id,
    {{ content_class(
        "coalesce(placed.viewer, cast(nullif(placed.user_id, 0) as string))",
        'placed.event_time', 'accounts.registered_at'
    ) }} as class
from placed
left join {{ ref('int_accounts_known') }} as accounts on placed.viewer = accounts.username
where placed.page_id is not null
