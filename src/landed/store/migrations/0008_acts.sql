-- To be dealt a variant of an experiment is no act either: the rollups of 0003 once more, with the list
-- that `landed.events.MACHINE_EVENTS` has since.

-- People (as sketches) by what a visit is split by, acts before other events.
ALTER TABLE events$local$on_cluster
DROP PROJECTION IF EXISTS activity;

ALTER TABLE events$local$on_cluster
ADD PROJECTION IF NOT EXISTS activity
(
    SELECT
        event NOT IN ('api_request_completed', 'error_occurred', 'experiment_assigned', 'infrastructure_cost_recorded', 'llm_call_completed', 'rate_limit_hit', 'system_sampled', 'workflow_step_completed'),
        toStartOfFifteenMinutes(occurred_at),
        ifNull(getSubcolumn(context, 'device.type'), ''),
        ifNull(getSubcolumn(context, 'browser.name'), ''),
        ifNull(getSubcolumn(context, 'os.name'), ''),
        ifNull(getSubcolumn(context, 'country'), ''),
        ifNull(getSubcolumn(context, 'app.version'), ''),
        uniqCombined64(subject_key),
        count()
    GROUP BY
        event NOT IN ('api_request_completed', 'error_occurred', 'experiment_assigned', 'infrastructure_cost_recorded', 'llm_call_completed', 'rate_limit_hit', 'system_sampled', 'workflow_step_completed'),
        toStartOfFifteenMinutes(occurred_at),
        ifNull(getSubcolumn(context, 'device.type'), ''),
        ifNull(getSubcolumn(context, 'browser.name'), ''),
        ifNull(getSubcolumn(context, 'os.name'), ''),
        ifNull(getSubcolumn(context, 'country'), ''),
        ifNull(getSubcolumn(context, 'app.version'), '')
);

-- Each person's visits.
ALTER TABLE events$local$on_cluster
DROP PROJECTION IF EXISTS visits;

ALTER TABLE events$local$on_cluster
ADD PROJECTION IF NOT EXISTS visits
(
    SELECT
        toStartOfFifteenMinutes(occurred_at),
        subject_key,
        session_id,
        min(occurred_at),
        max(occurred_at),
        minIf(occurred_at, event NOT IN ('api_request_completed', 'error_occurred', 'experiment_assigned', 'infrastructure_cost_recorded', 'llm_call_completed', 'rate_limit_hit', 'system_sampled', 'workflow_step_completed')),
        maxIf(occurred_at, event NOT IN ('api_request_completed', 'error_occurred', 'experiment_assigned', 'infrastructure_cost_recorded', 'llm_call_completed', 'rate_limit_hit', 'system_sampled', 'workflow_step_completed')),
        countIf(event NOT IN ('api_request_completed', 'error_occurred', 'experiment_assigned', 'infrastructure_cost_recorded', 'llm_call_completed', 'rate_limit_hit', 'system_sampled', 'workflow_step_completed')),
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
