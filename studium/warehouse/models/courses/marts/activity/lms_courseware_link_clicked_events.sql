select
    -- The order in which the published table numbers its rows.
    cast(
        row_number() over (
            order by
                external_link_clicked_events asc, link_clicked_events desc, course_id asc,
                event_date asc
        ) as bigint
    ) as record_number,
    course_id,
    event_date,
    external_link_clicked_events,
    link_clicked_events
from {{ ref('int_link_clicks_daily') }}
