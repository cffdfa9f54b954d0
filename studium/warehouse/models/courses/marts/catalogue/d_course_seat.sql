with

seats as (
    select * from {{ ref('stg_catalogue__seats') }}
),

runs as (
    select
        course_id,
        is_embedded
    from {{ ref('stg_catalogue__course_runs') }}
)

select
    seats.course_id,
    seats.type as course_seat_type,
    coalesce(seats.price, 0.0) as course_seat_price,
    seats.currency as course_seat_currency,
    seats.upgrade_deadline as course_seat_upgrade_deadline,
    seats.credit_provider as course_seat_credit_provider,
    seats.credit_hours as course_seat_credit_hours
from seats
inner join runs on seats.course_id = runs.course_id
where runs.is_embedded or not seats.is_embedded
