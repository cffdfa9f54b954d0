with results as (
    select district_id, student_id, assessment, taken_on, score, source_file
    from {{ source('lake', 'assessment_results') }}
)

select * from results
