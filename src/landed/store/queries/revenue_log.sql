-- What happened to subscriptions until now, in order? One row per event.
--
-- subscription    its id, or the person where the host sends none
-- monthly         what it brings a month: a twelfth of a yearly price; 0 for a trial; NULL: not said
-- monthly_before  the same by previous_amount, for changes that say it
-- All events from the first on are read, since the state of today is made of them all.
SELECT
    event,
    occurred_at AS at,
    if(subscription_id = '', toString(subject_key), subscription_id) AS subscription,
    toString(subject_key) AS person,
    plan,
    upper(currency) AS currency,
    reason,
    is_trial,
    if(is_trial, 0, amount / months) AS monthly,
    previous_amount / months AS monthly_before
FROM
(
    SELECT
        event,
        occurred_at,
        message_id,
        subject_key,
        properties.subscription_id AS subscription_id,
        properties.plan AS plan,
        properties.currency AS currency,
        properties.reason AS reason,
        ifNull(properties.is_trial, false) AS is_trial,
        properties.amount AS amount,
        properties.previous_amount AS previous_amount,
        if(properties.interval = 'year', 12, 1) AS months
    FROM events
    WHERE event IN ('subscription_started', 'subscription_changed', 'subscription_cancelled')
        AND occurred_at < {until:DateTime64(3, 'UTC')}
)
ORDER BY occurred_at, event = 'subscription_cancelled', event = 'subscription_changed', message_id
