"""Small tables with the names and columns of the warehouse's, for every address of the API.

Enters: nothing. Leaves: SQL of the marts, and their classification as the models have it.
"""

from tests.serve.api.classified import classify_marts
from tests.serve.conftest import COURSES, ONE, TWO
from tests.serve.conftest import MARTS as OTHERS

VIDEO = "block-v1:Uni+One+2024+type@video+block@v1"
PROBLEM = "block-v1:Uni+One+2024+type@problem+block@p1"
SCRIPT = "<script>alert(1)</script>"

MARTS = f"""
create table marts.course_enrollment_mode_daily as
    select * from (values
        (date '2024-02-24', '{ONE}', 'audit', 20, 20),
        (date '2024-03-01', '{ONE}', 'audit', 28, 30), (date '2024-03-02', '{ONE}', 'audit', 30, 33),
        (date '2024-03-02', '{ONE}', 'verified', 12, 12),
        (date '2024-03-02', '{ONE}', 'professional', 2, 3),
        (date '2024-03-02', '{ONE}', 'no-id-professional', 3, 3),
        (date '2024-03-02', '{TWO}', 'honor', 23, 24)
    ) as rows (date, course_id, mode, count, cumulative_count);
create table marts.course_enrollment_gender_daily as
    select * from (values
        (date '2024-03-02', '{ONE}', 'f', 25, 25), (date '2024-03-02', '{ONE}', null, 12, 12)
    ) as rows (date, course_id, gender, count, cumulative_count);
create table marts.course_enrollment_birth_year_daily as
    select date '2024-03-02' as date, '{ONE}' as course_id, 1990 as birth_year, 30 as count, 30 as cumulative_count;
create table marts.course_enrollment_education_level_daily as
    select date '2024-03-02' as date, '{ONE}' as course_id, 'masters' as education_level, 30 as count,
        30 as cumulative_count;
create table marts.course_enrollment_location_current as
    select * from (values
        (date '2024-03-03', '{ONE}', 'DE', 20, 20), (date '2024-03-03', '{ONE}', null, 10, 10),
        (date '2024-03-03', '{ONE}', 'UNKNOWN', 4, 4), (date '2024-03-03', '{ONE}', '??', 1, 1)
    ) as rows (date, course_id, country_code, count, cumulative_count);
create table marts.course_activity as
    select '{ONE}' as course_id, start as interval_start, start + interval 7 days as interval_end,
        label, count
    from (values
        (timestamp '2024-02-12', 'ACTIVE', 30), (timestamp '2024-02-12', 'PLAYED_VIDEO', 12),
        (timestamp '2024-02-19', 'ACTIVE', 40), (timestamp '2024-02-19', 'ATTEMPTED_PROBLEM', 20)
    ) as rows (start, label, count);
create table marts.video as
    select '{ONE}|{VIDEO}' as pipeline_video_id, '{ONE}' as course_id, '{VIDEO}' as encoded_module_id,
        60 as duration, 5 as segment_length, 30 as users_at_start, 15 as users_at_end,
        900 as total_viewed_seconds;
create table marts.video_axis as
    select 2 as index_chapter, 3 as index_video, 'video' as category, '{ONE}' as course_id,
        '{SCRIPT}' as name, 'v1' as video_id, 'yt' as youtube_id, 'Week 1' as chapter_name, 60 as video_length;
create table marts.video_timeline as
    select '{ONE}|{VIDEO}' as pipeline_video_id, range as segment, 30 - range as num_users,
        40 - range as num_views
    from range(12);
create table marts.course_problem as
    select '{ONE}' as course_id, range as problem_nid, 'p' || range as problem_id,
        'HW__' || range as problem_short_id, 0.5 as avg_problem_raw_score, 0.1 as sdv_problem_raw_score,
        1.0 as max_possible_raw_score, 50.0 as avg_problem_pct_score, 20 as n_unique_users_attempted,
        '=1+1' as problem_name, false as is_split, cast(null as varchar) as split_name
    from range(1, 4);
create table marts.course_item as
    select '{ONE}' as course_id, 1 as problem_nid, 'Week 1' as chapter_name, 'Homework' as assignment_type;
create table marts.answer_distribution as
    select '{ONE}' as course_id, '{PROBLEM}' as module_id, part_id, correct, first_count as first_response_count,
        last_count as last_response_count, value_id, answer as answer_value_text,
        try_cast(answer as double) as answer_value_numeric, variant, 'Sum' as problem_display_name,
        'How many?' as question_text
    from (values
        ('p1_2_1', true, 5, 12, null, '4', 1), ('p1_2_1', true, 3, 4, null, '4', 2),
        ('p1_2_1', false, 9, 3, null, '5', 1), ('p1_3_1', true, 6, 10, 'choice_1', 'Yes', 1)
    ) as rows (part_id, correct, first_count, last_count, value_id, answer, variant);
create table marts.tags_distribution as
    select * from (values
        ('{ONE}', 'Uni', '{PROBLEM}', 'difficulty', 'Easy', 30, 20),
        ('{ONE}', 'Uni', '{PROBLEM}', 'skill', 'a', 30, 20), ('{ONE}', 'Uni', '{PROBLEM}', 'skill', 'b', 30, 20)
    ) as rows (course_id, org_id, module_id, tag_name, tag_value, total_submissions, correct_submissions);
create table marts.grade_distribution as
    select '{PROBLEM}' as module_id, '{ONE}' as course_id, 1.0 as grade, 1.0 as max_grade, 12 as count;
create table marts.sequential_open_distribution as
    select '{PROBLEM}' as module_id, '{ONE}' as course_id, 23 as count;
create table marts.problem_response as
    select '{ONE}' as course_id, 'p1_2_1' as answer_id, '{PROBLEM}' as problem_id, 'Sum' as problem,
        'learner1' as username, '@SUM(A1)' as question, 1.0 as score;
create table marts.module_engagement as
    select '{ONE}' as course_id, 'learner1' as username, date, kind as entity_type, entity as entity_id, event,
        count
    from (values
        (date '2024-02-27', 'problem', 'p1', 'attempted', 3), (date '2024-02-27', 'problem', 'p1', 'completed', 1),
        (date '2024-02-29', 'video', 'v1', 'viewed', 2), (date '2024-02-29', 'discussion', 'd', 'contributed', 4)
    ) as rows (date, kind, entity, event, count);
create table marts.module_engagement_metric_ranges as
    select '{ONE}' as course_id, date '2024-02-25' as start_date, date '2024-03-03' as end_date, metric,
        range_type, low_value, high_value
    from (values
        ('videos_viewed', 'low', 0.0, 2.0), ('videos_viewed', 'high', 9.0, null),
        ('problem_attempts_per_completed', 'high', 5.0, null)
    ) as rows (metric, range_type, low_value, high_value);
create table marts.learner_roster as
    select '{ONE}' as course_id, 'learner' || range as username, date '2024-02-25' as start_date,
        date '2024-03-03' as end_date, 'audit' as enrollment_mode, date '2024-02-01' as enrollment_date,
        case when range < 3 then 'Group A' end as cohort, range as problem_attempts,
        range as problems_attempted, range // 2 as problems_completed,
        range / nullif(range // 2, 0) as problem_attempts_per_completed, range % 5 as videos_viewed,
        0 as discussion_contributions,
        case when range % 2 = 0 then 'highly_engaged,struggling' end as segments,
        range as attempt_ratio_order, 1000 + range as user_id, 'en' as language,
        'm' as level_of_education, 'f' as gender, 'DE' as country, 1990 as year_of_birth
    from range(1, 41);
create table marts.learner_segments as
    select course_id, username, start_date, end_date, 'struggling' as segment, 'problem_attempts' as reason
    from marts.learner_roster where segments is not null;
create table marts.user_engagement as
    select '{ONE}' as course_id, 'learner' || range as username, range as videos_overall,
        date '2024-03-01' as date_last_active
    from range(1, 4);
create table marts.course_program_metadata as
    select * from (values ('{ONE}', 'prog-1', 'XSeries', 'All'), ('{TWO}', 'prog-1', 'XSeries', 'All'))
        as rows (course_id, program_id, program_type, program_title);
create table marts.course_coenrollment as
    select '{ONE}' as course_id, '{TWO}' as other_course_id, 20 as shared_learners, 40 as learners,
        26 as other_learners, 0.43 as jaccard;
create table marts.enrollment_retention as
    select * from (values
        ('{ONE}', date '2024-01-01', 0, 40, 30), ('{ONE}', date '2024-01-01', 1, 40, 12),
        ('{TWO}', date '2024-01-01', 0, 26, 13), ('{TWO}', date '2024-01-01', 1, 26, null)
    ) as rows (course_id, cohort_month, week_number, learners, active_learners);
create table marts.course_axis as
    select * from (values
        ('{ONE}', 'chapter', 2, 'w1', 'Week 1', 'Uni/One/chapter/w1', null),
        ('{ONE}', 'video', 5, 'v1', 'Intro', 'Uni/One/video/v1', 'Uni/One/chapter/w1')
    ) as rows (course_id, category, "index", url_name, name, module_id, chapter_mid),
        (select cast(null as timestamp) as start, cast(null as timestamp) as due);
create table marts.stats_module_usage as
    select '{ONE}' as course_id, 'chapter' as module_type, 'Uni/One/chapter/w1' as module_id, 35 as ncount;
create table marts.forum_posts as
    select '{ONE}' as course_id, 'learner' || range as username, 'initial_post' as slug_type,
        timestamp '2024-03-01 10:00:00' as first_time
    from range(1, 16);
create table marts.person_course_day as
    select '{ONE}' as course_id, 'learner1' as username, date '2024-03-01' as date, 7 as nevents, 1 as nvideo,
        2 as nproblem_check, 0 as nforum, 0 as nforum_posts, 90.0 as sum_dt;
drop table marts.person_course;
create table marts.person_course as
    select course_id, 1000 + number as user_id, 'learner' || number as username, 'audit' as mode, 1 as is_active,
        timestamp '2024-02-01 09:00:00' as start_time, timestamp '2024-03-01 09:00:00' as last_event,
        number / 40.0 as grade, number % 3 = 0 as certified, number as ndays_act, number * 3 as nevents,
        2 as nvideos_unique_viewed, 5 as nplay_video, 3 as nchapters, true as viewed, number % 2 = 0 as explored,
        4 as nproblem_check, 0 as nforum_posts, '10.0.0.' || number as ip
    from range(1, 41) as numbers (number), (values ('{ONE}'), ('{TWO}'), ('{COURSES[2]}')) as courses (course_id);
create table marts.subject_activity_monthly as
    select date '2024-02-01' as month, 'math' as subject_id, 'Mathematics' as subject_title, 2 as active_courses,
        40 as active_learners, 40 as all_active_learners, 100.0 as active_percent, true as is_complete;
create table marts.subject_engagement_monthly as
    select date '2024-02-01' as month, 'math' as subject_id, 'Mathematics' as subject_title, 40 as active_learners,
        140 as problem_attempts, 80 as video_plays, 4 as forum_posts, 3.5 as problem_attempts_per_learner,
        2.0 as video_plays_per_learner, 0.1 as forum_posts_per_learner
    union all select date '2024-02-01', 'art', 'Art', 10, 10, 20, 31, 1.0, 2.0, 3.1
    union all select date '2024-03-01', 'art', 'Art', null, null, null, null, null, null, null;
create table marts.subject_take_rates as
    select 'math' as subject_id, 'Mathematics' as subject_title, 2 as courses, 60 as learners, 66 as registrations,
        22 as verified_registrations, 19 as certificates, 18 as verified_certificates, 33.3 as verified_percent,
        28.8 as certificate_percent, 81.8 as verified_certificate_percent;
create table marts.parts_of_totals as
    select 'subject_take_rates' as dataset, column_name, 'math' as group_key, 20 as smallest,
        null::bigint as next_smallest
    from (values ('learners'), ('registrations')) as columns (column_name);
"""
CLASSIFIED = classify_marts(MARTS, before=OTHERS)
