with

documents as (
    select
        course_id,
        mongoid
    from {{ ref('stg_edx__forum_documents') }}
)

select
    documents.course_id,
    documents.mongoid,
    count(distinct case when marks.mark = 'up' then marks.user_id end) as up_count,
    count(distinct case when marks.mark = 'down' then marks.user_id end) as down_count,
    {{ joined_numbers("case when marks.mark = 'up' then marks.user_id end") }} as voters_up,
    {{ joined_numbers("case when marks.mark = 'down' then marks.user_id end") }} as voters_down,
    {{ joined_numbers("case when marks.mark = 'flag' then marks.user_id end") }} as flaggers,
    {{ joined_numbers("case when marks.mark = 'old flag' then marks.user_id end") }} as old_flaggers
from documents
inner join {{ ref('int_forum_marks') }} as marks
    on
        documents.mongoid = marks.mongoid
        and documents.course_id = coalesce(marks.course_id, documents.course_id)
group by documents.course_id, documents.mongoid
