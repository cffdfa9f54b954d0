select
    course_id,
    nquant / nweeks as nquant_per_week,
    (nqual + nquant) / nweeks as total_assessments_per_week,
    nqual / nweeks as nqual_per_week,
    nweeks
from {{ ref('int_course_assessments') }}
