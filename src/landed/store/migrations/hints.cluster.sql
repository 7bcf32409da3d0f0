ALTER TABLE events$on_cluster
MODIFY COLUMN properties JSON($hints);
