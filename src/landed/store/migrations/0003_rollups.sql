-- Who came in each quarter of an hour, and what each visit held: kept inside the parts of `events`.
-- A projection is written with the rows that it sums up, in one step, so that no crash, no resent
-- batch, no erasure and no deletion of old events can make the two differ; the optimiser takes it
-- for every query that asks for its columns in its words. Why no views: docs/decisions/0013-rollups.md.
-- `getSubcolumn`, since an insert into a projection does not find a path such as context.country.
-- A quarter of an hour is the longest piece from which the days of every time zone can be put together.

ALTER TABLE events$local$on_cluster
MODIFY SETTING lightweight_mutation_projection_mode = 'rebuild';

-- What programs report of themselves makes nobody active; what counts is an act: an event not in
-- `landed.events.MACHINE_EVENTS`, the list below.

-- People (as sketches) by what a visit is split by, acts before other events.
ALTER TABLE events$local$on_cluster
ADD PROJECTION IF NOT EXISTS activity
(
    SELECT
        event NOT IN ('api_request_completed', 'error_occurred', 'infrastructure_cost_recorded', 'llm_call_completed', 'rate_limit_hit', 'system_sampled', 'workflow_step_completed'),
        toStartOfFifteenMinutes(occurred_at),
        ifNull(getSubcolumn(context, 'device.type'), ''),
        ifNull(getSubcolumn(context, 'browser.name'), ''),
        ifNull(getSubcolumn(context, 'os.name'), ''),
        ifNull(getSubcolumn(context, 'country'), ''),
        ifNull(getSubcolumn(context, 'app.version'), ''),
        uniqCombined64(subject_key),
        count()
    GROUP BY
        event NOT IN ('api_request_completed', 'error_occurred', 'infrastructure_cost_recorded', 'llm_call_completed', 'rate_limit_hit', 'system_sampled', 'workflow_step_completed'),
        toStartOfFifteenMinutes(occurred_at),
        ifNull(getSubcolumn(context, 'device.type'), ''),
        ifNull(getSubcolumn(context, 'browser.name'), ''),
        ifNull(getSubcolumn(context, 'os.name'), ''),
        ifNull(getSubcolumn(context, 'country'), ''),
        ifNull(getSubcolumn(context, 'app.version'), '')
);

-- Each person's visits.
ALTER TABLE events$local$on_cluster
ADD PROJECTION IF NOT EXISTS visits
(
    SELECT
        toStartOfFifteenMinutes(occurred_at),
        subject_key,
        session_id,
        min(occurred_at),
        max(occurred_at),
        minIf(occurred_at, event NOT IN ('api_request_completed', 'error_occurred', 'infrastructure_cost_recorded', 'llm_call_completed', 'rate_limit_hit', 'system_sampled', 'workflow_step_completed')),
        maxIf(occurred_at, event NOT IN ('api_request_completed', 'error_occurred', 'infrastructure_cost_recorded', 'llm_call_completed', 'rate_limit_hit', 'system_sampled', 'workflow_step_completed')),
        countIf(event NOT IN ('api_request_completed', 'error_occurred', 'infrastructure_cost_recorded', 'llm_call_completed', 'rate_limit_hit', 'system_sampled', 'workflow_step_completed')),
        countIf(event IN ('page_viewed', 'screen_viewed')),
        countIf(event = 'interaction_recorded'),
        count(),
        max(subject_key),
        max(ifNull(getSubcolumn(context, 'device.type'), '')),
        max(ifNull(getSubcolumn(context, 'browser.name'), '')),
        max(ifNull(getSubcolumn(context, 'os.name'), '')),
        max(ifNull(getSubcolumn(context, 'country'), '')),
        max(ifNull(getSubcolumn(context, 'app.version'), ''))
    GROUP BY
        toStartOfFifteenMinutes(occurred_at),
        subject_key,
        session_id
);

ALTER TABLE events$local$on_cluster
MATERIALIZE PROJECTION activity;

ALTER TABLE events$local$on_cluster
MATERIALIZE PROJECTION visits;
