select
    cc_by_ip as cc,
    countryLabel, -- noqa: CP02
    {{ number_of('certified') }} as ncertified,
    count(*) as nregistered,
    {{ number_of('viewed') }} as nviewed,
    {{ number_of('explored') }} as nexplored,
    {{ number_of('verified') }} as nverified,
    {{ number_of('certified and verified') }} as ncert_verified,
    {{ mean_among('sum_dt', 'certified') }} as avg_certified_dt
from {{ ref('int_person_courses_reported') }}
group by cc_by_ip, countryLabel
